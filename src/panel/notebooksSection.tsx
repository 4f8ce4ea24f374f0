import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import type { KeptView } from '../models/keptView';
import { isDue, notebooksFor } from '../models/notebookOrder';
import type { INotebookView } from '../models/notebookOrder';
import { ProjectNotebooks } from '../models/projectNotebooks';
import type { INotebookCache } from '../tokens';
import { NotebookActions } from './notebookActions';
import { NotebookRow } from './notebookRow';
import { NotebookChoice } from './notebookChoice';
import { WindowedList } from './windowedList';

/** Two lines of text with some air. */
const ROW_HEIGHT = 44;

/** What the section *Notebooks* needs. */
export interface INotebooksSectionOptions {
  readonly cache: INotebookCache;

  /** What the person chose to see. */
  readonly kept: KeptView<INotebookView>;

  /** Opens a notebook. */
  readonly open: (path: string) => void;

  readonly trans: TranslationBundle;
}

/** *Notebooks*: all of them with their verdicts, and what can be done with many at once. */
export class NotebooksSection extends ReactWidget {
  constructor(options: INotebooksSectionOptions) {
    super();
    this._options = options;
    this._notebooks = new ProjectNotebooks(options.cache);
    this.addClass('jp-NotebookCache-body');
    this.addClass('jp-NotebookCache-notebooks');
  }

  override dispose(): void {
    this._notebooks.dispose();
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._notebooks.isActive = true;
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._notebooks.isActive = this.isVisible;
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._notebooks.isActive = false;
  }

  protected override render(): JSX.Element {
    return (
      <UseSignal signal={this._notebooks.changed}>
        {() => (
          <UseSignal signal={this._options.kept.changed}>
            {() => <Notebooks {...this._options} all={this._notebooks} />}
          </UseSignal>
        )}
      </UseSignal>
    );
  }

  private readonly _options: INotebooksSectionOptions;
  private readonly _notebooks: ProjectNotebooks;
}

interface INotebooksProps extends INotebooksSectionOptions {
  readonly all: ProjectNotebooks;
}

function Notebooks(props: INotebooksProps): JSX.Element {
  const { all, cache, kept, open, trans } = props;
  const [chosen, setChosen] = React.useState<ReadonlySet<string>>(new Set());
  const { notebooks } = all;
  const { view } = kept;
  const shown = React.useMemo(
    () => notebooksFor(notebooks, view),
    [notebooks, view]
  );
  if (all.error !== null) {
    return <p role="alert">{all.error}</p>;
  }
  if (!all.isKnown) {
    return <p>{trans.__('Asking the server…')}</p>;
  }
  if (notebooks.length === 0 && all.unreadable.length === 0) {
    return <p>{trans.__('There is no notebook here yet.')}</p>;
  }
  const choose = (path: string, isChosen: boolean): void => {
    const next = new Set(chosen);
    if (isChosen) {
      next.add(path);
    } else {
      next.delete(path);
    }
    setChosen(next);
  };
  // What is not listed any more, or is filtered out, is not acted upon.
  const selected = shown.filter(({ path }) => chosen.has(path));
  return (
    <>
      <NotebookChoice kept={kept} trans={trans} />
      <NotebookActions
        actions={cache.actions}
        due={notebooks.filter(line => isDue(line) && !all.jobOf(line.path))}
        selected={selected}
        trans={trans}
      />
      <p className="jp-NotebookCache-count" role="status">
        {trans._n(
          '%2 of %1 notebook',
          '%2 of %1 notebooks',
          all.total,
          shown.length
        )}
      </p>
      <WindowedList
        count={shown.length}
        rowHeight={ROW_HEIGHT}
        label={trans.__('Notebooks')}
        keyOf={index => shown[index]?.path ?? ''}
        render={(index, tabIndex) => {
          const line = shown[index];
          return (
            line && (
              <NotebookRow
                line={line}
                job={all.jobOf(line.path)}
                isChosen={chosen.has(line.path)}
                onChoose={isChosen => choose(line.path, isChosen)}
                onOpen={() => open(line.path)}
                tabIndex={tabIndex}
                trans={trans}
              />
            )
          );
        }}
      />
      {all.unreadable.length > 0 && (
        <details className="jp-NotebookCache-unreadable">
          <summary>
            {trans._n(
              '%1 notebook cannot be read',
              '%1 notebooks cannot be read',
              all.unreadable.length
            )}
          </summary>
          <ul>
            {all.unreadable.map(problem => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
