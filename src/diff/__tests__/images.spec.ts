import { paintDifference } from '../images';

const RED = [255, 0, 0] as const;

const pixels = (...values: number[][]) => new Uint8ClampedArray(values.flat());

describe('paintDifference', () => {
  const white = [255, 255, 255, 255];
  const black = [0, 0, 0, 255];
  const clear = [0, 0, 0, 0];

  it('paints what differs, and the rest pale', () => {
    const painted = new Uint8ClampedArray(8);
    const before = pixels(white, black);
    expect(paintDifference(before, pixels(black, black), painted, RED)).toBe(1);
    expect([...painted]).toEqual([255, 0, 0, 255, 191, 191, 191, 255]);
  });

  it('passes over what an encoder may do', () => {
    const painted = new Uint8ClampedArray(4);
    const nearly = [250, 250, 250, 255];
    expect(paintDifference(pixels(white), pixels(nearly), painted, RED)).toBe(
      0
    );
  });

  it('sees an opacity that changed, and no colour in what is transparent', () => {
    const painted = new Uint8ClampedArray(4);
    const alsoClear = [255, 0, 0, 0];
    expect(
      paintDifference(pixels(clear), pixels(alsoClear), painted, RED)
    ).toBe(0);
    expect(paintDifference(pixels(clear), pixels(white), painted, RED)).toBe(1);
  });
});
