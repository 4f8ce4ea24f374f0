import type { TranslationBundle } from '@jupyterlab/translation';

/** Seconds as a person reads them: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  if (seconds < 60) {
    return `${Math.round(seconds)} s`;
  }
  const minutes = Math.floor(Math.round(seconds) / 60);
  return minutes < 60
    ? `${minutes} min ${Math.round(seconds) % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * How long ago something was, roughly.
 *
 * @param created - Seconds since the epoch.
 * @param now - The same, of now.
 */
export function ago(
  created: number,
  trans: TranslationBundle,
  now = Date.now() / 1000
): string {
  const seconds = Math.max(0, now - created);
  if (seconds < 60) {
    return trans.__('just now');
  }
  if (seconds < 3600) {
    return trans.__('%1 min ago', Math.floor(seconds / 60));
  }
  if (seconds < 86400) {
    return trans.__('%1 h ago', Math.floor(seconds / 3600));
  }
  return new Date(created * 1000).toLocaleString();
}
