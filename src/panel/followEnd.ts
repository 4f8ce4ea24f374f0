import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';

/** So many pixels are taken for none. */
const TOLERANCE = 8;

/**
 * Keep the end of a scrolled area in sight while its content grows, unless a person scrolled away.
 *
 * @param area - What is scrolled.
 * @param content - What is in it.
 * @returns Dispose of it to follow no more.
 */
export function followEnd(
  area: HTMLElement,
  content: HTMLElement
): IDisposable {
  let isAtEnd = true;
  const onScroll = () => {
    const below = area.scrollHeight - area.scrollTop - area.clientHeight;
    isAtEnd = below < TOLERANCE;
  };
  // Outputs are drawn piece by piece, so their heights tell, not their arrival.
  const observer = new ResizeObserver(() => {
    if (isAtEnd) {
      area.scrollTop = area.scrollHeight;
    }
  });
  area.addEventListener('scroll', onScroll);
  observer.observe(content);
  return new DisposableDelegate(() => {
    observer.disconnect();
    area.removeEventListener('scroll', onScroll);
  });
}
