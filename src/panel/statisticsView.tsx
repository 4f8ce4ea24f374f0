import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { Statistics } from '../contract';
import { duration, size } from '../details/time';
import { foremost } from '../models/cacheStatistics';
import type { CacheStatistics } from '../models/cacheStatistics';
import { SavedChart } from './savedChart';

/** So many notebooks have bars. */
const MOST_BARS = 8;

/** What the statistics are shown with. */
export interface IStatisticsViewProps {
  readonly model: CacheStatistics;

  /** Whether they are unfolded. */
  readonly isOpen: boolean;

  readonly onToggle: (isOpen: boolean) => void;
  readonly trans: TranslationBundle;
}

/** How large the store is and what it saved, in a line; unfolded, by notebook. */
export function StatisticsView(props: IStatisticsViewProps): JSX.Element {
  const { isOpen, model, onToggle, trans } = props;
  return (
    <UseSignal signal={model.changed}>
      {() => {
        const { error, statistics } = model;
        if (error !== null) {
          return (
            <p role="alert">
              {error}{' '}
              <button
                type="button"
                className="jp-NotebookCache-link"
                onClick={() => void model.refresh()}
              >
                {trans.__('Ask again')}
              </button>
            </p>
          );
        }
        return (
          statistics && (
            <details
              className="jp-NotebookCache-statistics"
              open={isOpen}
              onToggle={event => {
                if (event.currentTarget.open !== isOpen) {
                  onToggle(event.currentTarget.open);
                }
              }}
            >
              <summary>
                {trans.__(
                  'Store: %1, time saved: %2',
                  size(model.storeBytes ?? 0, trans),
                  duration(statistics.seconds_saved, trans)
                )}
              </summary>
              {isOpen && <Details statistics={statistics} trans={trans} />}
            </details>
          )
        );
      }}
    </UseSignal>
  );
}

interface IDetailsProps {
  readonly statistics: Statistics;
  readonly trans: TranslationBundle;
}

function Details({ statistics, trans }: IDetailsProps): JSX.Element {
  const notebooks = foremost(statistics.notebooks, MOST_BARS);
  const { executions, failed, hits } = statistics;
  return (
    <>
      <p>
        {trans._n(
          '%1 execution in %2',
          '%1 executions in %2',
          executions,
          duration(statistics.execution_seconds, trans)
        )}
        {failed > 0 && trans.__(', %1 of them failed', failed)}
        {'; '}
        {trans._n(
          '%1 was not repeated, since its outputs were here.',
          '%1 were not repeated, since their outputs were here.',
          hits
        )}
      </p>
      {notebooks.length > 0 && (
        <SavedChart notebooks={notebooks} trans={trans} />
      )}
    </>
  );
}
