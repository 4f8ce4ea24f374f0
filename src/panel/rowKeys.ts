/**
 * The row that a key goes to in a list.
 *
 * @param key - The key as the browser names it.
 * @param current - Where the keyboard is.
 * @param last - The last row.
 * @param page - How many rows a page has.
 * @returns The row; null when the key goes nowhere.
 */
export function rowAfter(
  key: string,
  current: number,
  last: number,
  page: number
): number | null {
  const next = targetOf(key, current, last, page);
  return next === null ? null : Math.min(last, Math.max(0, next));
}

function targetOf(
  key: string,
  current: number,
  last: number,
  page: number
): number | null {
  switch (key) {
    case 'ArrowUp':
      return current - 1;
    case 'ArrowDown':
      return current + 1;
    case 'PageUp':
      return current - page;
    case 'PageDown':
      return current + page;
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}
