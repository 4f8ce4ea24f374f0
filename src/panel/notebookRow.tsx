import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Job, NotebookLine } from '../contract';
import { ago, duration } from '../details/time';
import { verdictText } from '../details/words';
import { sentenceText } from '../models/sentence';
import { chipOf } from '../toolbar/chipText';

/** One notebook of a list. */
export interface INotebookRowProps {
  readonly line: NotebookLine;

  /** The job that waits or runs for it. */
  readonly job: Job | null;

  readonly isChosen: boolean;
  readonly onChoose: (isChosen: boolean) => void;
  readonly onOpen: () => void;

  /** Whether its controls are tab stops. */
  readonly tabIndex: 0 | -1;

  readonly trans: TranslationBundle;
}

/** A notebook with its verdict; the first reason, or what its execution took, below. */
export function NotebookRow(props: INotebookRowProps): JSX.Element {
  const { line, job, isChosen, onChoose, onOpen, tabIndex, trans } = props;
  const slash = line.path.lastIndexOf('/');
  const folder = line.path.slice(0, slash + 1);
  const words = job
    ? chipOf({ status: null, job, error: null }, trans).text
    : verdictText(line.verdict, trans);
  return (
    <div
      className={`jp-NotebookCache-row jp-mod-${job ? 'active' : line.verdict}`}
    >
      <input
        type="checkbox"
        aria-label={trans.__('Select %1', line.path)}
        checked={isChosen}
        tabIndex={tabIndex}
        onChange={event => onChoose(event.target.checked)}
      />
      <span className="jp-NotebookCache-mark" aria-hidden="true" />
      <div className="jp-NotebookCache-rowText">
        <div className="jp-NotebookCache-rowHead">
          <button
            type="button"
            className="jp-NotebookCache-link"
            aria-label={line.path}
            title={line.path}
            tabIndex={tabIndex}
            onClick={onOpen}
          >
            {line.path.slice(slash + 1)}
          </button>
          <span className="jp-NotebookCache-verdict">{words}</span>
        </div>
        <div
          className="jp-NotebookCache-rowDetail"
          title={line.reason ? sentenceText(line.reason, trans) : undefined}
        >
          {[folder, detailOf(line, trans)].filter(Boolean).join(' ')}
        </div>
      </div>
    </div>
  );
}

function detailOf(line: NotebookLine, trans: TranslationBundle): string {
  if (line.reason !== null) {
    const reason = sentenceText(line.reason, trans);
    return line.reason_count > 1
      ? trans._n(
          '%2 And %1 more.',
          '%2 And %1 more.',
          line.reason_count - 1,
          reason
        )
      : reason;
  }
  if (line.created === null || line.seconds === null) {
    return '';
  }
  return trans.__(
    '%1, took %2',
    ago(line.created, trans),
    duration(line.seconds, trans)
  );
}
