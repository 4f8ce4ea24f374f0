import { Notification } from '@jupyterlab/apputils';
import { messageOf } from '../contract';
import type { Check, Job } from '../contract';
import { checkSummary, differingCells } from '../models/checkSummary';
import type { IJobResultsOptions } from './jobResults';
import { SHORT_MS } from './shortMessage';

/** What is needed to tell of a check. */
type Options = Pick<IJobResultsOptions, 'cache' | 'show' | 'trans'>;

/**
 * Tell what came of a check of repeatability that has ended. The document stays as it is: who asked
 * wanted to know something, not to have other outputs.
 *
 * @param job - The check.
 * @param options - Where to ask, and how to bring a cell before the person's eyes.
 */
export async function tellOfCheck(job: Job, options: Options): Promise<void> {
  const { trans } = options;
  const name = job.path.split('/').pop() ?? job.path;
  if (job.result === 'cancelled') {
    Notification.info(trans.__('The check of %1 was cancelled.', name), {
      autoClose: SHORT_MS
    });
  } else if (job.check === 'failed' || job.state === 'failed') {
    tellOfFailure(job, name, options);
  } else {
    await tellOfCells(job, name, options);
  }
}

function tellOfFailure(job: Job, name: string, options: Options): void {
  const { cache, show, trans } = options;
  const { failure, path } = job;
  const what = failure
    ? `${failure.name}: ${failure.message}`
    : trans.__('no reason is known');
  Notification.error(trans.__('The check of %1 failed. %2', name, what), {
    autoClose: false,
    actions: [
      {
        label: trans.__('Show'),
        callback: () => void show(path, failure?.cell ?? null)
      },
      {
        label: trans.__('Check Again'),
        callback: () => void cache.actions.checkPath(path)
      }
    ]
  });
}

async function tellOfCells(
  job: Job,
  name: string,
  options: Options
): Promise<void> {
  const { show, trans } = options;
  let cells: number;
  let check: Check;
  try {
    ({ cells, check } = await found(job, options));
  } catch (error) {
    Notification.error(
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
    Notification.success(message, { autoClose: SHORT_MS });
    return;
  }
  Notification.warning(message, {
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
