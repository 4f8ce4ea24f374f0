import type { NotebookModel } from '@jupyterlab/notebook';
import { codeCell, documentWith, stream } from '../../__tests__/support';
import { DigestsOfDocument } from '../../models/documentDigests';
import { RunLog } from '../runLog';

describe('RunLog', () => {
  let model: NotebookModel;
  let digests: DigestsOfDocument;
  let log: RunLog;

  beforeEach(() => {
    // As it is when a notebook is opened that was run in an earlier session.
    model = documentWith([
      codeCell('a', [stream('a')], 1),
      codeCell(''),
      codeCell('b', [stream('b')], 2),
      codeCell('c', [], 3)
    ]);
    digests = new DigestsOfDocument(model);
    log = new RunLog();
  });

  afterEach(() => digests.dispose());

  const run = (index: number, count: number, success = true) => {
    const digested = digests.cells()[index]!;
    digested.cell.sharedModel.execution_count = count;
    log.note(digested, success);
  };
  const isComplete = () => log.isComplete(digests.cells());

  it('sees a run from top to bottom', () => {
    run(0, 1);
    expect(isComplete()).toBe(false);
    run(1, 2);
    expect(isComplete()).toBe(false);
    run(2, 3);
    expect(isComplete()).toBe(true);
  });

  it('does not take counts of an earlier session for a run', () => {
    expect(isComplete()).toBe(false);
    run(0, 1);
    expect(isComplete()).toBe(false);
  });

  it('wants the cells in order, each once', () => {
    run(0, 1);
    run(2, 2);
    run(1, 3);
    expect(isComplete()).toBe(false);
    run(0, 4);
    run(1, 5);
    run(2, 6);
    expect(isComplete()).toBe(false);
  });

  it('starts anew with the kernel', () => {
    run(0, 1);
    run(1, 2);
    log.clear();
    run(2, 3);
    expect(isComplete()).toBe(false);
    // A restart of which nobody told shows in the counts.
    run(0, 1);
    run(1, 2);
    run(2, 3);
    expect(isComplete()).toBe(true);
  });

  it('wants no errors, but for those that are expected', () => {
    run(0, 1);
    run(1, 2, false);
    run(2, 3);
    expect(isComplete()).toBe(false);
    digests.cells()[1]?.cell.setMetadata('tags', ['raises-exception']);
    run(0, 1);
    run(1, 2, false);
    run(2, 3);
    expect(isComplete()).toBe(true);
  });

  it('wants the code that was run', () => {
    run(0, 1);
    run(1, 2);
    run(2, 3);
    const { cell } = digests.cells()[1]!;
    cell.sharedModel.setSource('other');
    expect(isComplete()).toBe(false);
    cell.sharedModel.setSource('b');
    expect(isComplete()).toBe(true);
    model.sharedModel.addCell({ cell_type: 'code', source: 'd' });
    expect(isComplete()).toBe(false);
  });

  it('leaves out cells that are to be skipped', () => {
    digests.cells()[2]?.cell.setMetadata('tags', ['skip-execution']);
    run(0, 1);
    run(1, 2);
    expect(isComplete()).toBe(true);
  });

  it('finds nothing to keep where there are no outputs', () => {
    digests.cells().forEach(({ cell }) => cell.sharedModel.setOutputs([]));
    run(0, 1);
    run(1, 2);
    run(2, 3);
    expect(isComplete()).toBe(false);
  });
});
