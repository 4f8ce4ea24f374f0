import { messageOf } from '../contract';
import type { Check, Job } from '../contract';
import { checkSummary, differingCells } from '../models/checkSummary';
import { nameOf } from './jobNotices';
import type { IJobResultsOptions } from './jobResults';
import { SHORT_MS } from './shortMessage';

/** What is needed to tell of a check. */
type Options = Pick<IJobResultsOptions, 'cache' | 'notices' | 'show' | 'trans'>;

/**
 * Tell what came of a check of repeatability that has ended. The document stays as it is: who asked
 * wanted to know something, not to have other outputs.
 *
 * @param job - The check.
 * @param options - Where to ask, and how to bring a cell before the person's eyes.
 */
export async function tellOfCheck(job: Job, options: Options): Promise<void> {
  const { notices, trans } = options;
  const name = nameOf(job);
  if (job.result === 'cancelled') {
    const message = trans.__('The check of %1 was cancelled.', name);
    notices.tell(job, 'info', message, { autoClose: SHORT_MS });
  } else if (job.check === 'failed' || job.state === 'failed') {
    tellOfFailure(job, name, options);
  } else {
    await tellOfCells(job, name, options);
  }
}

function tellOfFailure(job: Job, name: string, options: Options): void {
  const { cache, notices, show, trans } = options;
  const { failure, path } = job;
  const what = failure
    ? `${failure.name}: ${failure.message}`
    : trans.__('no reason is known');
  const message = trans.__('The check of %1 failed. %2', name, what);
  notices.tell(job, 'error', message, {
    autoClose: false,
    actions: [
      {
        label: trans.__('Show'),
        callback: () => void show(path, failure?.cell ?? null)
      },
      {
        label: trans.__('Check Again'),
        callback: () => void cache.actions.retry(job)
      }
    ]
  });
}

async function tellOfCells(
  job: Job,
  name: string,
  options: Options
): Promise<void> {
  const { notices, show, trans } = options;
  let cells: number;
  let check: Check;
  try {
    ({ cells, check } = await found(job, options));
  } catch (error) {
    notices.tell(
      job,
      'error',
      trans.__(
        'What the check of %1 found cannot be shown: %2',
        name,
        messageOf(error)
      ),
      {
        autoClose: false,
        actions: [
          {
            label: trans.__('Try Again'),
            callback: () => void tellOfCells(job, name, options)
          }
        ]
      }
    );
    return;
  }
  const [first] = differingCells(check);
  const message = `${name}: ${checkSummary(check, cells, trans)}`;
  if (first === undefined) {
    notices.tell(
      job,
      'success',
      message,
      notices.isLong(job)
        ? {
            autoClose: false,
            actions: [
              {
                label: trans.__('Open'),
                callback: () => void show(job.path, null)
              }
            ]
          }
        : { autoClose: SHORT_MS }
    );
    return;
  }
  notices.tell(job, 'warning', message, {
    autoClose: false,
    actions: [
      {
        label: trans.__('Go to Cell %1', first + 1),
        callback: () => void show(job.path, first)
      }
    ]
  });
}

/** What is kept of a check, and how many cells the notebook had. */
async function found(
  job: Job,
  { cache, trans }: Options
): Promise<{ cells: number; check: Check }> {
  const { cells, check } = await cache.client.entry(job.entry ?? '', job.path);
  if (!check) {
    throw new Error(trans.__('it is not in the store any more.'));
  }
  return { cells, check };
}
