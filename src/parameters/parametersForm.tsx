import type { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IDefault } from './defaults';

/** Values as a person wrote them, by the names of parameters. */
export type Words = Readonly<Record<string, string>>;

/** A row of the form: what is written in it. */
interface IRow {
  readonly name: string;
  readonly text: string;

  /** The default, for a parameter that the notebook has; null for one that the person adds. */
  readonly standard: string | null;
}

/** The body of the dialog in which a person gives parameters. */
export class ParametersForm
  extends ReactWidget
  implements Dialog.IBodyWidget<Words>
{
  /**
   * @param defaults - The notebook's parameters.
   * @param before - What was given the last time.
   * @param trans - For its words.
   */
  constructor(
    defaults: readonly IDefault[],
    before: Words,
    trans: TranslationBundle
  ) {
    super();
    this._trans = trans;
    const names = new Set(defaults.map(({ name }) => name));
    this._rows = [
      ...defaults.map(({ name, text }) => ({
        name,
        text: before[name] ?? '',
        standard: text
      })),
      ...Object.entries(before)
        .filter(([name]) => !names.has(name))
        .map(([name, text]) => ({ name, text, standard: null }))
    ];
    if (this._rows.length === 0) {
      this._rows = [{ name: '', text: '', standard: null }];
    }
    this.addClass('jp-NotebookCache-parameters');
  }

  /** What was given; a row without a value leaves the notebook's own. */
  getValue(): Words {
    return Object.fromEntries(
      this._rows
        .map(({ name, text }) => [name.trim(), text] as const)
        .filter(([name, text]) => name !== '' && text !== '')
    );
  }

  protected override render(): JSX.Element {
    const trans = this._trans;
    return (
      <>
        <p id="jp-NotebookCache-parametersHint">
          {trans.__(
            'True, False, None and numbers are taken for what they look like, all else for text. What is left empty stays as it is in the notebook.'
          )}
        </p>
        <table>
          <thead>
            <tr>
              <th scope="col">{trans.__('Name')}</th>
              <th scope="col">{trans.__('Value')}</th>
            </tr>
          </thead>
          <tbody>{this._rows.map((row, index) => this._row(row, index))}</tbody>
        </table>
        <button
          type="button"
          className="jp-NotebookCache-link"
          onClick={() => {
            this._rows = [
              ...this._rows,
              { name: '', text: '', standard: null }
            ];
            this.update();
          }}
        >
          {trans.__('Add a parameter')}
        </button>
      </>
    );
  }

  private _row(row: IRow, index: number): JSX.Element {
    const trans = this._trans;
    const { name, standard, text } = row;
    return (
      <tr key={index}>
        {standard === null ? (
          <td>
            <input
              type="text"
              className="jp-mod-styled"
              aria-label={trans.__('Name of parameter %1', index + 1)}
              value={name}
              onChange={({ target }) =>
                this._set(index, { ...row, name: target.value })
              }
            />
          </td>
        ) : (
          <th scope="row">{name}</th>
        )}
        <td>
          <input
            type="text"
            className="jp-mod-styled"
            aria-label={
              name
                ? trans.__('Value of %1', name)
                : trans.__('Value of parameter %1', index + 1)
            }
            aria-describedby="jp-NotebookCache-parametersHint"
            placeholder={standard ?? ''}
            value={text}
            onChange={({ target }) =>
              this._set(index, { ...row, text: target.value })
            }
          />
        </td>
      </tr>
    );
  }

  private _set(index: number, row: IRow): void {
    this._rows = this._rows.map((old, at) => (at === index ? row : old));
    this.update();
  }

  private _rows: readonly IRow[];
  private readonly _trans: TranslationBundle;
}
