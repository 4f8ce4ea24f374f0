import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import * as React from 'react';
import { lineWith, turn } from '../../__tests__/support';
import { NotebookRow } from '../notebookRow';

const NAMES = [
  '<img src=x onerror=alert(1)>.ipynb',
  '"><script>alert(1).ipynb',
  'invoice\u202Ebpynpi.exe.ipynb',
  '%1 %2 ${name} {{name}}.ipynb'
];

describe('Names that somebody chose', () => {
  it.each(NAMES)('are text: %s', async name => {
    const line = lineWith({
      path: `folder/${name}`,
      verdict: 'stale',
      reason: { message: name, text: '%1 was changed.', values: [name] }
    });
    const widget = ReactWidget.create(
      <NotebookRow
        line={line}
        job={null}
        isChosen={false}
        onChoose={() => undefined}
        onOpen={() => undefined}
        tabIndex={0}
        trans={nullTranslator.load('jupyterlab_cache')}
      />
    );
    Widget.attach(widget, document.body);
    await turn();
    const { node } = widget;
    expect(node.querySelectorAll('img, script')).toHaveLength(0);
    expect(node.querySelector('button')?.textContent).toBe(name);
    expect(node.textContent).toContain(`${name} was changed.`);
    widget.dispose();
  });
});
