import { StateDB } from '@jupyterlab/statedb';
import { AccordionPanel, Widget } from '@lumino/widgets';
import { KeptView } from '../../models/keptView';
import { layoutFrom } from '../../models/panelLayout';
import { keepLayout } from '../keptLayout';

const NAMES = ['notebook', 'notebooks', 'jobs', 'cache'];

describe('keepLayout', () => {
  let state: StateDB;

  beforeEach(() => {
    state = new StateDB();
  });

  const panelOf = (): {
    panel: AccordionPanel;
    kept: KeptView<ReturnType<typeof layoutFrom>>;
  } => {
    const panel = new AccordionPanel();
    NAMES.forEach(() => panel.addWidget(new Widget()));
    const kept = new KeptView({ state, key: 'layout', read: layoutFrom });
    keepLayout(panel, NAMES, kept);
    return { panel, kept };
  };
  const folded = (panel: AccordionPanel): string[] =>
    NAMES.filter((_, index) => panel.widgets[index]?.isHidden);
  const rounded = (panel: AccordionPanel): number[] =>
    panel.relativeSizes().map(size => Math.round(size * 60));

  it('folds what is for now and then', () => {
    const { panel } = panelOf();
    expect(folded(panel)).toEqual(['cache']);
    expect(rounded(panel)).toEqual([30, 20, 10, 0]);
  });

  it('stands after a reload as it was left', async () => {
    const { panel } = panelOf();
    panel.expand(3);
    panel.collapse(1);
    const later = panelOf();
    await later.kept.restore();
    expect(folded(later.panel)).toEqual(['notebooks']);
    expect(rounded(later.panel)).toEqual([23, 0, 8, 30]);
  });

  it('keeps sizes that were dragged, also of what was folded then', async () => {
    const { panel, kept } = panelOf();
    panel.setRelativeSizes([1, 1, 2, 0], false);
    (panel.handleMoved as unknown as { emit(): void }).emit();
    expect(kept.view.sizes).toEqual({
      notebook: 1.5,
      notebooks: 1.5,
      jobs: 3,
      cache: 4
    });
    const later = panelOf();
    await later.kept.restore();
    expect(rounded(later.panel)).toEqual([15, 15, 30, 0]);
  });

  it('lets go of a panel that is gone', () => {
    const { panel, kept } = panelOf();
    panel.dispose();
    expect(() => kept.choose({ folded: { jobs: true } })).not.toThrow();
  });
});
