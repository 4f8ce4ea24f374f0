import type { TranslationBundle } from '@jupyterlab/translation';
import { ROOT } from '../models/cacheEntries';

/** What a project is called, by its path relative to the server's root. */
export function projectName(path: string, trans: TranslationBundle): string {
  return path === ROOT ? trans.__('the root folder') : path;
}
