import type { ICellModel } from '@jupyterlab/cells';

/** A parameter of a notebook, and what it is when nobody gives another value. */
export interface IDefault {
  /** Name of the variable. */
  readonly name: string;

  /** The text of its default, as it stands in the notebook. */
  readonly text: string;
}

/** Papermill's convention: the cell with this tag holds the defaults. */
const DEFAULTS_TAG = 'parameters';

/** `name = value`, `name: type = value` and R's `name <- value` at the beginning of a line. */
const ASSIGNMENT =
  /^([\p{L}_.][\p{L}\p{N}_.]*)\s*(?::[^=]+)?(?:=(?!=)|<-)\s*(.+)$/u;

/**
 * The parameters for which a notebook has defaults.
 *
 * @param cells - Its cells.
 * @param declared - What its metadata say; they outdo what the cell says.
 */
export function defaultsOf(
  cells: Iterable<Pick<ICellModel, 'getMetadata' | 'sharedModel' | 'type'>>,
  declared: unknown
): IDefault[] {
  const found = new Map<string, string>();
  for (const cell of cells) {
    const tags: unknown = cell.getMetadata('tags');
    if (
      cell.type === 'code' &&
      Array.isArray(tags) &&
      tags.includes(DEFAULTS_TAG)
    ) {
      for (const line of cell.sharedModel.getSource().split('\n')) {
        const [, name, text] = ASSIGNMENT.exec(line) ?? [];
        if (name !== undefined && text !== undefined) {
          found.set(name, withoutComment(text));
        }
      }
      // What is injected follows the first of them.
      break;
    }
  }
  for (const [name, value] of Object.entries(parametersIn(declared))) {
    found.set(name, JSON.stringify(value));
  }
  return [...found].map(([name, text]) => ({ name, text }));
}

function parametersIn(declared: unknown): object {
  const parameters: unknown = isObject(declared)
    ? (declared as { parameters?: unknown }).parameters
    : null;
  return isObject(parameters) ? parameters : {};
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A comment begins with a hash outside quotes; what looks odd is shown as it stands. */
function withoutComment(text: string): string {
  const match = /^((?:[^#'"]|'[^']*'|"[^"]*")*?)\s*(?:#.*)?$/.exec(text);
  return (match?.[1] ?? text).trim();
}
