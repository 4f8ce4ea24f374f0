/** Compares entries; it can be missing, as every plugin can. */
export interface IComparer {
  /** Whether there is something that compares. */
  readonly isThere: boolean;

  /** Show an entry of a notebook beside the document, which is opened if it is not open. */
  compare(path: string, entry: string): void;

  /** Show two entries of a notebook beside each other. */
  compareEntries(path: string, before: string, after: string): void;
}
