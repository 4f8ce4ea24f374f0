import * as codeKeyModule from '../../codeKey';
import { NO_OUTPUTS, cellDigest, codeKey } from '../../codeKey';
import { codeCell, documentWith, stream, turn } from '../../__tests__/support';
import { DigestsOfDocument, codeCells } from '../documentDigests';

jest.mock('../../codeKey', () => {
  const actual = jest.requireActual<typeof codeKeyModule>('../../codeKey');
  return {
    ...actual,
    cellDigest: jest.fn(actual.cellDigest),
    cellOutputsDigest: jest.fn(actual.cellOutputsDigest)
  };
});

const hashedCode = jest.mocked(codeKeyModule.cellDigest);
const hashedOutputs = jest.mocked(codeKeyModule.cellOutputsDigest);

function text(source: string) {
  return { cell_type: 'markdown', source, metadata: {} };
}

describe('DigestsOfDocument', () => {
  const model = documentWith([
    text('# Title'),
    codeCell('a = 1', [stream('x')]),
    codeCell('  \n'),
    codeCell('b = 2')
  ]);
  const [first, blank, last] = codeCells(model);

  it('knows the cells that are not blank, in order', () => {
    const digests = new DigestsOfDocument(model);
    expect(digests.compute()).toEqual({
      kernel_name: 'python3',
      cells: [
        {
          digest: cellDigest('a = 1'),
          outputs_digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
          has_outputs: true
        },
        {
          digest: cellDigest('b = 2'),
          outputs_digest: NO_OUTPUTS,
          has_outputs: false
        }
      ]
    });
    expect(digests.codeKey('other')).toBe(
      codeKey('python3', [cellDigest('a = 1'), cellDigest('b = 2')])
    );
    digests.dispose();
  });

  it('hashes only what changed', () => {
    const digests = new DigestsOfDocument(model);
    const before = digests.compute();
    hashedCode.mockClear();
    hashedOutputs.mockClear();

    digests.compute();
    expect(hashedCode).not.toHaveBeenCalled();
    expect(hashedOutputs).not.toHaveBeenCalled();

    last?.sharedModel.setSource('b = 3');
    const edited = digests.compute();
    expect(hashedCode).toHaveBeenCalledTimes(1);
    expect(hashedOutputs).not.toHaveBeenCalled();
    expect(edited.cells[1]?.digest).toBe(cellDigest('b = 3'));

    last?.sharedModel.setSource('b = 2');
    expect(digests.compute()).toEqual(before);
    digests.dispose();
  });

  it('tells of edits of code, but not of text', () => {
    const digests = new DigestsOfDocument(model);
    const heard = jest.fn();
    digests.changed.connect(heard);
    model.cells.get(0).sharedModel.setSource('# Other title');
    expect(heard).not.toHaveBeenCalled();
    blank?.sharedModel.setSource('c = 3');
    expect(heard).toHaveBeenCalledTimes(1);
    expect(digests.cells()).toHaveLength(3);
    blank?.sharedModel.setSource(' ');
    expect(digests.cells()).toHaveLength(2);
    digests.dispose();
  });

  it('follows the tags that count, and the kernel', () => {
    const digests = new DigestsOfDocument(model);
    const before = digests.codeKey('');
    const heard = jest.fn();
    digests.changed.connect(heard);

    first?.setMetadata('execution', { started: 'now' });
    expect(heard).not.toHaveBeenCalled();
    first?.setMetadata('tags', ['raises-exception']);
    expect(digests.codeKey('')).not.toBe(before);
    first?.setMetadata('tags', ['whatever']);
    expect(digests.codeKey('')).toBe(before);

    heard.mockClear();
    model.setMetadata('kernelspec', { name: 'ir', display_name: 'R' });
    expect(heard).toHaveBeenCalled();
    expect(digests.compute().kernel_name).toBe('ir');
    model.deleteMetadata('kernelspec');
    expect(digests.compute().kernel_name).toBeNull();
    expect(digests.codeKey('python3')).toBe(before);
    model.setMetadata('kernelspec', {
      name: 'python3',
      display_name: 'Python 3'
    });
    digests.dispose();
  });

  it('sees what a kernel sends', () => {
    const digests = new DigestsOfDocument(model);
    const outputs = () => digests.compute().cells[1]?.outputs_digest;
    expect(outputs()).toBe(NO_OUTPUTS);
    // The way of JupyterLab: into the output area, which writes into the shared model.
    last?.outputs.add(stream('one '));
    const one = outputs();
    expect(one).not.toBe(NO_OUTPUTS);
    last?.outputs.add(stream('two'));
    expect(outputs()).not.toBe(one);
    last?.outputs.clear();
    expect(outputs()).toBe(NO_OUTPUTS);
    digests.dispose();
  });

  it('follows cells that are added, moved and removed', () => {
    const digests = new DigestsOfDocument(model);
    const before = digests.codeKey('');
    const heard = jest.fn();
    model.sharedModel.addCell({ cell_type: 'code', source: 'd = 4' });
    digests.changed.connect(heard);
    const added = model.cells.get(model.cells.length - 1);
    added.sharedModel.setSource('d = 5');
    expect(heard).toHaveBeenCalled();
    expect(digests.cells()[2]?.digest).toBe(cellDigest('d = 5'));
    model.sharedModel.moveCell(model.cells.length - 1, 0);
    expect(digests.cells()[0]?.digest).toBe(cellDigest('d = 5'));
    model.sharedModel.deleteCell(0);
    expect(digests.codeKey('')).toBe(before);
    digests.dispose();
  });

  it('hashes large outputs in slices, and ends with what stands in the document', async () => {
    const large = documentWith(
      Array.from({ length: 12 }, (_, index) =>
        codeCell(`${index}`, [stream('x'.repeat(400_000))])
      )
    );
    const digests = new DigestsOfDocument(large);
    let turns = 0;
    let reading = true;
    const count = async () => {
      while (reading) {
        await turn();
        turns++;
      }
    };
    const counting = count();
    const read = digests.read();
    await turn();
    large.cells.get(0).sharedModel.setSource('changed meanwhile');
    const result = await read;
    reading = false;
    await counting;
    expect(turns).toBeGreaterThan(1);
    expect(result).toEqual(digests.compute());
    expect(result.cells[0]?.digest).toBe(cellDigest('changed meanwhile'));
    digests.dispose();
  });

  it('is silent after it was disposed of', async () => {
    const digests = new DigestsOfDocument(model);
    const heard = jest.fn();
    digests.changed.connect(heard);
    digests.dispose();
    first?.sharedModel.setSource('z = 0');
    expect(heard).not.toHaveBeenCalled();
    await expect(digests.read()).resolves.toEqual({
      kernel_name: null,
      cells: []
    });
    first?.sharedModel.setSource('a = 1');
  });
});
