import { Notification } from '@jupyterlab/apputils';
import type { NotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { FakeClient, FakeEvents } from '../../__tests__/fakeServer';
import {
  FakeContext,
  codeCell,
  documentWith,
  entryFor,
  statusWith,
  stream
} from '../../__tests__/support';
import { codeKey } from '../../codeKey';
import type { Status } from '../../contract';
import { NotebookCache } from '../../models/notebookCache';

/** Identifies the entry whose outputs the server has. */
export const ENTRY = 'e'.repeat(32);

/** Words as they are written. */
export const trans = nullTranslator.load('jupyterlab_cache');

class FakePanel {
  constructor(readonly context: FakeContext) {}
  readonly id = 'panel';
  readonly disposed = new Signal<this, void>(this);
  isDisposed = false;
  isVisible = true;
}

/** A notebook of two cells that is open, and a server that has outputs for it. */
export class OpenNotebook {
  readonly model: NotebookModel = documentWith([codeCell('a'), codeCell('b')]);
  readonly context = new FakeContext(this.model);
  readonly panel = new FakePanel(this.context) as unknown as NotebookPanel;
  readonly client = new FakeClient();
  readonly events = new FakeEvents();
  readonly cache: NotebookCache;

  /** What the server says of the notebook, beside its code key. */
  verdict: Partial<Status> = {
    verdict: 'uncached',
    entry: null,
    provenance: null
  };

  private constructor() {
    const { client, events, panel } = this;
    client.outputsById.set(
      ENTRY,
      entryFor(this.model, [[stream('one')], [stream('two')]])
    );
    client.answer = query =>
      Promise.resolve(
        statusWith({
          code_key: codeKey(
            'python3',
            (query.document?.cells ?? []).map(({ digest }) => digest)
          ),
          ...this.verdict
        })
      );
    this.cache = new NotebookCache({
      client,
      events,
      tracker: {
        currentChanged: new Signal(client as never),
        find: () => undefined,
        currentWidget: panel
      },
      trans,
      pollInterval: 60_000
    });
  }

  /** Open it; nothing was said to the person before. */
  static async open(): Promise<OpenNotebook> {
    Notification.dismiss();
    const notebook = new OpenNotebook();
    await notebook.cache.statusOf(notebook.panel).refresh();
    return notebook;
  }
}

/** What the person is told. */
export function notifications(): {
  message: string;
  type: string;
  labels: string[];
}[] {
  return Notification.manager.notifications.map(
    ({ message, type, options }) => ({
      message,
      type,
      labels: (options.actions ?? []).map(({ label }) => label)
    })
  );
}

/** Click on a button of what the person is told. */
export function click(label: string): void {
  for (const { options } of Notification.manager.notifications) {
    options.actions
      ?.find(action => action.label === label)
      ?.callback(new MouseEvent('click'));
  }
}
