import type { AccordionPanel } from '@lumino/widgets';
import type { KeptView } from '../models/keptView';
import type { IPanelLayout } from '../models/panelLayout';

/**
 * Fold and size the sections of a panel as they were left, and note how they are left now.
 *
 * @param panel - The panel.
 * @param names - The names of its sections, from top to bottom.
 * @param kept - What is kept of them.
 */
export function keepLayout(
  panel: AccordionPanel,
  names: readonly string[],
  kept: KeptView<IPanelLayout>
): void {
  const shareOf = (name: string): number => kept.view.sizes[name] ?? 1;
  const isFolded = (index: number): boolean =>
    panel.widgets[index]?.isHidden ?? true;
  const size = (): void =>
    panel.setRelativeSizes(
      names.map((name, index) => (isFolded(index) ? 0 : shareOf(name)))
    );
  const apply = (): void => {
    names.forEach((name, index) => {
      if (kept.view.folded[name] ?? false) {
        panel.collapse(index);
      } else {
        panel.expand(index);
      }
    });
    size();
  };
  apply();
  kept.changed.connect(apply);
  panel.disposed.connect(() => kept.changed.disconnect(apply));
  panel.expansionToggled.connect((_, index) => {
    const name = names[index];
    const isNow = isFolded(index);
    if (name !== undefined && (kept.view.folded[name] ?? false) !== isNow) {
      const folded = { ...kept.view.folded, [name]: isNow };
      kept.choose({ folded });
    }
  });
  panel.handleMoved.connect(() => {
    const now = panel.relativeSizes();
    const unfolded = names.filter((_, index) => !isFolded(index));
    // What is folded keeps the share that it had, so those of the others have to add up to what they did.
    const whole = unfolded.reduce((sum, name) => sum + shareOf(name), 0);
    const sizes = { ...kept.view.sizes };
    names.forEach((name, index) => {
      const part = now[index] ?? 0;
      if (part > 0) {
        sizes[name] = part * whole;
      }
    });
    kept.choose({ sizes });
  });
}
