import { nullTranslator } from '@jupyterlab/translation';
import { sentenceText } from '../sentence';

const trans = nullTranslator.load('jupyterlab_cache');

describe('sentenceText', () => {
  it('puts values in their places', () => {
    const sentence = { text: '%1 was cell %2.', values: ['%2', '3'] };
    expect(sentenceText(sentence, trans)).toBe('%2 was cell 3.');
  });

  it('asks for the text without its values', () => {
    const asked: unknown[][] = [];
    const german = {
      ...trans,
      gettext: (...words: string[]) => {
        asked.push(words);
        return `${words[1]} wurde geändert.`;
      }
    };
    const sentence = { text: '%1 was changed.', values: ['data.csv'] };
    expect(sentenceText(sentence, german)).toBe('data.csv wurde geändert.');
    expect(asked).toEqual([['%1 was changed.', 'data.csv']]);
  });
});
