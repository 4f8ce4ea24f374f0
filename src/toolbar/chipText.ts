import type { TranslationBundle } from '@jupyterlab/translation';
import { sentenceText } from '../models/sentence';
import type { INotebookStatus, Status } from '../tokens';

/** What the chip shows, and how it looks. */
export interface IChip {
  /** The words. */
  readonly text: string;

  /** More words, for whoever rests on it. */
  readonly title: string;

  /** Chooses colour and mark. */
  readonly look:
    'fresh' | 'failed' | 'stale' | 'uncached' | 'active' | 'unknown';

  /** Whether only a number changes from one text to the next, which need not be read out. */
  readonly isCounting: boolean;
}

/**
 * The words of the status chip.
 *
 * @param model - What is known of the notebook.
 * @param trans - For the words.
 */
export function chipOf(
  model: Pick<INotebookStatus, 'status' | 'job' | 'error'>,
  trans: TranslationBundle
): IChip {
  const { status, job, error } = model;
  const chip = (
    look: IChip['look'],
    text: string,
    title: string,
    isCounting = false
  ): IChip => ({ text, title, look, isCounting });
  if (job?.state === 'queued') {
    return chip(
      'active',
      trans.__('Queued'),
      job.kind === 'check'
        ? trans.__('The notebook waits to be checked')
        : trans.__('The notebook waits to be executed')
    );
  }
  if (job?.state === 'running') {
    const isCheck = job.kind === 'check';
    const cells = (status?.cells ?? 0) * (isCheck ? 2 : 1);
    const total = job.cells_total || cells;
    return chip(
      'active',
      isCheck
        ? trans.__('Checking %1/%2', job.cells_done, total)
        : trans.__('Running %1/%2', job.cells_done, total),
      trans.__('%1 of %2 cells are executed', job.cells_done, total),
      job.cells_done > 0
    );
  }
  if (error !== null) {
    return chip('unknown', trans.__('Unknown'), error.message);
  }
  return status
    ? chipOfVerdict(status, chip, trans)
    : chip('unknown', '…', trans.__('Asking the server'));
}

function chipOfVerdict(
  status: Status,
  chip: (look: IChip['look'], text: string, title: string) => IChip,
  trans: TranslationBundle
): IChip {
  switch (status.verdict) {
    case 'fresh':
      return chipOfFresh(status, chip, trans);
    case 'failed':
      return chip(
        'failed',
        trans.__('Failed'),
        trans.__('The execution ended in an error, and nothing changed since')
      );
    case 'stale':
      return chip('stale', trans.__('Stale'), reasonsInShort(status, trans));
    case 'uncached':
      return chip(
        'uncached',
        trans.__('Not cached'),
        trans.__('This notebook was never executed by the cache')
      );
  }
}

/** The first reason, and how many there are besides. */
function reasonsInShort(status: Status, trans: TranslationBundle): string {
  const [first, ...others] = status.reasons;
  if (!first) {
    return trans.__('The cached outputs are old');
  }
  const reason = sentenceText(first, trans);
  return others.length > 0
    ? trans._n(
        '%2 And %1 more reason.',
        '%2 And %1 more reasons.',
        others.length,
        reason
      )
    : reason;
}

function chipOfFresh(
  status: Status,
  chip: (look: IChip['look'], text: string, title: string) => IChip,
  trans: TranslationBundle
): IChip {
  if (!status.trusted) {
    return chip(
      'fresh',
      trans.__('Fresh, not ours'),
      trans.__(
        'Somebody else stored outputs for this code; you do not trust them'
      )
    );
  }
  switch (status.outputs) {
    case 'different':
      return chip(
        'fresh',
        trans.__('Fresh, other outputs shown'),
        trans.__(
          'The cached outputs are true, but the document shows other outputs'
        )
      );
    case 'none':
      return chip(
        'fresh',
        trans.__('Fresh'),
        trans.__('The cached outputs are true and can be restored')
      );
    case 'same':
      return chip('fresh', trans.__('Fresh'), trans.__('The outputs are true'));
  }
}
