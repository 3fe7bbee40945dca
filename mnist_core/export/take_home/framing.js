"use strict";

/*
 * Frames a drawing exactly as MNIST framed its scans.
 *
 * This is mnist_core/drawing/framing.py once more, for a page without Python; a test holds the two together, on
 * thousands of drawings in a real Chromium. Why each step is as it is stands there.
 *
 * Ink is { values: Float32Array, height, width }, row by row, from 0, paper, to 1. This file knows nothing about
 * canvases and networks.
 */

const FIELD = 28;
const BOX = 20;
const CENTRE = 14;
const FAINTEST_INK = 0.05;
const TRACE = 1 / 512;
const THINNEST_LINE_PX = 1.5;
const FINE_PX = 80;
const DRAWN = 0.25;
const LARGEST_REDRAWN_PX = 160;

/** Returns whether a drawing holds no ink that a person would see. */
function isBlank({ values }) {
  return darkest(values) < FAINTEST_INK;
}

/** Frames ink: a Uint8Array of 28 x 28, the digit fitted into 20 x 20, its centre of mass on pixel 14. */
function frame(ink) {
  return centre(fit(crop(ink)));
}

/** Cuts away the paper around the ink. */
function crop({ values, height, width }) {
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (values[y * width + x] <= TRACE) continue;
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
    }
  }
  return cut({ values, width }, top, left, bottom - top, right - left);
}

/** Scales a cropped drawing so that its longer side is 20 px and its darkest point full black. */
function fit(cropped) {
  const missingPx = THINNEST_LINE_PX - (lineWidthPx(resize(cropped, FINE_PX)) * BOX) / FINE_PX;
  const fitted = resize(missingPx > 0 ? widen(cropped, missingPx) : cropped, BOX);
  const most = darkest(fitted.values);
  return { ...fitted, values: fitted.values.map((value) => value / most) };
}

/** Places a fitted drawing so that its centre of mass rounds to pixel 14 of 28; whole pixels are moved. */
function centre({ values, height, width }) {
  let [sum, down, across] = [0, 0, 0];
  values.forEach((value, index) => {
    sum += value;
    down += value * Math.floor(index / width);
    across += value * (index % width);
  });
  const place = (mean, length) => Math.min(Math.max(roundHalfToEven(CENTRE - mean), 0), FIELD - length);
  const [row, column] = [place(down / sum, height), place(across / sum, width)];
  const field = new Uint8Array(FIELD * FIELD);
  values.forEach((value, index) => {
    const at = (row + Math.floor(index / width)) * FIELD + column + (index % width);
    field[at] = roundHalfToEven(Math.fround(value * 255));
  });
  return field;
}

/** Measures how wide the lines of a drawing are on average: twice their area by the length of their rim. */
function lineWidthPx(ink) {
  const { values, height, width } = surround(ink, 1);
  let [area, rim] = [0, 0];
  for (let y = 0; y < height - 1; y++) {
    for (let x = 0; x < width - 1; x++) {
      const at = y * width + x;
      area += values[at];
      const [down, right] = [values[at + width] - values[at], values[at + 1] - values[at]];
      rim += Math.sqrt(down * down + right * right); // Math.hypot takes ten times as long
    }
  }
  return (2 * area) / rim;
}

/** Redraws the lines of a drawing wider, by a length in pixels of the 28. */
function widen(cropped, missingPx) {
  const longest = Math.max(cropped.height, cropped.width);
  const block = Math.ceil(longest / LARGEST_REDRAWN_PX);
  const lines = longest < FINE_PX ? resize(cropped, FINE_PX) : reduced(cropped, block);
  const byPx = (missingPx * Math.max(lines.height, lines.width)) / BOX;
  const sheet = surround(lines, Math.floor(byPx / 2) + 1);
  const edge = darkest(lines.values) * DRAWN;
  const drawn = sheet.values.map((value) => (value >= edge ? 1 : 0));
  const far = byPx / 2 + 1.5; // beyond, a pixel is black or paper
  const inside = distances(sheet, drawn, 0, far);
  const outside = distances(sheet, drawn, 1, far);
  const values = sheet.values.map((_, index) => {
    const toEdgePx = drawn[index] ? inside[index] - 0.5 : 0.5 - outside[index];
    return Math.min(Math.max(toEdgePx + byPx / 2 + 0.5, 0), 1);
  });
  return crop({ ...sheet, values });
}

/** Reduces a drawing by whole blocks of pixels, each to its darkest pixel. */
function reduced({ values, height, width }, block) {
  const less = sheetOf(Math.ceil(height / block), Math.ceil(width / block));
  for (let y = 0, from = 0; y < height; y++) {
    const row = Math.floor(y / block) * less.width;
    for (let x = 0; x < width; x++, from++) {
      const at = row + Math.floor(x / block);
      if (values[from] > less.values[at]) less.values[at] = values[from];
    }
  }
  return less;
}

/**
 * Measures how far each pixel is from the nearest target: along the columns first, then, by squares, along the rows.
 *
 * @param {object} sheet of which the size counts.
 * @param {ArrayLike<number>} marks of its pixels.
 * @param {number} target the mark of targets.
 * @param {number} far the distance from which on it does not matter how far it is; nothing is farther.
 */
function distances({ height, width }, marks, target, far) {
  const squares = new Float64Array(height * width);
  for (let x = 0; x < width; x++) {
    for (let y = 0, since = far; y < height; y++) {
      const at = y * width + x;
      since = marks[at] === target ? 0 : Math.min(since + 1, far);
      squares[at] = since * since;
    }
    for (let y = height - 1, until = far; y >= 0; y--) {
      const at = y * width + x;
      until = marks[at] === target ? 0 : Math.min(until + 1, far);
      squares[at] = Math.min(squares[at], until * until);
    }
  }
  return squares.map((nearest, at) => {
    const column = at % width;
    let least = nearest;
    for (let step = 1; step * step < least; step++) {
      if (step <= column) least = Math.min(least, step * step + squares[at - step]);
      if (step < width - column) least = Math.min(least, step * step + squares[at + step]);
    }
    return Math.sqrt(least);
  });
}

/** Scales with anti-aliasing so that the longer side has the given length, in exact proportion. */
function resize(ink, longerSidePx) {
  const scale = longerSidePx / Math.max(ink.height, ink.width);
  if (scale === 1) return ink;
  const margin = Math.ceil(1 / scale);
  const filter = scale < 1 ? BOX_FILTER : BICUBIC_FILTER;
  const [rows, columns] = [ink.height, ink.width].map((side) => {
    const count = Math.ceil(side * scale - 1e-6);
    const covered = count / scale;
    const start = margin - (covered - side) / 2;
    return contributions(side + 2 * margin, start, start + covered, count, filter);
  });
  const sheet = surround(ink, margin);
  const narrow = sheetOf(sheet.height, columns.length);
  for (let y = 0, to = 0; y < narrow.height; y++) {
    for (const { first, weights } of columns) {
      narrow.values[to++] = weighed(sheet.values, y * sheet.width + first, 1, weights);
    }
  }
  const resized = sheetOf(rows.length, columns.length);
  rows.forEach(({ first, weights }, y) => {
    for (let x = 0; x < resized.width; x++) {
      const value = weighed(narrow.values, first * narrow.width + x, narrow.width, weights);
      resized.values[y * resized.width + x] = Math.min(Math.max(value, 0), 1);
    }
  });
  return resized;
}

/** Returns the weighted sum of values that lie some steps apart. */
function weighed(values, from, step, weights) {
  let sum = 0; // `reduce` takes four times as long
  for (let index = 0, at = from; index < weights.length; index++, at += step) sum += weights[index] * values[at];
  return sum;
}

/* Pillow's filters, and its way to apply them, down to single precision in the bounds of the box. */

const BOX_FILTER = { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) };

const BICUBIC_FILTER = {
  support: 2,
  weight: (x) => {
    const distance = Math.abs(x);
    if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
    return distance < 2 ? ((distance - 5) * distance + 8) * distance * -0.5 + 2 : 0;
  },
};

/** Returns for each new pixel along a side the first old one that it is made of, and the weights from there on. */
function contributions(length, from, to, count, filter) {
  const start = Math.fround(from);
  const step = Math.fround(Math.fround(to) - start) / count;
  const stretch = Math.max(step, 1);
  return Array.from({ length: count }, (_, index) => {
    const middle = start + (index + 0.5) * step;
    const first = Math.max(Math.trunc(middle - filter.support * stretch + 0.5), 0);
    const end = Math.min(Math.trunc(middle + filter.support * stretch + 0.5), length);
    const weights = Array.from({ length: end - first }, (_, x) => filter.weight((x + first - middle + 0.5) / stretch));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** Lays paper around a drawing. */
function surround({ values, height, width }, marginPx) {
  const sheet = sheetOf(height + 2 * marginPx, width + 2 * marginPx);
  for (let y = 0; y < height; y++) {
    sheet.values.set(values.subarray(y * width, (y + 1) * width), (y + marginPx) * sheet.width + marginPx);
  }
  return sheet;
}

/** Cuts a rectangle out of a drawing. */
function cut({ values, width }, top, left, newHeight, newWidth) {
  const part = sheetOf(newHeight, newWidth);
  for (let y = 0; y < newHeight; y++) {
    const from = (top + y) * width + left;
    part.values.set(values.subarray(from, from + newWidth), y * newWidth);
  }
  return part;
}

function sheetOf(height, width) {
  return { values: new Float32Array(height * width), height, width };
}

function darkest(values) {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most;
}

/** Rounds as Python and NumPy do: a half goes to the even neighbour. */
function roundHalfToEven(value) {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
