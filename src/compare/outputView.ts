import type { IOutput } from '@jupyterlab/nbformat';
import { MimeModel } from '@jupyterlab/rendermime';
import type { IRenderMime, IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Panel, Widget } from '@lumino/widgets';
import { messageOf } from '../contract';
import type { IOutputPair } from '../diff/outputs';
import { ImagePair, imageOf } from './imagePair';
import { markDifferences } from './marking';
import {
  imageUrl,
  isImage,
  isMarked,
  isPlainText,
  mimeOf,
  valueIn
} from './mimes';
import { Columns, captionOf } from './columns';

/** Of longer texts, so many characters are shown: those around the first difference. */
const MOST_CHARACTERS = 60_000;

/** So many characters stand before the first difference of a text that is shown in part. */
const LEAD = 2000;

/** What is needed to show outputs. */
export interface IOutputViewOptions {
  /** Renders them. */
  readonly rendermime: IRenderMimeRegistry;

  /** For the words. */
  readonly trans: TranslationBundle;
}

/** One output of each side beside each other, with what differs marked. */
export class OutputView extends Panel {
  constructor(pair: IOutputPair, options: IOutputViewOptions) {
    super();
    this.addClass('jp-NotebookCache-output');
    this.node.dataset.change = pair.change;
    this._pair = pair;
    this._options = options;
  }

  /** Draw it; resolves when all is there. */
  async render(): Promise<void> {
    const { rendermime, trans } = this._options;
    const pair = this._pair;
    const mime = mimeOf(pair, rendermime);
    this.addWidget(captionOf(outputCaption(pair, mime, trans)));
    if (mime === null) {
      const names = pair.mimes.map(({ mime }) => mime).join(', ');
      this.addWidget(
        captionOf(trans.__('It cannot be shown here: %1', names || '–'))
      );
      return;
    }
    const values = [valueIn(pair.before, mime), valueIn(pair.after, mime)];
    if (isImage(mime)) {
      await this._renderImages(mime, values);
    } else if (pair.change === 'same') {
      await this._renderOne(mime, pair.after, values[1]);
    } else {
      await this._renderBoth(mime, values);
    }
  }

  private async _renderImages(
    mime: string,
    values: readonly unknown[]
  ): Promise<void> {
    const { trans } = this._options;
    const [before = null, after = null] = values.map(value =>
      imageUrl(mime, value)
    );
    if (before && after && before !== after) {
      const images = new ImagePair([before, after], trans);
      this.addWidget(images);
      await images.compare();
    } else if (before && after) {
      this.addWidget(wrapped(imageOf(after, trans.__('Image, unchanged'))));
    } else {
      const columns = new Columns(trans);
      if (before) {
        columns.before.addWidget(
          wrapped(imageOf(before, trans.__('Image before')))
        );
      }
      if (after) {
        columns.after.addWidget(
          wrapped(imageOf(after, trans.__('Image after')))
        );
      }
      this.addWidget(columns);
    }
  }

  private async _renderBoth(
    mime: string,
    values: readonly unknown[]
  ): Promise<void> {
    const { trans } = this._options;
    const { after, before } = this._pair;
    const columns = new Columns(trans);
    this.addWidget(columns);
    const [left, right] = isPlainText(mime)
      ? excerpts(values[0], values[1])
      : values;
    if (left !== values[0] || right !== values[1]) {
      this.insertWidget(
        1,
        captionOf(trans.__('A part of a long text, from where they differ:'))
      );
    }
    const nodes = [
      await this._renderInto(columns.before, mime, before, left),
      await this._renderInto(columns.after, mime, after, right)
    ];
    if (nodes[0] && nodes[1] && isMarked(mime)) {
      markDifferences(nodes[0], nodes[1], trans);
    }
    columns.makeReachable();
  }

  private async _renderOne(
    mime: string,
    output: IOutput | null,
    value: unknown
  ): Promise<void> {
    const [, shown] = isPlainText(mime) ? excerpts(value, value) : [0, value];
    await this._renderInto(this, mime, output, shown);
  }

  private async _renderInto(
    panel: Panel,
    mime: string,
    output: IOutput | null,
    value: unknown
  ): Promise<HTMLElement | null> {
    if (value === undefined || this.isDisposed) {
      return null;
    }
    const { rendermime, trans } = this._options;
    const renderer = rendermime.createRenderer(mime);
    renderer.addClass('jp-OutputArea-output');
    panel.addWidget(renderer);
    try {
      await renderer.renderModel(modelOf(mime, output, value));
    } catch (error) {
      renderer.dispose();
      panel.addWidget(
        captionOf(
          trans.__(
            'It cannot be shown here: %1',
            `${mime}, ${messageOf(error)}`
          )
        )
      );
      return null;
    }
    return renderer.node;
  }

  private readonly _pair: IOutputPair;
  private readonly _options: IOutputViewOptions;
}

/** A model that is never trusted, so nothing that it holds is run. */
function modelOf(
  mime: string,
  output: IOutput | null,
  value: unknown
): IRenderMime.IMimeModel {
  const metadata = output?.metadata;
  return new MimeModel({
    data: { [mime]: value } as IRenderMime.IMimeModel['data'],
    metadata:
      typeof metadata === 'object' && metadata !== null
        ? (metadata as IRenderMime.IMimeModel['metadata'])
        : {},
    trusted: false
  });
}

/** Of long texts the parts around their first difference. */
function excerpts(before: unknown, after: unknown): [unknown, unknown] {
  const left = typeof before === 'string' ? before : '';
  const right = typeof after === 'string' ? after : '';
  if (Math.max(left.length, right.length) <= MOST_CHARACTERS) {
    return [before, after];
  }
  let same = 0;
  while (same < left.length && left[same] === right[same]) {
    same++;
  }
  const start = left.lastIndexOf('\n', Math.max(0, same - LEAD)) + 1;
  const cut = (text: unknown) =>
    typeof text === 'string'
      ? text.slice(start, start + MOST_CHARACTERS)
      : text;
  return [cut(before), cut(after)];
}

function outputCaption(
  { change, mimes }: IOutputPair,
  mime: string | null,
  trans: TranslationBundle
): string {
  switch (change) {
    case 'same':
      return trans.__('Output, unchanged');
    case 'added':
      return trans.__('Output added');
    case 'removed':
      return trans.__('Output removed');
    case 'changed': {
      const isSame = mimes.every(form => form.change === 'same');
      if (isSame) {
        return trans.__(
          'Output changed: not what it shows, but its kind or its metadata'
        );
      }
      return mime === null || mimes.length < 2
        ? trans.__('Output changed')
        : trans.__('Output changed, shown as %1', mime);
    }
  }
}

function wrapped(node: HTMLElement): Widget {
  const host = document.createElement('div');
  host.append(node);
  const widget = new Widget({ node: host });
  widget.addClass('jp-NotebookCache-image');
  return widget;
}
