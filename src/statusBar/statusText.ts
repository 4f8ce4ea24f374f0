import type { TranslationBundle } from '@jupyterlab/translation';
import { isActive } from '../models/jobs';
import { chipOf } from '../toolbar/chipText';
import type { IChip } from '../toolbar/chipText';
import type { INotebookStatus, Job } from '../tokens';

/** What the status bar shows, and how it looks. */
export type StatusText = Pick<IChip, 'look' | 'text' | 'title'>;

/**
 * The words of the status bar: what runs, or else the verdict on the current notebook.
 *
 * @param jobs - The jobs of the server.
 * @param status - What is known of the current notebook; null when there is none.
 * @param trans - For the words.
 */
export function statusText(
  jobs: readonly Pick<Job, 'state'>[],
  status: Pick<INotebookStatus, 'status' | 'job' | 'error'> | null,
  trans: TranslationBundle
): StatusText {
  const active = jobs.filter(isActive);
  const running = active.filter(({ state }) => state === 'running').length;
  const waiting = active.length - running;
  if (active.length > 0) {
    const text = jobsText(running, waiting, trans);
    return { look: 'active', text, title: text };
  }
  return status
    ? chipOf(status, trans)
    : {
        look: 'unknown',
        text: trans.__('No notebook'),
        title: trans.__('No notebook is open, and none is being executed')
      };
}

function jobsText(
  running: number,
  waiting: number,
  trans: TranslationBundle
): string {
  if (running === 0) {
    return trans._n('%1 notebook waits', '%1 notebooks wait', waiting);
  }
  return waiting > 0
    ? trans._n(
        '%1 notebook running, %2 waiting',
        '%1 notebooks running, %2 waiting',
        running,
        waiting
      )
    : trans._n('%1 notebook running', '%1 notebooks running', running);
}
