import {
  DEFAULT_LIMITS,
  collectionOf,
  numberOf,
  wrongLimit
} from '../cleanUpLimits';

describe('numberOf', () => {
  it.each([
    ['0', 0],
    [' 12.5 ', 12.5],
    ['1e3', 1000],
    ['', null],
    ['-1', null],
    ['x', null],
    ['Infinity', null],
    ['1e300', null]
  ])('reads %p as %p', (text, number) => {
    expect(numberOf('days', text)).toBe(number);
  });

  it('knows no half entries', () => {
    expect(numberOf('entries', '2.5')).toBeNull();
    expect(numberOf('entries', '2')).toBe(2);
  });
});

describe('wrongLimit', () => {
  it('names a limit that is to be kept and makes no sense', () => {
    expect(wrongLimit(DEFAULT_LIMITS)).toBeNull();
    const entries = { isOn: true, text: 'many' };
    expect(wrongLimit({ ...DEFAULT_LIMITS, entries })).toBe('entries');
    expect(
      wrongLimit({ ...DEFAULT_LIMITS, entries: { ...entries, isOn: false } })
    ).toBeNull();
  });
});

describe('collectionOf', () => {
  it('asks for what is to be kept, in the units of the server', () => {
    expect(collectionOf('p', DEFAULT_LIMITS, true)).toEqual({
      path: 'p',
      preview: true,
      max_age: 90 * 86_400
    });
    expect(
      collectionOf(
        'p',
        {
          days: { isOn: false, text: '90' },
          megabytes: { isOn: true, text: '1.5' },
          entries: { isOn: true, text: '7' }
        },
        false
      )
    ).toEqual({
      path: 'p',
      preview: false,
      max_bytes: 1_500_000,
      max_entries: 7
    });
  });
});
