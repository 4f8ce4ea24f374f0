import type { TranslationBundle } from '@jupyterlab/translation';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds as a person reads them: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(seconds: number, trans: TranslationBundle): string {
  if (seconds < 9.95) {
    return trans.__('%1 s', seconds.toFixed(1));
  }
  const whole = Math.round(seconds);
  if (whole < MINUTE) {
    return trans.__('%1 s', whole);
  }
  if (whole < HOUR) {
    return trans.__('%1 min %2 s', Math.floor(whole / MINUTE), whole % MINUTE);
  }
  const minutes = Math.floor(whole / MINUTE);
  return trans.__('%1 h %2 min', Math.floor(minutes / 60), minutes % 60);
}

/** Bytes as a person reads them: `812 B`, `1.3 kB`, `25 MB`. */
export function size(bytes: number, trans: TranslationBundle): string {
  if (bytes < 999.5) {
    return trans.__('%1 B', bytes);
  }
  if (bytes < 999_500) {
    return trans.__('%1 kB', digits(bytes / 1e3));
  }
  if (bytes < 999_500_000) {
    return trans.__('%1 MB', digits(bytes / 1e6));
  }
  if (bytes < 999_500_000_000) {
    return trans.__('%1 GB', digits(bytes / 1e9));
  }
  return trans.__('%1 TB', digits(bytes / 1e12));
}

function digits(count: number): string {
  return count.toFixed(count < 9.95 ? 1 : 0);
}

/**
 * How long ago something was, roughly.
 *
 * @param created - Seconds since the epoch.
 * @param trans - For the words.
 * @param now - Seconds since the epoch at this moment.
 */
export function ago(
  created: number,
  trans: TranslationBundle,
  now = Date.now() / 1000
): string {
  const seconds = Math.max(0, now - created);
  if (seconds < MINUTE) {
    return trans.__('just now');
  }
  if (seconds < HOUR) {
    return trans.__('%1 min ago', Math.floor(seconds / MINUTE));
  }
  if (seconds < DAY) {
    return trans.__('%1 h ago', Math.floor(seconds / HOUR));
  }
  return moment(created);
}

/** A moment in full, in the person's own way of writing it. */
export function moment(created: number): string {
  return new Date(created * 1000).toLocaleString();
}
