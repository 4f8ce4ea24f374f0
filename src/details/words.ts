import type { TranslationBundle } from '@jupyterlab/translation';
import type { EntrySummary, Job, Origin, Status, Verdict } from '../contract';
import { ago, duration, size } from './time';

/** What a verdict means, in one sentence. */
export function meaningOf(status: Status, trans: TranslationBundle): string {
  switch (status.verdict) {
    case 'fresh':
      if (!status.trusted) {
        return trans.__(
          'Somebody else stored these outputs and says that they are true. Nothing in them runs as long as you do not trust the entry.'
        );
      }
      return status.provenance === 'executed'
        ? outputsText(status, trans)
        : trans.__(
            'Nothing that is known of has changed since these outputs were stored; nobody observed how they were made.'
          );
    case 'failed':
      return trans.__(
        'The execution ended in an error, and nothing has changed since. It is not repeated until something changes or you ask.'
      );
    case 'stale':
      return trans.__('The cached outputs are not those of this notebook now:');
    case 'uncached':
      return trans.__('This notebook has not been cached yet.');
  }
}

function outputsText(status: Status, trans: TranslationBundle): string {
  switch (status.outputs) {
    case 'same':
      return trans.__('The outputs are those of the cache, and still true.');
    case 'different':
      return trans.__(
        'The cached outputs are still true, but the document shows others.'
      );
    case 'none':
      return trans.__(
        'The cached outputs are still true; the document does not show them.'
      );
  }
}

/** How an entry came to be. */
export function provenanceText(
  status: Pick<Status, 'provenance' | 'trusted'>,
  trans: TranslationBundle
): string {
  switch (status.provenance) {
    case 'captured':
      return trans.__('stored as it stood');
    case 'imported':
      return trans.__('imported');
    default:
      // Anybody can write that into an entry.
      return status.trusted
        ? trans.__('executed by the cache')
        : trans.__('executed, as it says itself');
  }
}

/** Who made an entry. */
export function originText(
  origin: Origin,
  trusted: boolean,
  trans: TranslationBundle
): string {
  switch (origin) {
    case 'here':
      return trans.__('made here');
    case 'team':
      return trans.__('by the team');
    case 'elsewhere':
      return trusted
        ? trans.__('from elsewhere, trusted by you')
        : trans.__('from elsewhere, not trusted');
  }
}

/** How inputs were found. */
export function coverageText(item: string, trans: TranslationBundle): string {
  switch (item) {
    case 'python-audit':
      return trans.__('watching Python itself');
    case 'filesystem-watch':
      return trans.__('watching the file system');
    case 'package-content':
      return trans.__('the content of packages');
    case 'declared':
      return trans.__('what you declared');
    case 'literals':
      return trans.__('file names in the code');
    case 'static-imports':
      return trans.__('imports in the code');
    default:
      return item;
  }
}

/** What could not be observed. */
export function gapText(item: string, trans: TranslationBundle): string {
  switch (item) {
    case 'child-processes':
      return trans.__('what child processes read');
    case 'environment-copied':
      return trans.__('which environment variables counted: all were copied');
    case 'kernel-gone':
      return trans.__('everything: the kernel was gone');
    case 'native-readers':
      return trans.__('files read by native libraries');
    case 'language-environment':
      return trans.__('packages and environment variables of this language');
    case 'network':
      return trans.__('the network');
    case 'not-observed':
      return trans.__('the run itself');
    case 'opaque-readers':
      return trans.__('files that database engines and the like open');
    case 'outside-project':
      return trans.__(
        'what child processes or native libraries read outside the project or looked for in vain'
      );
    case 'probe-errors':
      return trans.__('something that the observation stumbled over');
    case 'probe-failed':
      return trans.__('everything: the observation failed');
    case 'remote-kernel':
      return trans.__('files of another machine: the kernel ran there');
    case 'remote-variables':
      return trans.__(
        'environment variables: those of the machine with the kernel are others'
      );
    case 'too-many-files':
      return trans.__('some files: there were too many');
    case 'undeclared-inputs':
      return trans.__(
        'files of the project that the isolated run looked for and did not have: declare them as assets'
      );
    case 'unnameable-files':
      return trans.__('files whose names are no text');
    case 'unobserved-language':
      return trans.__('files that the code does not name');
    case 'watch-incomplete':
      return trans.__('some folders: there were too many to watch');
    case 'unreadable-files':
      return trans.__('files that could not be read again');
    default:
      return item;
  }
}

/** How the execution behind an entry went. */
export function outcomeText(
  entry: EntrySummary,
  trans: TranslationBundle
): string {
  if (entry.provenance !== 'executed') {
    return provenanceText(entry, trans);
  }
  const took = duration(entry.seconds, trans);
  switch (entry.outcome) {
    case 'ok':
      return trans.__('executed in %1', took);
    case 'error':
      return trans.__('failed after %1', took);
    case 'died':
      return trans.__('kernel died after %1', took);
    case 'timeout':
      return trans.__('out of time after %1', took);
    case 'too-large':
      return trans.__('stopped after %1 because of too much output', took);
    case 'cancelled':
      return trans.__('cancelled after %1', took);
  }
}

/** When the outputs of an entry were used last. */
export function usedText(
  { used }: Pick<EntrySummary, 'used'>,
  trans: TranslationBundle
): string {
  return used === null
    ? trans.__('never used')
    : trans.__('used %1', ago(used, trans));
}

/** What the kernel used for an entry; null when nothing is known of that. */
export function usageText(
  entry: EntrySummary,
  trans: TranslationBundle
): string | null {
  const { cpu_seconds: seconds, peak_memory: memory } = entry;
  // A server of an older version does not tell.
  if (typeof seconds !== 'number' || typeof memory !== 'number') {
    return null;
  }
  return trans.__(
    'processor %1, memory %2, outputs %3',
    duration(seconds, trans),
    size(memory, trans),
    size(entry.output_bytes, trans)
  );
}

/** Where a job stands. */
export function jobText(job: Job, trans: TranslationBundle): string {
  if (job.kind === 'check') {
    return checkJobText(job, trans);
  }
  switch (job.state) {
    case 'queued':
      return trans.__('queued');
    case 'running':
      return runningText(job, trans);
    case 'cancelled':
      return trans.__('cancelled');
    case 'failed':
      return trans.__('failed');
    case 'done': {
      if (job.result === 'fresh') {
        return trans.__('was fresh');
      }
      const seconds = (job.finished ?? 0) - (job.started ?? 0);
      return trans.__('done in %1', duration(Math.max(0, seconds), trans));
    }
  }
}

function checkJobText(job: Job, trans: TranslationBundle): string {
  switch (job.state) {
    case 'queued':
      return trans.__('check queued');
    case 'running':
      return trans.__('checking, %1', runningText(job, trans));
    case 'cancelled':
      return trans.__('check cancelled');
    case 'failed':
      return trans.__('check failed');
    case 'done':
      return job.check === 'different'
        ? trans.__('checked: not repeatable')
        : trans.__('checked: repeatable');
  }
}

function runningText(job: Job, trans: TranslationBundle): string {
  const { cells_done: done, cells_total: total, seconds_left: left } = job;
  // A server of an older version does not tell.
  const rest = typeof left === 'number' ? duration(left, trans) : null;
  if (total > 0) {
    return rest === null
      ? trans.__('%1 of %2 cells', done, total)
      : trans.__('%1 of %2 cells, about %3 left', done, total, rest);
  }
  return rest === null
    ? trans.__('starting')
    : trans.__('starting, about %1 left', rest);
}

/** A verdict in a word or two. */
export function verdictText(
  verdict: Verdict,
  trans: TranslationBundle
): string {
  switch (verdict) {
    case 'fresh':
      return trans.__('Fresh');
    case 'failed':
      return trans.__('Failed');
    case 'stale':
      return trans.__('Stale');
    case 'uncached':
      return trans.__('Not cached');
  }
}
