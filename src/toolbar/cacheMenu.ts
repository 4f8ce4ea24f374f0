import type { TranslationBundle } from '@jupyterlab/translation';
import { ToolbarButton, caretDownIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';

/**
 * The button beside *Cache this notebook* that opens a menu of other ways to do it.
 *
 * @param commands - The application's commands.
 * @param groups - Identifiers of those in the menu; lines stand between groups. One that is missing,
 *   as its plugin can be, is left out.
 * @param trans - For its name.
 */
export function createCacheMenuButton(
  commands: CommandRegistry,
  groups: readonly (readonly string[])[],
  trans: TranslationBundle
): ToolbarButton {
  const name = trans.__('More ways to cache');
  const button = new ToolbarButton({
    className: 'jp-NotebookCache-menuButton',
    icon: caretDownIcon,
    tooltip: name,
    'aria-haspopup': 'menu',
    onClick: () => {
      const opener = document.activeElement;
      const { left, bottom } = button.node.getBoundingClientRect();
      const menu = menuOf(commands, groups, name);
      menu.open(left, bottom);
      menu.aboutToClose.connect(() => {
        requestAnimationFrame(() => {
          // Whoever used the keyboard goes on where they were, unless what they chose took them away.
          if (
            opener instanceof HTMLElement &&
            document.activeElement === document.body
          ) {
            opener.focus();
          }
          menu.dispose();
        });
      });
    }
  });
  return button;
}

function menuOf(
  commands: CommandRegistry,
  groups: readonly (readonly string[])[],
  name: string
): Menu {
  const menu = new Menu({ commands });
  menu.title.label = name;
  menu.contentNode.setAttribute('aria-label', name);
  for (const group of groups) {
    const there = group.filter(command => commands.hasCommand(command));
    if (there.length > 0 && menu.items.length > 0) {
      menu.addItem({ type: 'separator' });
    }
    there.forEach(command => menu.addItem({ command }));
  }
  return menu;
}
