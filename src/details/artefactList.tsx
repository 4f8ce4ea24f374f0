import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { EntryArtefact } from '../contract';
import { leftOutText, presenceText, sizeText } from './artefactWords';

/** So many files are listed; of the others the number is told. */
const MOST_FILES = 100;

/** What the list shows. */
export interface IArtefactListProps {
  /** The first files. */
  readonly artefacts: readonly EntryArtefact[];

  /** How many there are in all. */
  readonly total: number;

  /** Where the bytes of a file can be had. */
  readonly urlOf: (artefact: EntryArtefact) => string;

  /** Write the files to disk again. */
  readonly onRestore: () => void;

  /** For the words. */
  readonly trans: TranslationBundle;
}

/** The files that an execution wrote: what became of them, and how to get them back. */
export function ArtefactList(props: IArtefactListProps): JSX.Element | null {
  const { artefacts, onRestore, total, trans } = props;
  if (artefacts.length === 0) {
    return null;
  }
  const shown = artefacts.slice(0, MOST_FILES);
  const rest = total - shown.length;
  const canRestore = artefacts.some(
    ({ state, stored }) =>
      stored && (state === 'missing' || state === 'changed')
  );
  return (
    <>
      <h4>{trans.__('Written files')}</h4>
      <ul
        className="jp-NotebookCache-artefacts"
        aria-label={trans.__('Files that the execution wrote')}
      >
        {shown.map(artefact => (
          <ArtefactLine key={artefact.path} {...props} artefact={artefact} />
        ))}
        {rest > 0 && (
          <li>{trans._n('and %1 more file', 'and %1 more files', rest)}</li>
        )}
      </ul>
      {canRestore && (
        <button
          type="button"
          className="jp-NotebookCache-link"
          onClick={onRestore}
        >
          {trans.__('Restore files')}
        </button>
      )}
    </>
  );
}

interface ILineProps extends IArtefactListProps {
  readonly artefact: EntryArtefact;
}

function ArtefactLine({ artefact, trans, urlOf }: ILineProps): JSX.Element {
  const { path, size, state, stored } = artefact;
  const facts = [
    size === null ? null : sizeText(size, trans),
    presenceText(state, trans),
    stored ? null : leftOutText(artefact.left_out, trans)
  ];
  return (
    <li data-state={state}>
      <span className="jp-NotebookCache-artefact">
        {path}
        <span className="jp-NotebookCache-change">
          {' '}
          {facts.filter(fact => fact !== null).join(', ')}
        </span>
      </span>
      {stored && (
        <a
          className="jp-NotebookCache-link"
          href={urlOf(artefact)}
          download={path.split('/').pop()}
          aria-label={trans.__('Download %1', path)}
        >
          {trans.__('Download')}
        </a>
      )}
    </li>
  );
}
