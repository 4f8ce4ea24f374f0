/** What is left of an idle moment below this many milliseconds is not begun with. */
const ENOUGH_MS = 4;

/** Work that nobody gets around to for so long is done anyway, in milliseconds. */
const PATIENCE_MS = 100;

/** Work that is done bit by bit whenever the browser has nothing better to do. */
export class IdleQueue {
  /**
   * Have something done.
   *
   * @param task - What; when it returns a promise, the next task waits for it.
   */
  add(task: () => Promise<void> | void): void {
    this._tasks.push(task);
    if (!this._isRunning) {
      this._isRunning = true;
      void this._run();
    }
  }

  /** Forget what is not done yet. */
  clear(): void {
    this._tasks = [];
  }

  private async _run(): Promise<void> {
    let left = await idle();
    for (let task = this._tasks.shift(); task; task = this._tasks.shift()) {
      const begun = performance.now();
      try {
        await task();
      } catch (error) {
        // eslint-disable-next-line no-console -- what fails must not keep the rest from being done.
        console.error('A part of the comparison could not be drawn.', error);
      }
      left -= performance.now() - begun;
      if (left < ENOUGH_MS && this._tasks.length > 0) {
        left = await idle();
      }
    }
    this._isRunning = false;
  }

  private _tasks: (() => Promise<void> | void)[] = [];
  private _isRunning = false;
}

/** Wait for an idle moment; resolves to its milliseconds. */
export function idle(): Promise<number> {
  return new Promise(resolve => {
    if (typeof requestIdleCallback === 'function') {
      requestIdleCallback(deadline => resolve(deadline.timeRemaining()), {
        timeout: PATIENCE_MS
      });
    } else {
      setTimeout(() => resolve(ENOUGH_MS), 0);
    }
  });
}
