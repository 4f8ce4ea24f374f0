import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { Job } from '../contract';
import type { INotebookCache } from '../tokens';
import { LiveOutputs } from './liveOutputs';

/** The jobs whose outputs a person has opened. */
export class ShownOutputs implements IDisposable {
  /**
   * @param cache - Asks the server, and knows the jobs.
   */
  constructor(cache: Pick<INotebookCache, 'client' | 'jobs'>) {
    this._cache = cache;
    cache.jobs.changed.connect(this._onJobs, this);
  }

  /** Others were opened or closed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether they can be seen: they are followed only then. */
  get isActive(): boolean {
    return this._isActive;
  }
  set isActive(isActive: boolean) {
    this._isActive = isActive;
    this._outputs.forEach(outputs => (outputs.isActive = isActive));
  }

  /** The outputs of a job; null while they are not open. */
  of(job: string): LiveOutputs | null {
    return this._outputs.get(job) ?? null;
  }

  /** Open the outputs of a job. */
  open(job: Job): void {
    if (!this._isDisposed && !this._outputs.has(job.id)) {
      const outputs = new LiveOutputs(job, this._cache);
      this._outputs.set(job.id, outputs);
      outputs.isActive = this._isActive;
      this._changed.emit();
    }
  }

  /** Close them. */
  close(job: string): void {
    const outputs = this._outputs.get(job);
    if (outputs) {
      this._outputs.delete(job);
      // Views are taken down first.
      this._changed.emit();
      outputs.dispose();
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._outputs.forEach(outputs => outputs.dispose());
      this._outputs.clear();
      Signal.disconnectReceiver(this);
      Signal.clearData(this);
    }
  }

  private _onJobs(): void {
    const known = new Set(this._cache.jobs.jobs.map(({ id }) => id));
    [...this._outputs.keys()]
      .filter(job => !known.has(job))
      .forEach(job => this.close(job));
  }

  private _isActive = false;
  private _isDisposed = false;
  private readonly _cache: Pick<INotebookCache, 'client' | 'jobs'>;
  private readonly _outputs = new Map<string, LiveOutputs>();
  private readonly _changed = new Signal<this, void>(this);
}
