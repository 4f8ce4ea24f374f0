import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import * as React from 'react';
import { statusWith, turn } from '../../__tests__/support';
import type { Origin } from '../../contract';
import { OriginBefore, OriginMark } from '../originMark';
import { meaningOf } from '../words';

const trans = nullTranslator.load('jupyterlab_cache');

describe('the origin of an entry', () => {
  const all: [Origin, boolean, string][] = [
    ['here', true, 'made here'],
    ['team', true, 'by the team'],
    ['elsewhere', true, 'from elsewhere, trusted by you'],
    ['elsewhere', false, 'from elsewhere, not trusted']
  ];

  it.each(all)(
    'is told in words: %s, trusted %p',
    async (origin, trusted, words) => {
      const props = { entry: { origin, trusted }, trans };
      const widget = ReactWidget.create(
        <>
          <p>
            <OriginMark {...props} />
          </p>
          <p>
            <OriginBefore {...props} />
          </p>
        </>
      );
      Widget.attach(widget, document.body);
      await widget.renderPromise;
      await turn(20);
      const [full, before] = widget.node.querySelectorAll('p');
      expect(full?.textContent).toBe(words);
      // Where there is a picture only, it has them as its name.
      const named = before?.querySelector('[role=img]');
      expect(named?.getAttribute('aria-label') ?? before?.textContent).toMatch(
        words
      );
      widget.dispose();
    }
  );

  it('stands before what somebody else says of his outputs', () => {
    const claims = statusWith({ origin: 'elsewhere', trusted: false });
    expect(meaningOf(claims, trans)).toContain('Somebody else');
    expect(meaningOf({ ...claims, trusted: true }, trans)).toContain(
      'still true'
    );
  });
});
