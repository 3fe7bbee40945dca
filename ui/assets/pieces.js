"use strict";

/*
 * Says of ink whether it is one piece: then the program does not look for several digits in it.
 *
 * This is `Sheet.is_one_piece` of mnist_core/reading/segmentation.py once more, for a browser; a test holds the two
 * together. Ink is { values: Float32Array, height, width }, as in framing.js.
 */

const SPECK = 0.06;
const TALL = 0.45;
const FARTHEST_BAR = 0.5;
const INSIDE = 0.8;

/** Returns whether all ink is one piece: a stroke, and low ones above or below it, which belong to it. */
function isOnePiece(ink) {
  const boxes = strokesOf(ink);
  if (boxes.length <= 1) return boxes.length === 1;
  const tallest = Math.max(...boxes.map(heightOf));
  const largest = Math.max(...boxes.map(longerSideOf));
  const leastPx = SPECK * (tallest > TALL * largest ? tallest : largest);
  if (boxes.some((box) => longerSideOf(box) <= leastPx)) return false; // dust, of which a digit is freed first
  const [tall, another] = boxes.filter((box) => heightOf(box) >= TALL * tallest);
  if (another) return false;
  const line = [tall];
  let piece = tall;
  for (const low of boxes.filter((box) => box !== tall)) {
    if (isAstray(low, line, tallest)) return false;
    line.push(low);
    const sharedPx = Math.min(low.right, piece.right) - Math.max(low.left, piece.left);
    if (sharedPx < INSIDE * Math.min(widthOf(low), widthOf(piece))) return false;
    piece = around(piece, low);
  }
  return true;
}

/** Returns whether a low stroke is so far from a line that it begins another one. */
function isAstray(low, line, tallest) {
  const nearestPx = Math.min(...line.map((box) => distance(low, box)));
  const middle = (low.top + low.bottom) / 2;
  const { top, bottom } = line.reduce(around);
  return nearestPx > FARTHEST_BAR * tallest && !(top <= middle && middle <= bottom);
}

const heightOf = ({ top, bottom }) => bottom - top;
const widthOf = ({ left, right }) => right - left;
const longerSideOf = (box) => Math.max(heightOf(box), widthOf(box));

const around = (one, other) => ({
  top: Math.min(one.top, other.top),
  bottom: Math.max(one.bottom, other.bottom),
  left: Math.min(one.left, other.left),
  right: Math.max(one.right, other.right),
});

function distance(one, other) {
  const down = Math.max(one.top, other.top) - Math.min(one.bottom, other.bottom);
  const across = Math.max(one.left, other.left) - Math.min(one.right, other.right);
  return Math.hypot(Math.max(across, 0), Math.max(down, 0));
}

/** Returns the boxes of the connected strokes, in the order in which their first pixels stand, row by row. */
function strokesOf({ values, height, width }) {
  const isNew = new Uint8Array(values.length);
  for (let index = 0; index < values.length; index++) isNew[index] = values[index] >= FAINTEST_INK ? 1 : 0;
  const boxes = [];
  const found = new Int32Array(values.length);
  for (let first = 0; first < isNew.length; first++) {
    if (!isNew[first]) continue;
    isNew[first] = 0;
    found[0] = first;
    let count = 1;
    const box = { top: height, bottom: 0, left: width, right: 0 };
    while (count) {
      const at = found[--count];
      const y = Math.floor(at / width);
      const x = at - y * width;
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y + 1);
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x + 1);
      for (let row = Math.max(y - 1, 0); row <= Math.min(y + 1, height - 1); row++) {
        for (let column = Math.max(x - 1, 0); column <= Math.min(x + 1, width - 1); column++) {
          const near = row * width + column;
          if (!isNew[near]) continue;
          isNew[near] = 0;
          found[count++] = near;
        }
      }
    }
    boxes.push(box);
  }
  return boxes;
}
