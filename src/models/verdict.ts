import type { Verdict } from '../contract/types';

/** Whether there is an entry that fits the document's code, so that its outputs can be restored. */
export function isRestorable(verdict: Verdict | undefined): boolean {
  return verdict === 'fresh' || verdict === 'failed';
}
