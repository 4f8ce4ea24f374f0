import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { ICacheClient } from '../contract';
import type { CacheEntries } from '../models/cacheEntries';
import type { Verification } from '../models/verification';
import { projectName } from './projectName';

/** What can be done with a whole store needs this. */
export interface IStoreToolsProps {
  readonly client: ICacheClient;

  /** Tells which project it is. */
  readonly entries: CacheEntries;

  readonly verification: Verification;

  /** Called when entries were removed. */
  readonly onRemoved: () => void;

  readonly trans: TranslationBundle;
}

/** What can be done with a whole store: make room in it, look whether it is sound. */
export function StoreTools(props: IStoreToolsProps): JSX.Element {
  const { client, entries, onRemoved, trans, verification } = props;
  const { isKnown, project } = entries;
  const clean = async (): Promise<void> => {
    const { cleanUp } = await import('./cleanUp');
    const name = projectName(project, trans);
    if (await cleanUp({ client, project, name, trans })) {
      onRemoved();
    }
  };
  return (
    <UseSignal signal={verification.changed}>
      {() => (
        <div
          className="jp-NotebookCache-actions"
          role="group"
          aria-label={trans.__('What to do with the store')}
        >
          <button
            type="button"
            className="jp-NotebookCache-button"
            disabled={!isKnown}
            title={trans.__('Remove entries that nobody needs any more')}
            onClick={() => void clean()}
          >
            {trans.__('Clean up…')}
          </button>
          <button
            type="button"
            className="jp-NotebookCache-button"
            // A button that is disabled while it has the focus loses it.
            aria-disabled={!isKnown || verification.isRunning}
            title={trans.__('Read all files of the store and look for damage')}
            onClick={() => {
              if (isKnown) {
                void verification.run(project, false);
              }
            }}
          >
            {trans.__('Verify')}
          </button>
        </div>
      )}
    </UseSignal>
  );
}
