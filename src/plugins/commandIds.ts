/** Identifiers of the commands, which settings, menus and other extensions may name. */
export const CommandIDs = {
  cache: 'notebook-cache:cache',
  force: 'notebook-cache:force',
  cacheWithParameters: 'notebook-cache:cache-with-parameters',
  cacheIsolated: 'notebook-cache:cache-isolated',
  restore: 'notebook-cache:restore',
  capture: 'notebook-cache:capture',
  invalidate: 'notebook-cache:invalidate',
  check: 'notebook-cache:check',
  cancel: 'notebook-cache:cancel',
  cacheSelected: 'notebook-cache:cache-selected',
  restoreSelected: 'notebook-cache:restore-selected',
  checkSelected: 'notebook-cache:check-selected',
  invalidateSelected: 'notebook-cache:invalidate-selected',
  compare: 'notebook-cache:compare',
  compareEntries: 'notebook-cache:compare-entries',
  nextChange: 'notebook-cache:next-change',
  previousChange: 'notebook-cache:previous-change',
  copyLink: 'notebook-cache:copy-link',
  openLink: 'notebook-cache:open-link',
  showPanel: 'notebook-cache:show-panel'
} as const;

/** Describes commands that act on what is current and take no arguments. */
export const NO_ARGUMENTS = { args: { type: 'object', properties: {} } };
