import type { TranslationBundle } from '@jupyterlab/translation';
import type { Job, Status } from '../contract/types';

/** What the chip shows, and how it looks. */
export interface IChip {
  /** The words. */
  text: string;

  /** Chooses colour and icon. */
  look: 'fresh' | 'failed' | 'stale' | 'uncached' | 'active' | 'unknown';
}

/**
 * The words of the status chip.
 *
 * @param status - The server's word; null when there is none yet.
 * @param job - The job that waits or runs for the notebook.
 * @param error - Why there is no status.
 */
export function chipOf(
  status: Status | null,
  job: Job | null,
  error: string | null,
  trans: TranslationBundle
): IChip {
  if (job?.state === 'queued') {
    return { text: trans.__('Queued'), look: 'active' };
  }
  if (job?.state === 'running') {
    const { cells_done: done, cells_total: total } = job;
    return { text: trans.__('Running %1/%2', done, total), look: 'active' };
  }
  if (error !== null) {
    return { text: trans.__('Unknown'), look: 'unknown' };
  }
  switch (status?.verdict) {
    case 'fresh':
      return {
        text:
          status.outputs === 'different'
            ? trans.__('Fresh, other outputs shown')
            : trans.__('Fresh'),
        look: 'fresh'
      };
    case 'failed':
      return { text: trans.__('Failed'), look: 'failed' };
    case 'stale':
      return { text: trans.__('Stale'), look: 'stale' };
    case 'uncached':
      return { text: trans.__('Not cached'), look: 'uncached' };
    default:
      return { text: '…', look: 'unknown' };
  }
}
