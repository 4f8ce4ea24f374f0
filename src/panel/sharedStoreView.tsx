import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Time } from '@jupyterlab/coreutils';
import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import { messageOf } from '../contract';
import type { SharedStoreReport, Transfer } from '../contract';
import type { Direction, SharedStore } from '../models/sharedStore';

/** What the view of the shared store needs. */
export interface ISharedStoreViewProps {
  readonly model: SharedStore;

  /** The project whose entries are moved; null while it is not known. */
  readonly project: string | null;

  /** Called when entries came. */
  readonly onPulled: () => void;

  readonly trans: TranslationBundle;
}

/** Whether the shared store answers, and buttons to move entries; nothing where there is none. */
export function SharedStoreView(props: ISharedStoreViewProps): JSX.Element {
  const { model, onPulled, project, trans } = props;
  const move = async (direction: Direction, from: string): Promise<void> => {
    const moving = model.transfer(direction, from);
    Notification.promise(moving, {
      pending: { message: pending(direction, trans), options: {} },
      success: {
        message: result => moved(direction, result as Transfer, trans),
        options: { autoClose: 5000 }
      },
      error: {
        message: reason =>
          trans.__('The shared store cannot be used: %1', messageOf(reason)),
        options: { autoClose: false }
      }
    });
    try {
      if ((await moving).total > 0 && direction === 'pull') {
        onPulled();
      }
    } catch {
      // The notification has told it.
    }
  };
  const button = (
    direction: Direction,
    label: string,
    title: string
  ): JSX.Element => (
    <button
      type="button"
      className="jp-NotebookCache-button"
      // A button that is disabled while it has the focus loses it.
      aria-disabled={project === null || model.running !== null}
      title={title}
      onClick={() => {
        if (project !== null && model.running === null) {
          void move(direction, project);
        }
      }}
    >
      {label}
    </button>
  );
  return (
    <UseSignal signal={model.changed}>
      {() =>
        model.report === null ? (
          <></>
        ) : (
          <div
            className="jp-NotebookCache-shared"
            role="group"
            aria-label={trans.__('Shared store')}
          >
            <div title={model.report.url}>{stateOf(model.report, trans)}</div>
            <div className="jp-NotebookCache-actions">
              {button(
                'push',
                trans.__('Push'),
                trans.__('Send what was executed here to the shared store')
              )}
              {button(
                'pull',
                trans.__('Pull'),
                trans.__('Fetch what others executed of the notebooks here')
              )}
            </div>
          </div>
        )
      }
    </UseSignal>
  );
}

/** How it is doing, in a line. */
function stateOf(report: SharedStoreReport, trans: TranslationBundle): string {
  const { asked, error, state, unsent } = report;
  const when = asked === null ? '' : Time.formatHuman(new Date(asked * 1000));
  const parts: string[] = [];
  if (state === 'unreachable') {
    parts.push(trans.__('Shared store: not reachable, %1. %2', when, error));
  } else if (state === 'reachable') {
    parts.push(trans.__('Shared store: reachable, %1', when));
  } else {
    parts.push(trans.__('Shared store: not asked yet'));
  }
  if (unsent > 0) {
    parts.push(
      trans._n('%1 entry to be sent', '%1 entries to be sent', unsent)
    );
  }
  return parts.join(' · ');
}

/** What is told while it goes on. */
function pending(direction: Direction, trans: TranslationBundle): string {
  return direction === 'push'
    ? trans.__('Sending to the shared store…')
    : trans.__('Fetching from the shared store…');
}

/** What is told at the end. */
function moved(
  direction: Direction,
  { problems, total }: Transfer,
  trans: TranslationBundle
): string {
  if (total === 0 && problems.length === 0) {
    return direction === 'push'
      ? trans.__('The shared store has all that was executed here.')
      : trans.__('The shared store has nothing new of the notebooks here.');
  }
  const done =
    direction === 'push'
      ? trans._n('%1 entry sent.', '%1 entries sent.', total)
      : trans._n('%1 entry fetched.', '%1 entries fetched.', total);
  const [first] = problems;
  return first === undefined
    ? done
    : `${done} ${trans.__('%1 left out, such as %2', problems.length, first)}`;
}
