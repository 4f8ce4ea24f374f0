import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { paintDifference } from '../diff/images';
import type { Colour } from '../diff/images';
import { idle } from './idle';

/** So many pixels are compared without a pause. */
const PIXELS = 150_000;

/** Pictures with more pixels than this are not compared. */
const MOST_PIXELS = 60_000_000;

const FALLBACK: Colour = [211, 47, 47];

/** Two pictures beside each other, and what differs between them. */
export class ImagePair extends Widget {
  /**
   * @param urls - Addresses of the picture as it was, and as it is.
   * @param trans - For its words.
   */
  constructor(urls: readonly [string, string], trans: TranslationBundle) {
    super();
    this._trans = trans;
    this.addClass('jp-NotebookCache-images');
    const [before, after] = urls;
    this._before = imageOf(before, trans.__('Image before'));
    this._after = imageOf(after, trans.__('Image after'));
    this._caption = document.createElement('figcaption');
    this._caption.textContent = trans.__('Comparing the images…');
    this._canvas = document.createElement('canvas');
    this._canvas.setAttribute('role', 'img');
    this._canvas.setAttribute('aria-label', trans.__('Difference'));
    this.node.append(
      figureOf(this._before, trans.__('Before')),
      figureOf(this._after, trans.__('After')),
      figureOf(this._canvas, this._caption)
    );
  }

  /** Paint what differs; resolves when that is done. */
  async compare(): Promise<void> {
    const trans = this._trans;
    let text: string;
    try {
      await Promise.all([this._before.decode(), this._after.decode()]);
      text = await this._paint();
    } catch {
      text = trans.__('The images cannot be compared.');
    }
    this._caption.textContent = text;
    this._canvas.setAttribute('aria-label', text);
  }

  private async _paint(): Promise<string> {
    const trans = this._trans;
    const width = Math.max(this._before.naturalWidth, this._after.naturalWidth);
    const height = Math.max(
      this._before.naturalHeight,
      this._after.naturalHeight
    );
    if (width * height === 0 || width * height > MOST_PIXELS) {
      return trans.__('The images cannot be compared.');
    }
    this._canvas.width = width;
    this._canvas.height = height;
    const strip = Math.max(1, Math.floor(PIXELS / width));
    const painted = contextOf(this._canvas);
    const [left, right] = [0, 1].map(() =>
      contextOf(sized(document.createElement('canvas'), width, strip))
    );
    const colour = colourOf(this.node);
    let different = 0;
    for (let top = 0; top < height && left && right; top += strip) {
      await idle();
      if (this.isDisposed) {
        break;
      }
      const rows = Math.min(strip, height - top);
      const before = rowsOf(left, this._before, top, rows);
      const after = rowsOf(right, this._after, top, rows);
      const data = new ImageData(width, rows);
      different += paintDifference(before.data, after.data, data.data, colour);
      painted.putImageData(data, 0, top);
    }
    return this._result(different / (width * height));
  }

  private _result(share: number): string {
    const trans = this._trans;
    const { naturalHeight: high, naturalWidth: wide } = this._after;
    const isResized =
      this._before.naturalWidth !== wide || this._before.naturalHeight !== high;
    const percent = (100 * share).toLocaleString(undefined, {
      maximumSignificantDigits: 2
    });
    const text =
      share === 0
        ? trans.__('Difference: none that can be seen')
        : trans.__('Difference: %1 % of the pixels', percent);
    return isResized
      ? trans.__(
          '%1; the size was %2 and is %3',
          text,
          `${this._before.naturalWidth} × ${this._before.naturalHeight}`,
          `${wide} × ${high}`
        )
      : text;
  }

  private readonly _trans: TranslationBundle;
  private readonly _before: HTMLImageElement;
  private readonly _after: HTMLImageElement;
  private readonly _canvas: HTMLCanvasElement;
  private readonly _caption: HTMLElement;
}

/** A picture that is decoded when it is needed, without holding up the page. */
export function imageOf(url: string, alt: string): HTMLImageElement {
  const image = document.createElement('img');
  image.decoding = 'async';
  image.src = url;
  image.alt = alt;
  return image;
}

function figureOf(content: Element, caption: Element | string): HTMLElement {
  const figure = document.createElement('figure');
  if (typeof caption === 'string') {
    const text = document.createElement('figcaption');
    text.textContent = caption;
    figure.append(text, content);
  } else {
    figure.append(caption, content);
  }
  return figure;
}

function sized(
  canvas: HTMLCanvasElement,
  width: number,
  height: number
): HTMLCanvasElement {
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) {
    throw new Error('There is no canvas to paint on.');
  }
  return context;
}

/** Some rows of a picture; outside of it everything is transparent. */
function rowsOf(
  context: CanvasRenderingContext2D,
  image: HTMLImageElement,
  top: number,
  rows: number
): ImageData {
  const { width } = context.canvas;
  context.clearRect(0, 0, width, context.canvas.height);
  context.drawImage(image, 0, -top);
  return context.getImageData(0, 0, width, rows);
}

/** The theme's colour for errors, which is far from grey in every theme. */
function colourOf(node: Element): Colour {
  const name = getComputedStyle(node).getPropertyValue('--jp-error-color1');
  const context = contextOf(sized(document.createElement('canvas'), 1, 1));
  context.fillStyle = `rgb(${FALLBACK.join(' ')})`;
  context.fillStyle = name.trim();
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}
