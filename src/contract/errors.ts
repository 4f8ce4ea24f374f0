/**
 * What went wrong between the browser and the server, in words for a person.
 */
export class CacheError extends Error {
  /**
   * @param message - What is wrong and what to do, from the server wherever it had a say.
   * @param status - The HTTP status; null when no answer came at all.
   */
  constructor(
    message: string,
    readonly status: number | null = null
  ) {
    super(message);
    this.name = 'CacheError';
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error && error.message
    ? error.message
    : String(error);
}
