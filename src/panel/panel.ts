import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { SidePanel } from '@jupyterlab/ui-components';
import { Panel, Widget } from '@lumino/widgets';
import type { AccordionPanel } from '@lumino/widgets';
import type { IEntryView } from '../models/entryView';
import type { KeptView } from '../models/keptView';
import type { INotebookView } from '../models/notebookOrder';
import type { IPanelLayout } from '../models/panelLayout';
import type { INotebookCache } from '../tokens';
import { cacheIcon } from '../toolbar/icons';
import type { IComparer } from './comparer';
import { keepLayout } from './keptLayout';
import { LazySection } from './section';

/** The names of the sections, under which their layout is kept. */
const SECTIONS = ['notebook', 'notebooks', 'jobs', 'cache'];

/** What the panel needs. */
export interface ICachePanelOptions {
  /** What it shows. */
  readonly cache: INotebookCache;

  /** Compares entries with the document. */
  readonly comparer: IComparer;

  /** What the person chose to see. */
  readonly kept: {
    /** Of the notebooks. */
    readonly notebooks: KeptView<INotebookView>;

    /** Of the entries. */
    readonly entries: KeptView<IEntryView>;

    /** How the sections stand. */
    readonly layout: KeptView<IPanelLayout>;
  };

  /** Opens a notebook, or another file. */
  readonly open: (path: string) => void;

  /** Draws what running jobs put out. */
  readonly rendermime: IRenderMimeRegistry;

  /** Brings a notebook, and a cell of it, before the person's eyes. */
  readonly show: (path: string, cell: number | null) => void;

  /** For its words. */
  readonly trans: TranslationBundle;
}

/** The side panel *Notebook cache*; the bodies of its sections are loaded when it is first shown. */
export class CachePanel extends SidePanel {
  constructor(options: ICachePanelOptions) {
    super();
    const { cache, comparer, kept, open, rendermime, show, trans } = options;
    this.id = 'jupyterlab-cache:panel';
    this.addClass('jp-NotebookCache-panel');
    this.title.icon = cacheIcon;
    this.title.caption = trans.__('Notebook cache');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Notebook cache'));
    this.header.addWidget(titleOf(trans.__('Notebook cache')));
    const showNotebooks = (): void => this._show(notebooks);
    this.addWidget(
      new LazySection(trans.__('This notebook'), async () => {
        const [{ EmptyState }, { NotebookSection }] = await Promise.all([
          import('./emptyState'),
          import('./notebookSection')
        ]);
        const body = new Panel();
        body.addWidget(new NotebookSection(cache, trans, comparer, open));
        body.addWidget(new EmptyState({ cache, open, showNotebooks, trans }));
        return body;
      })
    );
    const notebooks = new LazySection(trans.__('Notebooks'), async () => {
      const { NotebooksSection } = await import('./notebooksSection');
      return new NotebooksSection({
        cache,
        kept: kept.notebooks,
        open,
        trans
      });
    });
    this.addWidget(notebooks);
    this.addWidget(
      new LazySection(trans.__('Jobs'), async () => {
        const { JobsSection } = await import('./jobsSection');
        return new JobsSection({ cache, rendermime, show, trans });
      })
    );
    this.addWidget(
      new LazySection(trans.__('Cache'), async () => {
        const { CacheSection } = await import('./cacheSection');
        return new CacheSection({
          cache,
          comparer,
          kept: kept.entries,
          open,
          trans
        });
      })
    );
    keepLayout(this.content as AccordionPanel, SECTIONS, kept.layout);
  }

  /** Expand a section, and lead keyboard and screen reader there. */
  private _show(section: Widget): void {
    const content = this.content as AccordionPanel;
    const index = content.widgets.indexOf(section);
    content.expand(index);
    content.titles[index]?.focus();
  }
}

/** The panel's heading, above those of its sections. */
function titleOf(text: string): Widget {
  const node = document.createElement('h2');
  node.textContent = text;
  const widget = new Widget({ node });
  widget.addClass('jp-NotebookCache-panelTitle');
  return widget;
}
