import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { NotebookStatistics } from '../contract';
import { duration } from '../details/time';

/** Pixels: a line of text, and two bars below it. */
const ROW = 32;
const TEXT_BASE = 11;
const BAR = 5;
const SAVED_TOP = 16;
const EXECUTED_TOP = 23;

/** A name longer than this is cut in front: the end tells notebooks apart. */
const LONGEST_NAME = 22;

/** What the chart shows. */
export interface ISavedChartProps {
  /** Notebooks that took or saved time. */
  readonly notebooks: readonly NotebookStatistics[];

  readonly trans: TranslationBundle;
}

/** Bars by notebook, seconds saved over seconds executed; the same as a table for those who do not see it. */
export function SavedChart(props: ISavedChartProps): JSX.Element {
  const { notebooks, trans } = props;
  const most = Math.max(
    ...notebooks.map(({ execution_seconds: executed, seconds_saved: saved }) =>
      Math.max(executed, saved)
    )
  );
  const share = (seconds: number): string => `${(100 * seconds) / most}%`;
  return (
    <>
      <p className="jp-NotebookCache-legend" aria-hidden="true">
        <span data-kind="saved" /> {trans.__('saved')}
        <span data-kind="executed" /> {trans.__('executed')}
      </p>
      <svg
        role="img"
        aria-label={trans.__('Chart of time saved and executed, by notebook')}
        className="jp-NotebookCache-chart"
        height={notebooks.length * ROW}
      >
        {notebooks.map((notebook, index) => (
          <g key={notebook.path}>
            <title>{lineOf(notebook, trans)}</title>
            <text x="0" y={index * ROW + TEXT_BASE}>
              {shortened(notebook.path)}
            </text>
            <text x="100%" y={index * ROW + TEXT_BASE} textAnchor="end">
              {duration(notebook.seconds_saved, trans)}
            </text>
            <rect
              data-kind="saved"
              y={index * ROW + SAVED_TOP}
              width={share(notebook.seconds_saved)}
              height={BAR}
            />
            <rect
              data-kind="executed"
              y={index * ROW + EXECUTED_TOP}
              width={share(notebook.execution_seconds)}
              height={BAR}
            />
          </g>
        ))}
      </svg>
      <table className="jp-NotebookCache-unseen">
        <caption>{trans.__('Time saved and executed, by notebook')}</caption>
        <thead>
          <tr>
            <th scope="col">{trans.__('Notebook')}</th>
            <th scope="col">{trans.__('Saved')}</th>
            <th scope="col">{trans.__('Executed')}</th>
          </tr>
        </thead>
        <tbody>
          {notebooks.map(notebook => (
            <tr key={notebook.path}>
              <th scope="row">{notebook.path}</th>
              <td>{duration(notebook.seconds_saved, trans)}</td>
              <td>{duration(notebook.execution_seconds, trans)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function lineOf(
  notebook: NotebookStatistics,
  trans: TranslationBundle
): string {
  return trans.__(
    '%1: %2 saved, %3 executed',
    notebook.path,
    duration(notebook.seconds_saved, trans),
    duration(notebook.execution_seconds, trans)
  );
}

function shortened(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.length > LONGEST_NAME ? `…${name.slice(1 - LONGEST_NAME)}` : name;
}
