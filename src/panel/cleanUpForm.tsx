import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Dialog } from '@jupyterlab/apputils';
import * as React from 'react';
import { LIMIT_NAMES, numberOf } from '../models/cleanUpLimits';
import type { CleanUpLimits, ILimit, LimitName } from '../models/cleanUpLimits';

/** The limits of a clean-up, to be set by a person. */
export class CleanUpForm
  extends ReactWidget
  implements Dialog.IBodyWidget<CleanUpLimits>
{
  /**
   * @param limits - How they stand at first.
   * @param trans - For the words.
   */
  constructor(limits: CleanUpLimits, trans: TranslationBundle) {
    super();
    this._limits = limits;
    this._trans = trans;
    this.addClass('jp-NotebookCache-cleanUp');
  }

  /** The limits as the person left them. */
  getValue(): CleanUpLimits {
    return this._limits;
  }

  protected override render(): JSX.Element {
    const trans = this._trans;
    return (
      <>
        <p>
          {trans.__(
            'Entries that do not keep to the limits go, the least recently used first. Pinned ones stay. What goes is shown before anything is removed.'
          )}
        </p>
        {LIMIT_NAMES.map(name => (
          <Limit
            key={name}
            name={name}
            limit={this._limits[name]}
            onChange={change => this._change(name, change)}
            trans={trans}
          />
        ))}
      </>
    );
  }

  private _change(name: LimitName, change: Partial<ILimit>): void {
    const limit = { ...this._limits[name], ...change };
    this._limits = { ...this._limits, [name]: limit };
    this.update();
  }

  private _limits: CleanUpLimits;
  private readonly _trans: TranslationBundle;
}

interface ILimitProps {
  readonly name: LimitName;
  readonly limit: ILimit;
  readonly onChange: (change: Partial<ILimit>) => void;
  readonly trans: TranslationBundle;
}

function Limit({ limit, name, onChange, trans }: ILimitProps): JSX.Element {
  const id = `jp-NotebookCache-limit-${name}`;
  const { label, field, unit } = wordsOf(name, trans);
  const isWrong = limit.isOn && numberOf(name, limit.text) === null;
  return (
    <div className="jp-NotebookCache-limit">
      <label>
        <input
          type="checkbox"
          checked={limit.isOn}
          onChange={event => onChange({ isOn: event.target.checked })}
        />
        {label}
      </label>
      <span>
        <input
          type="text"
          inputMode="decimal"
          aria-label={field}
          aria-invalid={isWrong}
          aria-describedby={isWrong ? id : undefined}
          disabled={!limit.isOn}
          value={limit.text}
          onChange={event => onChange({ text: event.target.value })}
        />{' '}
        {unit}
      </span>
      {isWrong && (
        <p id={id} role="alert">
          {name === 'entries'
            ? trans.__('Write a whole number of 0 or more.')
            : trans.__('Write a number of 0 or more.')}
        </p>
      )}
    </div>
  );
}

function wordsOf(
  name: LimitName,
  trans: TranslationBundle
): { label: string; field: string; unit: string } {
  switch (name) {
    case 'days':
      return {
        label: trans.__('Remove what was not used for'),
        field: trans.__('Days without use'),
        unit: trans.__('days')
      };
    case 'megabytes':
      return {
        label: trans.__('Keep the entries below'),
        field: trans.__('Most megabytes'),
        unit: trans.__('MB in all')
      };
    case 'entries':
      return {
        label: trans.__('Keep at most'),
        field: trans.__('Most entries'),
        unit: trans.__('entries')
      };
  }
}
