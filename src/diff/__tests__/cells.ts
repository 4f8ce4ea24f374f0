import type { IOutput } from '@jupyterlab/nbformat';
import type { ISide, ISideCell } from '../sides';

/** A cell of a side. */
export function cell(
  source: string,
  options: { id?: string; outputs?: IOutput[] } = {}
): ISideCell {
  const { id = null, outputs = [] } = options;
  return { id, source, outputs, count: null };
}

/** A side with these cells. */
export function side(...cells: ISideCell[]): ISide {
  return { cells, mimetype: 'text/x-python' };
}

/** What a cell displays. */
export function display(data: Record<string, string>): IOutput {
  return { output_type: 'display_data', data, metadata: {} };
}

/** An error that a cell raised. */
export function error(evalue: string): IOutput {
  return {
    output_type: 'error',
    ename: 'ValueError',
    evalue,
    traceback: ['Traceback', `ValueError: ${evalue}`]
  };
}
