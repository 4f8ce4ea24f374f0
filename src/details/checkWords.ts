import type { TranslationBundle } from '@jupyterlab/translation';
import type { CellCheck } from '../contract';

const DECLARED = 'declared: ';

/** How the outputs of a cell in two executions compare. */
export function cellCheckText(
  cell: CellCheck,
  trans: TranslationBundle
): string {
  const number = cell.cell + 1;
  switch (cell.outcome) {
    case 'same':
      return trans.__('Cell %1 gave the same', number);
    case 'harmless':
      return trans.__(
        'Cell %1 differs only in %2, which means nothing',
        number,
        cell.rules.map(rule => ruleText(rule, trans)).join(', ')
      );
    case 'different':
      return trans.__('Cell %1 gave something else', number);
    case 'not-executed':
      return trans.__('Cell %1 was not executed', number);
  }
}

function ruleText(rule: string, trans: TranslationBundle): string {
  if (rule.startsWith(DECLARED)) {
    return trans.__('what you declared: %1', rule.slice(DECLARED.length));
  }
  switch (rule) {
    case 'kernel-path':
      return trans.__('the name of the kernel in paths');
    case 'memory-address':
      return trans.__('addresses in memory');
    case 'timing':
      return trans.__('measured times');
    case 'progress':
      return trans.__('bars of progress');
    case 'element-id':
      return trans.__('identifiers drawn by lot');
    case 'stream-order':
      return trans.__('the order of what is printed and displayed');
    default:
      return rule;
  }
}
