/**
 * Inline expressions in Markdown: the role `{eval}` of MyST. Specified in `docs/code-key.md`; the server's twin is
 * `jupyterlab_cache/notebooks/expressions.py`.
 */

import { hexDigest, isBlank } from './codeKey';

/** Directives whose content is Markdown; in all other fences there is code. */
const TEXT_DIRECTIVES = new Set([
  ...['admonition', 'attention', 'card', 'caution', 'danger', 'dropdown'],
  ...['error', 'figure', 'grid', 'grid-item', 'grid-item-card', 'hint'],
  ...['important', 'margin', 'note', 'seealso', 'sidebar', 'tab-item'],
  ...['tab-set', 'tip', 'topic', 'warning']
]);

const ROLE = '{eval}';
const OPENING = `${ROLE}\``;
const DEEPEST = 16;

const MARKERS = /^(?:[ \t>]|[-*+](?=[ \t])|[0-9]{1,9}[.)](?=[ \t]))*/;
const FENCE = /^(?:(`{3,})([^`]*)|(~{3,})(.*))$/s;
const DIRECTIVE = /^[ \t]*\{([a-z-]+)\}/;
const COMMENT = /^ {0,3}%/;

/**
 * The expressions of a Markdown cell in order, each once, as they stand there.
 *
 * @param source - Normalised source.
 */
export function inlineExpressions(source: string): string[] {
  if (!source.includes(OPENING)) {
    return [];
  }
  const found = new Set<string>();
  for (const paragraph of paragraphs(source)) {
    if (paragraph.includes(OPENING)) {
      for (const expression of inParagraph(paragraph)) {
        found.add(expression);
      }
    }
  }
  return [...found];
}

/** Digest of one expression, 64 hexadecimal digits. */
export function expressionDigest(expression: string): string {
  // It is executed in one line.
  return hexDigest(`expression\n${expression.replace(/\n/g, ' ')}`);
}

/**
 * Digests of all that a document executes, in order.
 *
 * @param cells - Digests of its code cells that are not blank.
 * @param expressions - Digests of its inline expressions, each with how many of the code cells stand
 * before it.
 */
export function executedSteps(
  cells: readonly string[],
  expressions: readonly { digest: string; after: number }[]
): string[] {
  const steps: string[] = [];
  let next = 0;
  const take = (ordinal: number): void => {
    for (; (expressions[next]?.after ?? Infinity) <= ordinal; next++) {
      steps.push(expressions[next]!.digest);
    }
  };
  cells.forEach((digest, ordinal) => {
    take(ordinal);
    steps.push(digest);
  });
  take(Number.MAX_SAFE_INTEGER);
  return steps;
}

/** A fence that is open at a line. */
interface IFence {
  readonly character: string;
  readonly length: number;

  /** Whether there is no Markdown in it. */
  readonly literal: boolean;
}

/** The fences that are open at a line. */
class Fences {
  /** Whether there is no Markdown in the innermost one. */
  get isLiteral(): boolean {
    return this._open[this._open.length - 1]?.literal ?? false;
  }

  /** Whether a line, without the markers before it, is a fence; it is one from now on. */
  take(line: string): boolean {
    const match = FENCE.exec(line);
    if (!match) {
      return false;
    }
    const run = match[1] ?? match[3] ?? '';
    const info = match[2] ?? match[4] ?? '';
    if (isBlank(info)) {
      const place = this._open.findIndex(
        ({ character, length }) => character === run[0] && length <= run.length
      );
      if (place >= 0) {
        this._open.length = place;
        return true;
      }
    }
    if (this.isLiteral) {
      return false;
    }
    const directive = DIRECTIVE.exec(info)?.[1];
    const isText = directive !== undefined && TEXT_DIRECTIVES.has(directive);
    this._open.push({
      character: run.charAt(0),
      length: run.length,
      literal: !isText || this._open.length >= DEEPEST
    });
    return true;
  }

  private readonly _open: IFence[] = [];
}

/** Stretches of lines without a blank one, a fence or a comment; what is code is left out. */
function* paragraphs(source: string): Generator<string> {
  const fences = new Fences();
  let inComment = false;
  let lines: string[] = [];
  for (const line of source.split('\n')) {
    const rest = line.slice(MARKERS.exec(line)?.[0].length ?? 0);
    if (inComment) {
      inComment = !line.includes('-->');
    } else if (
      fences.take(rest) ||
      fences.isLiteral ||
      isBlank(line) ||
      COMMENT.test(line)
    ) {
      // Nothing of it is text.
    } else if (rest.startsWith('<!--')) {
      inComment = !rest.includes('-->');
    } else {
      lines.push(line);
      continue;
    }
    if (lines.length > 0) {
      yield lines.join('\n');
      lines = [];
    }
  }
  if (lines.length > 0) {
    yield lines.join('\n');
  }
}

function* inParagraph(text: string): Generator<string> {
  const closers = new Closers(text);
  const lastCommentEnd = text.lastIndexOf('-->');
  const special = /[\\`<{]/g;
  const run = /`+/y;
  let match: RegExpExecArray | null;
  while ((match = special.exec(text))) {
    const at = match.index;
    const isRole = text.startsWith(OPENING, at);
    if (match[0] === '`' || isRole) {
      run.lastIndex = isRole ? at + ROLE.length : at;
      const length = run.exec(text)![0].length;
      const start = run.lastIndex;
      const end = closers.next(length, start);
      special.lastIndex = end === null ? start : end + length;
      if (isRole && end !== null && !isBlank(text.slice(start, end))) {
        yield text.slice(start, end);
      }
    } else if (match[0] === '\\') {
      special.lastIndex = at + 2;
    } else if (text.startsWith('<!--', at) && at + 4 <= lastCommentEnd) {
      special.lastIndex = text.indexOf('-->', at + 4) + 3;
    }
  }
}

/** Where runs of backticks begin, by their length; to be asked from left to right. */
class Closers {
  constructor(text: string) {
    for (const run of [...text.matchAll(/`+/g)].reverse()) {
      const starts = this._starts.get(run[0].length) ?? [];
      starts.push(run.index);
      this._starts.set(run[0].length, starts);
    }
  }

  /** Where the next run of just this length begins. */
  next(length: number, start: number): number | null {
    const starts = this._starts.get(length) ?? [];
    while ((starts[starts.length - 1] ?? Infinity) < start) {
      starts.pop();
    }
    return starts[starts.length - 1] ?? null;
  }

  private readonly _starts = new Map<number, number[]>();
}
