import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { FirstSteps } from '../models/firstSteps';
import type { INotebookCache } from '../tokens';

/** What the first steps need. */
export interface IEmptyStateOptions {
  readonly cache: INotebookCache;

  /** Opens a notebook. */
  readonly open: (path: string) => void;

  /** Shows the list of all notebooks with their verdicts. */
  readonly showNotebooks: () => void;

  readonly trans: TranslationBundle;
}

/** The first steps, with buttons that take them; shown while nothing is cached, or no notebook is open. */
export class EmptyState extends ReactWidget {
  constructor(options: IEmptyStateOptions) {
    super();
    this._options = options;
    this._steps = new FirstSteps(options.cache);
    this.addClass('jp-NotebookCache-firstSteps');
  }

  override dispose(): void {
    this._steps.dispose();
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._steps.isActive = true;
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._steps.isActive = this.isVisible;
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._steps.isActive = false;
  }

  protected override render(): JSX.Element {
    return (
      <UseSignal signal={this._steps.changed}>
        {() =>
          this._steps.isNeeded ? (
            <Steps {...this._options} steps={this._steps} />
          ) : null
        }
      </UseSignal>
    );
  }

  private readonly _options: IEmptyStateOptions;
  private readonly _steps: FirstSteps;
}

interface IStepsProps extends IEmptyStateOptions {
  readonly steps: FirstSteps;
}

function Steps(props: IStepsProps): JSX.Element {
  const { cache, showNotebooks, steps, trans } = props;
  return (
    <section aria-label={trans.__('First steps')}>
      <h4>
        {steps.isCached
          ? trans.__('No notebook is open')
          : trans.__('Nothing is cached yet')}
      </h4>
      <ol>
        <li>
          <OpenStep {...props} />
        </li>
        <li>
          <UseSignal signal={cache.jobs.changed}>
            {() => <CacheStep {...props} />}
          </UseSignal>
        </li>
        <li>
          <p>
            {trans.__(
              'From then on you see what is fresh, and why something is not.'
            )}
          </p>
          <button
            type="button"
            className="jp-mod-styled"
            onClick={showNotebooks}
          >
            {trans.__('Show what is fresh')}
          </button>
        </li>
      </ol>
    </section>
  );
}

function OpenStep({ cache, open, steps, trans }: IStepsProps): JSX.Element {
  const current = cache.current?.context.localPath;
  if (current !== undefined) {
    return <p>{trans.__('%1 is open.', current)}</p>;
  }
  return (
    <>
      <p>
        {steps.proposed.length > 0
          ? trans.__('Open a notebook, in the file browser or here:')
          : trans.__('Make a notebook, and write some code in it.')}
      </p>
      {steps.proposed.map(path => (
        <button
          key={path}
          type="button"
          className="jp-mod-styled"
          aria-label={trans.__('Open %1', path)}
          title={path}
          onClick={() => open(path)}
        >
          {path.split('/').pop()}
        </button>
      ))}
    </>
  );
}

function CacheStep({ cache, trans }: IStepsProps): JSX.Element {
  const panel = cache.current;
  const isBusy = panel !== null && cache.statusOf(panel).job !== null;
  return (
    <>
      <p>
        {isBusy
          ? trans.__('It is being executed; its outputs are kept.')
          : trans.__(
              'Have it executed on the server; its outputs are kept with all that they depend on.'
            )}
      </p>
      <button
        type="button"
        className="jp-mod-styled"
        disabled={panel === null || isBusy}
        onClick={() => panel && void cache.actions.cache(panel)}
      >
        {trans.__('Cache this notebook')}
      </button>
    </>
  );
}
