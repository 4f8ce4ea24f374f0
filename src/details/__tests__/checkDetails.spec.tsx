import type { NotebookPanel } from '@jupyterlab/notebook';
import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import * as React from 'react';
import { checkWith, jobWith, turn } from '../../__tests__/support';
import type { CellCheck } from '../../contract';
import { CheckDetails } from '../checkDetails';
import type { ICheckDetailsProps } from '../checkDetails';
import { cellCheckText } from '../checkWords';
import { revealCell } from '../revealCell';
import { jobText } from '../words';

jest.mock('../revealCell', () => ({ revealCell: jest.fn() }));

const trans = nullTranslator.load('jupyterlab_cache');
const panel = {} as NotebookPanel;

function cellWith(fields: Partial<CellCheck>): CellCheck {
  return { cell: 0, outcome: 'different', rules: [], changes: [], ...fields };
}

describe('What a check found', () => {
  let widget: ReactWidget;
  let checks: number;

  async function show(fields: Partial<ICheckDetailsProps>): Promise<void> {
    widget = ReactWidget.create(
      <CheckDetails
        check={null}
        cells={12}
        isSameCode={true}
        isBusy={false}
        panel={panel}
        onCheck={() => checks++}
        trans={trans}
        {...fields}
      />
    );
    Widget.attach(widget, document.body);
    await widget.renderPromise;
    await turn(20);
  }

  const buttons = () => [...widget.node.querySelectorAll('button')];

  beforeEach(() => {
    checks = 0;
    jest.mocked(revealCell).mockClear();
  });
  afterEach(() => widget.dispose());

  it('offers a check where there was none', async () => {
    await show({});
    expect(buttons().map(({ textContent }) => textContent)).toEqual([
      'Check repeatability'
    ]);
    buttons()[0]?.click();
    expect(checks).toBe(1);
  });

  it('offers none while the notebook is busy, and keeps the focus', async () => {
    await show({ isBusy: true });
    buttons()[0]?.focus();
    buttons()[0]?.click();
    expect(checks).toBe(0);
    expect(document.activeElement).toBe(buttons()[0]);
    expect(buttons()[0]?.getAttribute('aria-disabled')).toBe('true');
  });

  it('leads to each cell that is not the same, and shows how', async () => {
    const cells = [
      cellWith({ cell: 2, changes: ['-0.1', '+0.2'] }),
      cellWith({ cell: 6, outcome: 'harmless', rules: ['memory-address'] })
    ];
    await show({ check: checkWith({ outcome: 'different', cells }) });
    expect(widget.node.querySelector('p')?.textContent).toContain(
      '1 of 12 cells gave something else: cell 3.'
    );
    const lines = [...widget.node.querySelectorAll('li')];
    expect(lines.map(({ textContent }) => textContent)).toEqual([
      'Cell 3 gave something else-0.1\n+0.2\n',
      'Cell 7 differs only in addresses in memory, which means nothing'
    ]);
    lines[1]?.querySelector('button')?.click();
    expect(revealCell).toHaveBeenCalledWith(panel, 6);
  });

  it('leads nowhere when the code is another one now', async () => {
    const check = checkWith({ outcome: 'different', cells: [cellWith({})] });
    await show({ check, isSameCode: false });
    expect(buttons().map(({ textContent }) => textContent)).toEqual([
      'Check again'
    ]);
  });

  it('leads to the cell that failed', async () => {
    const failure = { name: 'KeyError', message: 'x', cell: 4, traceback: [] };
    const check = checkWith({ outcome: 'failed', failure });
    await show({ check });
    buttons()[0]?.click();
    expect(revealCell).toHaveBeenCalledWith(panel, 4);
  });

  it('lists so many cells and counts the others', async () => {
    const cells = Array.from({ length: 120 }, (_, cell) => cellWith({ cell }));
    await show({ check: checkWith({ outcome: 'different', cells }) });
    const lines = [...widget.node.querySelectorAll('li')];
    expect(lines).toHaveLength(101);
    expect(lines[100]?.textContent).toBe('and 20 more cells');
  });
});

describe('cellCheckText', () => {
  it.each<[Partial<CellCheck>, string]>([
    [{ outcome: 'same' }, 'Cell 1 gave the same'],
    [{ outcome: 'not-executed' }, 'Cell 1 was not executed'],
    [
      {
        outcome: 'harmless',
        rules: ['timing', 'declared: took \\d+ s', 'new']
      },
      'Cell 1 differs only in measured times, what you declared: took \\d+ s, new, which means nothing'
    ]
  ])('%j: %s', (fields, text) => {
    expect(cellCheckText(cellWith(fields), trans)).toBe(text);
  });
});

describe('jobText of a check', () => {
  const check = { kind: 'check' } as const;

  it.each([
    [jobWith({ ...check }), 'check queued'],
    [
      jobWith({ ...check, state: 'running', cells_done: 3, cells_total: 24 }),
      'checking, 3 of 24 cells'
    ],
    [jobWith({ ...check, state: 'running' }), 'checking, starting'],
    [
      jobWith({ ...check, state: 'done', check: 'repeatable' }),
      'checked: repeatable'
    ],
    [
      jobWith({ ...check, state: 'done', check: 'different' }),
      'checked: not repeatable'
    ],
    [jobWith({ ...check, state: 'failed', check: 'failed' }), 'check failed'],
    [jobWith({ ...check, state: 'cancelled' }), 'check cancelled']
  ])('%#', (job, text) => {
    expect(jobText(job, trans)).toBe(text);
  });
});
