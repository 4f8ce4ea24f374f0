import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';
import type { INotebookCache, INotebookStatus } from '../tokens';

/**
 * Have something called now, and whenever the current notebook, or what is known of it, changes.
 *
 * @param cache - Knows which one is current.
 * @param update - What is called.
 * @returns Dispose of it to be called no more.
 */
export function followCurrent(
  cache: Pick<INotebookCache, 'current' | 'currentChanged' | 'statusOf'>,
  update: () => void
): IDisposable {
  let followed: INotebookStatus | null = null;
  const follow = (): void => {
    followed?.changed.disconnect(update);
    followed = cache.current && cache.statusOf(cache.current);
    followed?.changed.connect(update);
    update();
  };
  cache.currentChanged.connect(follow);
  follow();
  return new DisposableDelegate(() => {
    cache.currentChanged.disconnect(follow);
    followed?.changed.disconnect(update);
  });
}
