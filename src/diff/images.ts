/** Differences up to this, of 255, are noise of an encoder. */
const THRESHOLD = 8;

/** How pale the picture is on which differences are shown: this share of its own brightness is left. */
const KEPT = 0.25;

/** The pixels of a rectangle, four bytes each: red, green, blue and opacity. */
export type Pixels = Uint8ClampedArray;

/** A colour: red, green, blue. */
export type Colour = readonly [number, number, number];

/**
 * Compare two strips of equal size and paint what differs.
 *
 * @param before - The pixels of the one.
 * @param after - Those of the other.
 * @param painted - Takes a pale grey copy of `after` with the pixels that differ in a colour.
 * @param colour - That colour.
 * @returns How many pixels differ.
 */
export function paintDifference(
  before: Pixels,
  after: Pixels,
  painted: Pixels,
  colour: Colour
): number {
  let different = 0;
  for (let index = 0; index + 3 < painted.length; index += 4) {
    if (isDifferent(before, after, index)) {
      different++;
      painted[index] = colour[0];
      painted[index + 1] = colour[1];
      painted[index + 2] = colour[2];
    } else {
      const grey = 255 - KEPT * (255 - greyOf(after, index));
      painted[index] = grey;
      painted[index + 1] = grey;
      painted[index + 2] = grey;
    }
    painted[index + 3] = 255;
  }
  return different;
}

function isDifferent(before: Pixels, after: Pixels, index: number): boolean {
  const wasOpaque = (before[index + 3] ?? 0) / 255;
  const isOpaque = (after[index + 3] ?? 0) / 255;
  // What is transparent has no colour; both are looked at on white.
  for (let channel = 0; channel < 3; channel++) {
    const was = 255 + ((before[index + channel] ?? 0) - 255) * wasOpaque;
    const is = 255 + ((after[index + channel] ?? 0) - 255) * isOpaque;
    if (Math.abs(was - is) > THRESHOLD) {
      return true;
    }
  }
  return Math.abs(wasOpaque - isOpaque) * 255 > THRESHOLD;
}

function greyOf(pixels: Pixels, index: number): number {
  const opaque = (pixels[index + 3] ?? 0) / 255;
  const grey =
    0.299 * (pixels[index] ?? 0) +
    0.587 * (pixels[index + 1] ?? 0) +
    0.114 * (pixels[index + 2] ?? 0);
  return 255 + (grey - 255) * opaque;
}
