import { NotebookModel } from '@jupyterlab/notebook';
import { defaultsOf } from '../defaults';

function modelWith(
  cells: { source: string; tags?: string[]; type?: string }[]
): NotebookModel {
  const model = new NotebookModel();
  model.fromJSON({
    cells: cells.map(({ source, tags, type = 'code' }) => ({
      cell_type: type,
      source,
      metadata: tags ? { tags } : {},
      ...(type === 'code' ? { outputs: [], execution_count: null } : {})
    })),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5
  });
  return model;
}

describe('defaultsOf', () => {
  const source = [
    'alpha = 0.6  # how much',
    'city: str = "Köln # 1"',
    'cities <- c("a")',
    'if alpha == 1:',
    '    beta = 2',
    'alpha == 3',
    'größe=[1, 2]'
  ].join('\n');

  it('finds the assignments of the first tagged code cell', () => {
    const model = modelWith([
      { source: 'gamma = 1' },
      { source: 'delta = 1', tags: ['parameters'], type: 'markdown' },
      { source, tags: ['parameters'] },
      { source: 'alpha = 9', tags: ['parameters'] }
    ]);
    expect(defaultsOf(model.cells, null)).toEqual([
      { name: 'alpha', text: '0.6' },
      { name: 'city', text: '"Köln # 1"' },
      { name: 'cities', text: 'c("a")' },
      { name: 'größe', text: '[1, 2]' }
    ]);
  });

  it('lets what is declared outdo the cell', () => {
    const model = modelWith([{ source: 'alpha = 1', tags: ['parameters'] }]);
    const declared = { parameters: { alpha: 2, beta: 'x' } };
    expect(defaultsOf(model.cells, declared)).toEqual([
      { name: 'alpha', text: '2' },
      { name: 'beta', text: '"x"' }
    ]);
  });

  it.each([undefined, null, 'x', [], { parameters: [] }, { parameters: null }])(
    'has none where nothing is declared: %j',
    declared => {
      expect(defaultsOf(modelWith([]).cells, declared)).toEqual([]);
    }
  );
});
