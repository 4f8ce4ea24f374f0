import type { CodeEditor } from '@jupyterlab/codeeditor';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Panel } from '@lumino/widgets';
import { extentOf, weightOf } from '../diff/notebooks';
import type { INotebookDiff } from '../diff/notebooks';
import type { ICacheClient } from '../contract';
import { Comparison } from '../models/comparison';
import { ChangeList } from './changeList';
import { CompareHeader } from './compareHeader';
import type { ILargestChange } from './compareHeader';
import { IdleQueue } from './idle';

/** A comparison of what an open notebook and its entries have; nothing is chosen yet. */
export function createComparison(
  client: ICacheClient,
  path: string,
  document: () => INotebookModel | null,
  trans: TranslationBundle
): Comparison {
  const closedMessage = trans.__(
    'The notebook is not open any more: open it, or choose two entries.'
  );
  return new Comparison({ client, path, document, closedMessage });
}

/** What a tab is made of. */
export interface ICompareTabOptions {
  /** What is compared; belongs to the tab from now on. */
  readonly comparison: Comparison;

  /** Makes editors in the person's own theme. */
  readonly factory: CodeEditor.Factory;

  /** Renders outputs. */
  readonly rendermime: IRenderMimeRegistry;

  /** For the words. */
  readonly translator: ITranslator;
}

/** Two sides of a notebook beside each other, as a tab. */
export class CompareTab extends Panel {
  constructor(options: ICompareTabOptions) {
    super();
    const { comparison, factory, rendermime, translator } = options;
    const trans = translator.load('jupyterlab_cache');
    this.comparison = comparison;
    this.addClass('jp-NotebookCache-compare');
    this._list = new ChangeList({ factory, rendermime, trans, translator });
    this._header = new CompareHeader(comparison, this._list, trans);
    this.addWidget(this._header);
    this.addWidget(this._list);
    comparison.changed.connect(this._onChanged, this);
    this._onChanged();
  }

  /** What is compared. */
  readonly comparison: Comparison;

  /** Go so many changes on, or back. */
  go(step: number): void {
    this._list.go(step);
  }

  /** Open or close all changed cells. */
  toggleAll(): void {
    this._list.isAllOpen = !this._list.isAllOpen;
  }

  override dispose(): void {
    this._queue.clear();
    this.comparison.dispose();
    super.dispose();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    if (!this.node.contains(document.activeElement)) {
      this._list.node.focus();
    }
  }

  private _onChanged(): void {
    const { diff } = this.comparison;
    if (diff !== this._shown) {
      this._shown = diff;
      this._header.largest = null;
      this._list.showRows(diff?.rows ?? [], this.comparison.mimetype);
      this._queue.clear();
      if (diff) {
        this._findLargest(diff);
      }
    }
  }

  /** Look for the largest change when there is time: every changed text has to be compared for it. */
  private _findLargest(diff: INotebookDiff): void {
    let largest: ILargestChange | null = null;
    for (const row of diff.rows.filter(({ change }) => change === 'changed')) {
      this._queue.add(() => {
        const candidate = { row, ...extentOf(row) };
        if (!largest || isLarger(candidate, largest)) {
          largest = candidate;
        }
      });
    }
    this._queue.add(() => {
      if (largest && (largest.number || largest.lines > 0)) {
        this._header.largest = largest;
      }
    });
  }

  private _shown: INotebookDiff | null = null;
  private readonly _header: CompareHeader;
  private readonly _list: ChangeList;
  private readonly _queue = new IdleQueue();
}

/** Numbers count more than lines: they are results. */
function isLarger(one: ILargestChange, other: ILargestChange): boolean {
  if (one.number && other.number) {
    return weightOf(one.number) > weightOf(other.number);
  }
  if (one.number || other.number) {
    return one.number !== null;
  }
  return one.lines > other.lines;
}
