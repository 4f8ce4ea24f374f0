import type { NotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import { nullTranslator } from '@jupyterlab/translation';
import {
  FakeContext,
  codeCell,
  documentWith,
  statusWith
} from '../../__tests__/support';
import { FakeClient } from '../../__tests__/fakeServer';
import type { INotebookStatus } from '../../tokens';
import { save } from '../saving';

const trans = nullTranslator.load('jupyterlab_cache');
const OLD = 'ck1-old';
const NEW = 'ck1-new';

describe('save', () => {
  let model: NotebookModel;
  let context: FakeContext;
  let client: FakeClient;
  let inFile: string;

  const saving = () =>
    save(
      { context } as unknown as NotebookPanel,
      {
        client,
        statusOf: () =>
          ({
            path: 'a.ipynb',
            status: statusWith(),
            codeKey: () => NEW
          }) as INotebookStatus
      },
      trans
    );

  beforeEach(() => {
    jest.useFakeTimers();
    model = documentWith([codeCell('a')]);
    model.dirty = false;
    context = new FakeContext(model);
    client = new FakeClient();
    inFile = OLD;
    client.answer = () => Promise.resolve(statusWith({ code_key: inFile }));
  });

  afterEach(() => jest.useRealTimers());

  it('asks nobody about a document that only this page has', async () => {
    model.dirty = true;
    await saving();
    expect(context.saves).toBe(1);
    expect(client.asked).toEqual([]);
  });

  describe('of a document that people share', () => {
    beforeEach(() =>
      Object.defineProperty(model, 'collaborative', { value: true })
    );

    it('waits until the server has saved it by itself', async () => {
      model.dirty = true;
      inFile = NEW;
      let isDone = false;
      const done = saving().then(() => (isDone = true));
      await jest.advanceTimersByTimeAsync(1000);
      expect(isDone).toBe(false);
      model.dirty = false;
      await jest.advanceTimersByTimeAsync(1000);
      await done;
      expect(context.saves).toBe(0);
      expect(client.asked.at(-1)).toEqual({ path: 'a.ipynb' });
    });

    it('does not take its word for it that it has saved', async () => {
      let isDone = false;
      const done = saving().then(() => (isDone = true));
      await jest.advanceTimersByTimeAsync(1000);
      expect(isDone).toBe(false);
      inFile = NEW;
      await jest.advanceTimersByTimeAsync(1000);
      await done;
    });

    it('tells the server to, when it does not', async () => {
      model.dirty = true;
      jest.spyOn(context, 'save').mockImplementation(() => {
        inFile = NEW;
        return Promise.resolve();
      });
      const done = saving();
      await jest.advanceTimersByTimeAsync(10_000);
      await done;
      expect(inFile).toBe(NEW);
    });

    it('says so when the file never gets there', async () => {
      const failed = expect(saving()).rejects.toThrow('not saved yet');
      await jest.advanceTimersByTimeAsync(60_000);
      await failed;
    });
  });
});
