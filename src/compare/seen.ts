/** So many pixels before something comes into view it is made. */
const MARGIN = '400px 0px';

/** Has something done when an element first comes into view. */
export class FirstSight {
  /**
   * @param root - What scrolls.
   */
  constructor(root: HTMLElement) {
    if (typeof IntersectionObserver === 'function') {
      this._observer = new IntersectionObserver(
        entries => {
          for (const { isIntersecting, target } of entries) {
            if (isIntersecting) {
              this._see(target);
            }
          }
        },
        { root, rootMargin: MARGIN }
      );
    }
  }

  /** Have something done once, when an element is seen. */
  await(element: Element, task: () => void): void {
    if (this._observer) {
      this._tasks.set(element, task);
      this._observer.observe(element);
    } else {
      task();
    }
  }

  /** Wait no more for an element. */
  forget(element: Element): void {
    this._tasks.delete(element);
    this._observer?.unobserve(element);
  }

  /** Wait for nothing any more. */
  dispose(): void {
    this._tasks.clear();
    this._observer?.disconnect();
  }

  private _see(element: Element): void {
    const task = this._tasks.get(element);
    this.forget(element);
    task?.();
  }

  private readonly _observer: IntersectionObserver | null = null;
  private readonly _tasks = new Map<Element, () => void>();
}
