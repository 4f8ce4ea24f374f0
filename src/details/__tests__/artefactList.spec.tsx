import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import * as React from 'react';
import { artefactWith, turn } from '../../__tests__/support';
import type { EntryArtefact } from '../../contract';
import { ArtefactList } from '../artefactList';
import { artefactsText, leftOutText, sizeText } from '../artefactWords';

const trans = nullTranslator.load('jupyterlab_cache');

describe('The list of written files', () => {
  let widget: ReactWidget;
  let restores: number;

  async function show(
    artefacts: EntryArtefact[],
    total = artefacts.length
  ): Promise<void> {
    widget = ReactWidget.create(
      <ArtefactList
        artefacts={artefacts}
        total={total}
        urlOf={({ path }) => `/base/artefact?${path}`}
        onRestore={() => restores++}
        trans={trans}
      />
    );
    Widget.attach(widget, document.body);
    await widget.renderPromise;
    await turn(20);
  }

  beforeEach(() => (restores = 0));
  afterEach(() => widget.dispose());

  it('shows nothing where nothing was written', async () => {
    await show([]);
    expect(widget.node.textContent).toBe('');
  });

  it('names state and size, and offers what is stored', async () => {
    await show([
      artefactWith(),
      artefactWith({ path: 'sub/gone.csv', state: 'missing' }),
      artefactWith({
        path: 'huge.bin',
        size: 3e9,
        stored: false,
        left_out: 'too-large'
      })
    ]);
    const lines = [...widget.node.querySelectorAll('li')].map(
      ({ textContent }) => textContent
    );
    expect(lines).toEqual([
      'out.csv 1.2 kBDownload',
      'sub/gone.csv 1.2 kB, goneDownload',
      'huge.bin 3.0 GB, not stored: too large'
    ]);
    const links = [...widget.node.querySelectorAll('a')];
    expect(links.map(link => link.getAttribute('aria-label'))).toEqual([
      'Download out.csv',
      'Download sub/gone.csv'
    ]);
    expect(links[1]?.getAttribute('href')).toBe('/base/artefact?sub/gone.csv');
    expect(links[1]?.download).toBe('gone.csv');
    const button = widget.node.querySelector('button');
    expect(button?.textContent).toBe('Restore files');
    button?.click();
    expect(restores).toBe(1);
  });

  it.each([
    ['nothing is gone', artefactWith()],
    ['nothing is stored', artefactWith({ state: 'missing', stored: false })]
  ])('offers no restoration where %s', async (_, artefact) => {
    await show([artefact]);
    expect(widget.node.querySelector('button')).toBeNull();
  });

  it('shows only the first of very many', async () => {
    const many = Array.from({ length: 150 }, (_, index) =>
      artefactWith({ path: `${index}.csv` })
    );
    await show(many, 2000);
    expect(widget.node.querySelectorAll('a')).toHaveLength(100);
    expect(widget.node.textContent).toContain('and 1900 more files');
  });

  it('draws a hostile name as text', async () => {
    await show([artefactWith({ path: '<img src=x onerror=alert(1)>' })]);
    expect(widget.node.querySelector('img')).toBeNull();
    expect(widget.node.textContent).toContain('<img');
  });
});

describe('Words about files', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [123_456, '123 kB'],
    [999_600, '1.0 MB'],
    [5e15, '5000 TB']
  ])('%d bytes', (bytes, expected) => {
    expect(sizeText(bytes, trans)).toBe(expected);
  });

  it('names some of many files', () => {
    const states = Array.from({ length: 5 }, (_, index) =>
      artefactWith({ path: `${index}` })
    );
    expect(artefactsText([], trans)).toBeNull();
    expect(artefactsText(states.slice(0, 1), trans)).toMatch(
      /^A file .* not stored: 0$/
    );
    expect(artefactsText(states, trans)).toMatch(
      /^5 files .*: 0, 1, 2, and 2 more files$/
    );
  });

  it('has words for each cause', () => {
    const causes = [
      'too-large',
      'too-much',
      'too-many',
      'ignored',
      'secret',
      'outside',
      'not-writable',
      'changed',
      'unreadable',
      null
    ] as const;
    const words = causes.map(cause => leftOutText(cause, trans));
    expect(new Set(words).size).toBe(causes.length);
    expect(words.every(text => text.startsWith('not stored'))).toBe(true);
  });
});
