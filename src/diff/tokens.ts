/** A piece of a text that is compared as a whole. */
export interface IToken {
  /** Its characters. */
  readonly text: string;

  /** Whether it is a number as programs print them. */
  readonly isNumber: boolean;
}

// A sign belongs to a number unless something stands before it, as in `a-1`; digits in names and in
// versions with several dots are no numbers.
const TOKEN =
  /(?<number>(?<![\p{L}\p{N}_.])[-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\p{L}\p{N}_]|\.\d))|0x[\da-fA-F]+|[\p{L}\p{N}_]+|\s+|[^]/gu;

/** A text cut into numbers, words, white space and single other characters; together they are the text. */
export function tokensOf(text: string): IToken[] {
  return Array.from(text.matchAll(TOKEN), match => ({
    text: match[0],
    isNumber: match.groups?.number !== undefined
  }));
}

/** The value of a number as programs print them. */
export function valueOf(text: string): number {
  return Number(text.replaceAll('_', ''));
}
