import { IRouter } from '@jupyterlab/application';
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Clipboard, ICommandPalette, Notification } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { IEntryLink } from '../actions/entryLink';
import { SHORT_MS } from '../actions/shortMessage';
import { followCurrent } from '../models/followCurrent';
import { INotebookCache } from '../tokens';
import { CommandIDs, NO_ARGUMENTS } from './commandIds';

/** An address that has the parameter of `actions/entryLink.ts`. */
const HAS_ENTRY = /[?&]cache=/;

const TEXT = { type: 'string' };

/** Opens the document that the address names when the application starts, and brings it to the front. */
const OPENER = 'filebrowser:open-path';

/** So long, in milliseconds, an application is waited for that may not do so. */
const OPENER_MS = 10_000;

/** Opens the entry that an address names, and makes such addresses. */
export const entryLinkPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-cache:entry-link',
  description: 'Opens links to cached outputs, and makes them.',
  autoStart: true,
  requires: [INotebookCache],
  optional: [IRouter, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    cache: INotebookCache,
    router: IRouter | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_cache');
    const { commands } = app;
    const current = () => cache.current && cache.statusOf(cache.current).status;

    const show = async ({ entry, path }: IEntryLink): Promise<void> => {
      const opened = openedByApplication(commands, path);
      const { linkedEntry } = await import('../actions/entryLink');
      try {
        await Promise.all([app.restored, opened]);
        await commands.execute('docmanager:open', { path });
        const panel = cache.openAt(path);
        await Promise.all([panel?.context.ready, panel?.revealed]);
        const id = await linkedEntry({ entry, path }, cache.client, trans);
        const command = [CommandIDs.compare, CommandIDs.showPanel].find(it =>
          commands.hasCommand(it)
        );
        if (command) {
          await commands.execute(command, { path, entry: id });
        }
      } catch (reason) {
        const { messageOf } = await import('../contract');
        Notification.error(
          trans.__(
            'The link to cached outputs cannot be followed: %1',
            messageOf(reason)
          ),
          { autoClose: false }
        );
      }
    };

    commands.addCommand(CommandIDs.openLink, {
      label: trans.__('Open a Link to Cached Outputs'),
      describedBy: {
        args: {
          type: 'object',
          properties: { path: TEXT, search: TEXT, hash: TEXT }
        }
      },
      execute: async args => {
        const { entryLinkOf, isRoutedAgain } =
          await import('../actions/entryLink');
        const location = args as Partial<IRouter.ILocation>;
        const link = entryLinkOf(location);
        if (link && !isRoutedAgain(location.search ?? '')) {
          // The application opens only after all rules: it is not kept waiting.
          void show(link);
          router?.navigate(link.rest, { skipRouting: true });
        }
      }
    });
    router?.register({ command: CommandIDs.openLink, pattern: HAS_ENTRY });

    commands.addCommand(CommandIDs.copyLink, {
      label: trans.__('Copy Link to Cached Outputs'),
      caption: trans.__(
        'Copy an address that opens this notebook beside its cached outputs'
      ),
      describedBy: NO_ARGUMENTS,
      isEnabled: () => Boolean(current()?.entry),
      execute: async () => {
        const status = current();
        if (status?.entry) {
          const { linkTo } = await import('../actions/entryLink');
          const document = PageConfig.getUrl({
            mode: 'multiple-document',
            workspace: PageConfig.defaultWorkspace,
            treePath: status.path,
            toShare: true
          });
          Clipboard.copyToSystem(linkTo(document, status.entry));
          Notification.success(trans.__('The link is copied.'), {
            autoClose: SHORT_MS
          });
        }
      }
    });
    followCurrent(cache, () =>
      commands.notifyCommandChanged(CommandIDs.copyLink)
    );
    palette?.addItem({
      command: CommandIDs.copyLink,
      category: trans.__('Notebook Cache')
    });
  }
};

/** Resolves when the application has opened the document of its address; what is shown before ends up behind it. */
async function openedByApplication(
  commands: JupyterFrontEnd['commands'],
  path: string
): Promise<void> {
  if (
    !commands.hasCommand(OPENER) ||
    PageConfig.getOption('treePath') !== path
  ) {
    return;
  }
  await new Promise<void>(resolve => {
    const done = (): void => {
      commands.commandExecuted.disconnect(onCommand);
      resolve();
    };
    const onCommand: Parameters<typeof commands.commandExecuted.connect>[0] = (
      _,
      { id, args, result }
    ) => {
      if (id === OPENER && args.path === path) {
        void result.then(done, done);
      }
    };
    commands.commandExecuted.connect(onCommand);
    setTimeout(done, OPENER_MS);
  });
}
