import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import { OriginMark } from '../details/originMark';
import type { ICellRow } from '../diff/notebooks';
import type { INumberChange } from '../diff/texts';
import { DOCUMENT } from '../models/comparison';
import type { Comparison } from '../models/comparison';
import type { ChangeList } from './changeList';
import { cellName, entryName, numberText, summaryText } from './words';

/** The change that is largest. */
export interface ILargestChange {
  /** Of which cell. */
  readonly row: ICellRow;

  /** The number; null when no number changed. */
  readonly number: INumberChange | null;

  /** Lines of the cell that differ. */
  readonly lines: number;
}

/** What is compared, what was found, and where to go. */
export class CompareHeader extends ReactWidget {
  /**
   * @param comparison - What is compared.
   * @param list - Where to go.
   * @param trans - For the words.
   */
  constructor(
    comparison: Comparison,
    list: ChangeList,
    trans: TranslationBundle
  ) {
    super();
    this._comparison = comparison;
    this._list = list;
    this._trans = trans;
    this.addClass('jp-NotebookCache-compareHead');
  }

  /** The largest change, once it is known. */
  set largest(largest: ILargestChange | null) {
    this._largest = largest;
    this.update();
  }

  protected override render(): JSX.Element {
    const comparison = this._comparison;
    const list = this._list;
    const trans = this._trans;
    return (
      <UseSignal signal={comparison.changed}>
        {() => (
          <>
            <h2>{trans.__('Comparison of %1', comparison.path)}</h2>
            <Sides comparison={comparison} trans={trans} />
            <Origins comparison={comparison} trans={trans} />
            <Outcome
              comparison={comparison}
              largest={this._largest}
              list={list}
              trans={trans}
            />
            {comparison.diff && list.total > 0 && (
              <UseSignal signal={list.moved}>
                {() => <Tools list={list} trans={trans} />}
              </UseSignal>
            )}
          </>
        )}
      </UseSignal>
    );
  }

  private _largest: ILargestChange | null = null;
  private readonly _comparison: Comparison;
  private readonly _list: ChangeList;
  private readonly _trans: TranslationBundle;
}

interface ISidesProps {
  readonly comparison: Comparison;
  readonly trans: TranslationBundle;
}

function Sides({ comparison, trans }: ISidesProps): JSX.Element {
  const { after, before } = comparison;
  return (
    <div className="jp-NotebookCache-sides">
      <Side
        comparison={comparison}
        label={trans.__('Before')}
        value={before}
        onChoose={choice => void comparison.choose(choice, after)}
        trans={trans}
      />
      <Side
        comparison={comparison}
        label={trans.__('After')}
        value={after}
        onChoose={choice => void comparison.choose(before, choice)}
        trans={trans}
      />
    </div>
  );
}

/** Which sides somebody else made. */
function Origins({ comparison, trans }: ISidesProps): JSX.Element | null {
  const { after, before, entries } = comparison;
  const sides = [
    { id: before, label: trans.__('Before') },
    { id: after, label: trans.__('After') }
  ].flatMap(({ id, label }) => {
    const entry = entries.find(item => item.id === id);
    return entry && entry.origin !== 'here' ? [{ entry, label }] : [];
  });
  return sides.length > 0 ? (
    <p className="jp-NotebookCache-origins">
      {sides.map(({ entry, label }) => (
        <span key={label}>
          {trans.__('%1:', label)} <OriginMark entry={entry} trans={trans} />
        </span>
      ))}
    </p>
  ) : null;
}

interface ISideProps extends ISidesProps {
  readonly label: string;
  readonly value: string;
  readonly onChoose: (choice: string) => void;
}

function Side(props: ISideProps): JSX.Element {
  const { comparison, label, onChoose, trans, value } = props;
  const { entries } = comparison;
  const isListed = value === DOCUMENT || entries.some(({ id }) => id === value);
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={event => onChoose(event.target.value)}>
        <option value={DOCUMENT}>
          {trans.__('The document as it is now')}
        </option>
        {!isListed && <option value={value}>{trans.__('An entry')}</option>}
        {entries.map(entry => (
          <option key={entry.id} value={entry.id}>
            {entryName(entry, trans)}
          </option>
        ))}
      </select>
    </label>
  );
}

interface IOutcomeProps extends ISidesProps {
  readonly largest: ILargestChange | null;
  readonly list: ChangeList;
}

function Outcome(props: IOutcomeProps): JSX.Element {
  const { comparison, largest, list, trans } = props;
  const { diff, error, isLoading, isOutdated } = comparison;
  return (
    <>
      <p role="status">
        {isLoading
          ? trans.__('Comparing…')
          : diff && summaryText(diff.summary, trans)}
      </p>
      {error !== null && <p role="alert">{error}</p>}
      {isOutdated && (
        <p>
          {trans.__('The document was edited since.')}{' '}
          <button
            type="button"
            className="jp-NotebookCache-link"
            onClick={() => void comparison.refresh()}
          >
            {trans.__('Compare again')}
          </button>
        </p>
      )}
      {largest && (
        <p>
          {trans.__('Largest change:')}{' '}
          <button
            type="button"
            className="jp-NotebookCache-link"
            onClick={() => list.goTo(largest.row)}
          >
            {largestText(largest, trans)}
          </button>
        </p>
      )}
    </>
  );
}

function largestText(
  { lines, number, row }: ILargestChange,
  trans: TranslationBundle
): string {
  const cell = cellName(row, trans);
  return number
    ? trans.__('%1 in %2', numberText(number, trans), cell)
    : trans._n('%1 line in %2', '%1 lines in %2', lines, cell);
}

interface IToolsProps {
  readonly list: ChangeList;
  readonly trans: TranslationBundle;
}

function Tools({ list, trans }: IToolsProps): JSX.Element {
  return (
    <div
      className="jp-NotebookCache-tools"
      role="group"
      aria-label={trans.__('Changes')}
    >
      <button
        type="button"
        title={trans.__('Previous change (P)')}
        onClick={() => list.go(-1)}
      >
        {trans.__('Previous')}
      </button>
      <button
        type="button"
        title={trans.__('Next change (N)')}
        onClick={() => list.go(1)}
      >
        {trans.__('Next')}
      </button>
      <span>
        {list.position > 0
          ? trans.__('Change %1 of %2', list.position, list.total)
          : trans._n('%1 changed cell', '%1 changed cells', list.total)}
      </span>
      <button
        type="button"
        onClick={() => {
          list.isAllOpen = !list.isAllOpen;
        }}
      >
        {list.isAllOpen ? trans.__('Collapse all') : trans.__('Expand all')}
      </button>
    </div>
  );
}
