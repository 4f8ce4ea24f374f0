import type { IOutput } from '@jupyterlab/nbformat';
import type { Output } from '../contract';

/**
 * Outputs in the form in which an open document keeps them.
 *
 * The shared model puts commas between the lines of a list, and JupyterLab's output area writes back
 * into the document what it joins; so texts are joined here, and so are streams of one name that
 * follow one another.
 *
 * @param outputs - As the server gives them.
 */
export function documentOutputs(outputs: readonly Output[]): IOutput[] {
  const joined: IOutput[] = [];
  for (const output of outputs) {
    const last = joined[joined.length - 1];
    if (output.output_type !== 'stream') {
      joined.push(withJoinedData(output));
    } else if (last?.output_type === 'stream' && last.name === output.name) {
      last.text = textOf(last.text) + textOf(output.text);
    } else {
      joined.push({ ...output, text: textOf(output.text) });
    }
  }
  return joined;
}

function withJoinedData(output: Output): IOutput {
  const { data } = output;
  if (typeof data !== 'object' || data === null) {
    return { ...output } as IOutput;
  }
  const bundle = Object.entries(data).map(([mime, value]: [string, unknown]) =>
    isJSON(mime) || !isLines(value) ? [mime, value] : [mime, value.join('')]
  );
  return { ...output, data: Object.fromEntries(bundle) as object } as IOutput;
}

function textOf(text: unknown): string {
  if (isLines(text)) {
    return text.join('');
  }
  return typeof text === 'string' ? text : '';
}

function isLines(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(line => typeof line === 'string');
}

function isJSON(mime: string): boolean {
  return (
    mime === 'application/json' ||
    (mime.startsWith('application/') && mime.endsWith('+json'))
  );
}
