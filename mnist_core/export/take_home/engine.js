"use strict";

/*
 * The network: the layers of MNIST Studio's architectures over arrays of numbers, and the reading of a framed digit.
 *
 * A picture is { values: Float32Array, height, width, channels }, row by row, the channels of a pixel side by side. A
 * network comes as steps with packed weights. This file knows nothing about drawings and pages.
 */

const UNITS_AT_ONCE = 8; // as many sums as stay in a processor's registers

const FUNCTIONS = {
  relu: (value) => (value > 0 ? value : 0),
  tanh: Math.tanh,
  sigmoid: (value) => 1 / (1 + Math.exp(-value)),
};

/** Returns the numbers of half precision (IEEE 754 binary16), one for each of its 65,536 bit patterns. */
function halfPrecision() {
  return Float32Array.from({ length: 65536 }, (_, bits) => {
    const sign = bits >> 15 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    return sign * (exponent ? (1 + fraction) * 2 ** (exponent - 15) : fraction * 2 ** -14);
  });
}

/** Returns what reads numbers, in half or single precision, that lie among others that are packed. */
function numbersOf(packed) {
  const halves = halfPrecision();
  const view = new DataView(packed);
  return ({ at, count, bytes, unit }) => {
    const half = (index) => halves[view.getUint16(at + 2 * index, true)];
    const single = (index) => view.getFloat32(at + 4 * index, true);
    const value = bytes === 2 ? half : single;
    return Float32Array.from({ length: count }, (_, index) => unit * value(index));
  };
}

/**
 * A network that is ready to read: its steps with their weights unpacked.
 *
 * @param {object} description `steps`, `digits` and `scores`, as the program wrote them.
 * @param {ArrayBuffer} packed the weights of all steps.
 */
function unpack(description, packed) {
  const numbers = numbersOf(packed);

  /** Lays the weights of each value out in a row whose length is a multiple of UNITS_AT_ONCE. */
  function inRows(values, units) {
    const row = UNITS_AT_ONCE * Math.ceil(units / UNITS_AT_ONCE);
    const rows = new Float32Array((values.length / units) * row);
    for (let from = 0, to = 0; from < values.length; from += units, to += row) {
      rows.set(values.subarray(from, from + units), to);
    }
    return rows;
  }

  function prepare(step) {
    if (step.kind === "residual") {
      return { ...step, body: step.body.map(prepare), shortcut: step.shortcut.map(prepare) };
    }
    if (step.kind === "normalise") return { ...step, scale: numbers(step.scale), shift: numbers(step.shift) };
    if (!step.kernel) return step;
    const [kernel, bias] = [step.kernel, step.bias].map((part) => inRows(numbers(part), step.units));
    return { ...step, kernel, bias };
  }

  const { steps, digits, scores } = description;
  const prepared = Object.entries(scores).map(([name, step]) => [name, prepare(step)]);
  return { steps: steps.map(prepare), digits: prepare(digits), scores: Object.fromEntries(prepared) };
}

/** Computes steps one after the other. */
function compute(steps, picture) {
  return steps.reduce((passed, step) => KERNELS[step.kind](passed, step), picture);
}

const KERNELS = {
  rescale: (picture, { factor }) => each(picture, (value) => value * factor),

  activation: (picture, { activation }) => each(picture, FUNCTIONS[activation]),

  normalise: ({ values, height, width, channels }, { scale, shift }) => {
    const normalised = blank(height, width, channels);
    for (let from = 0; from < values.length; from += channels) {
      for (let channel = 0; channel < channels; channel++) {
        normalised.values[from + channel] = values[from + channel] * scale[channel] + shift[channel];
      }
    }
    return normalised;
  },

  crop: ({ values, height, width, channels }, { margin }) => {
    const cropped = blank(height - 2 * margin, width - 2 * margin, channels);
    const row = cropped.width * channels;
    for (let y = 0; y < cropped.height; y++) {
      const from = ((y + margin) * width + margin) * channels;
      cropped.values.set(values.subarray(from, from + row), y * row);
    }
    return cropped;
  },

  maxPool: (picture, { size }) => pool(picture, size, Math.max, 1),

  averagePool: (picture, { size }) => pool(picture, size, (sum, value) => sum + value, size * size),

  globalAverage: ({ values, height, width, channels }) => {
    const means = blank(1, 1, channels);
    values.forEach((value, index) => (means.values[index % channels] += value / (height * width)));
    return means;
  },

  dense: ({ values }, step) => {
    const flat = { values, height: 1, width: 1, channels: values.length };
    return KERNELS.convolution(flat, { ...step, size: 1, stride: 1, padded: false });
  },

  residual: (picture, { body, shortcut }) => {
    const around = compute(shortcut, picture).values;
    return each(compute(body, picture), (value, index) => FUNCTIONS.relu(value + around[index]));
  },

  convolution: (picture, step) => {
    const { values, height, width, channels } = picture;
    const { size, stride, padded, units, kernel, bias, activation } = step;
    const [outHeight, rowsBefore] = steppedOver(height, size, stride, padded);
    const [outWidth, columnsBefore] = steppedOver(width, size, stride, padded);
    const result = blank(outHeight, outWidth, units);
    const seen = new Float32Array(size * size * channels);
    const weights = new Int32Array(seen.length);
    for (let y = 0, to = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++, to += units) {
        const [top, left] = [y * stride - rowsBefore, x * stride - columnsBefore];
        const count = gather(picture, top, left, size, bias.length, seen, weights);
        weigh(seen, weights, count, kernel, bias, units, result.values, to);
      }
    }
    return activation ? each(result, FUNCTIONS[activation]) : result;
  },
};

/** Returns how many steps a filter makes along a side, and how much padding comes before, as TensorFlow pads. */
function steppedOver(length, size, stride, padded) {
  if (!padded) return [Math.floor((length - size) / stride) + 1, 0];
  const steps = Math.ceil(length / stride);
  return [steps, Math.max(0, (steps - 1) * stride + size - length) >> 1];
}

/** Gathers the values under a filter that are not 0, half of them after a relu, and where their weights begin. */
function gather({ values, height, width, channels }, top, left, size, row, seen, weights) {
  let count = 0;
  for (let down = 0; down < size; down++) {
    const y = top + down;
    if (y < 0 || y >= height) continue;
    for (let right = 0; right < size; right++) {
      const x = left + right;
      if (x < 0 || x >= width) continue;
      const from = (y * width + x) * channels;
      const weight = (down * size + right) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const value = values[from + channel];
        if (value === 0) continue;
        seen[count] = value;
        weights[count++] = (weight + channel) * row;
      }
    }
  }
  return count;
}

/** Computes the weighted sums of all units over the values that were gathered. */
function weigh(seen, weights, count, kernel, bias, units, result, to) {
  for (let unit = 0; unit < units; unit += UNITS_AT_ONCE) {
    let a = bias[unit];
    let b = bias[unit + 1];
    let c = bias[unit + 2];
    let d = bias[unit + 3];
    let e = bias[unit + 4];
    let f = bias[unit + 5];
    let g = bias[unit + 6];
    let h = bias[unit + 7];
    for (let index = 0; index < count; index++) {
      const value = seen[index];
      const at = weights[index] + unit;
      a += value * kernel[at];
      b += value * kernel[at + 1];
      c += value * kernel[at + 2];
      d += value * kernel[at + 3];
      e += value * kernel[at + 4];
      f += value * kernel[at + 5];
      g += value * kernel[at + 6];
      h += value * kernel[at + 7];
    }
    // What lies beyond the last unit is written over, or lies beyond the end, where nothing is kept.
    const at = to + unit;
    result[at] = a;
    result[at + 1] = b;
    result[at + 2] = c;
    result[at + 3] = d;
    result[at + 4] = e;
    result[at + 5] = f;
    result[at + 6] = g;
    result[at + 7] = h;
  }
}

/** Combines every `size` by `size` values, and divides the result. */
function pool({ values, height, width, channels }, size, combine, divisor) {
  const pooled = blank(Math.floor(height / size), Math.floor(width / size), channels);
  for (let y = 0, to = 0; y < pooled.height; y++) {
    for (let x = 0; x < pooled.width; x++) {
      for (let channel = 0; channel < channels; channel++, to++) {
        let combined = values[(y * size * width + x * size) * channels + channel];
        for (let index = 1; index < size * size; index++) {
          const [down, right] = [Math.floor(index / size), index % size];
          combined = combine(combined, values[((y * size + down) * width + x * size + right) * channels + channel]);
        }
        pooled.values[to] = combined / divisor;
      }
    }
  }
  return pooled;
}

function blank(height, width, channels) {
  return { values: new Float32Array(height * width * channels), height, width, channels };
}

/** Applies a function of a value and its index to all values. */
function each(picture, apply) {
  const { values } = picture;
  const applied = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) applied[index] = apply(values[index], index);
  return { ...picture, values: applied };
}

/**
 * Returns a network's outputs for one image as it is: `logits`, the `features` that enter the last layer, and the
 * scores, 1 where it knows digits only.
 */
function look(network, image) {
  const picture = { values: Float32Array.from(image), height: FIELD, width: FIELD, channels: 1 };
  const features = compute(network.steps, picture);
  const score = (step) => (step ? compute([step], features).values[0] : 1);
  return {
    logits: compute([network.digits], features).values,
    features: features.values,
    digitScore: score(network.scores.digit_score),
    multiDigitScore: score(network.scores.number_score),
  };
}

/**
 * Reads a framed digit as the program does: where the first look leaves a doubt, the outputs of all views are averaged.
 *
 * @param {object} model the network; `views`, empty where it reads each image as it is; `settled`, from when on other
 *   views would change nothing; `digitThreshold`, the digit score below which a drawing is no digit; and, where a hand
 *   has taught it, the `memory` (see `remembered`).
 * @param {Uint8Array} image 28 x 28 grey levels.
 * @param {boolean} inAllViews whether to look again in doubt; one look is enough while the pen moves.
 * @returns `digit`, null for what is no digit; `probabilities`; `digitScore`; `multiDigitScore`; `views`, how many were
 *   looked at; and `isTaught`, whether the memory made it another answer.
 */
function read(model, image, inAllViews = true) {
  let found;
  for (const reading of readings(model, image)) {
    found = reading ?? found;
    if (!inAllViews) break;
  }
  return found;
}

/**
 * Reads as `read` does, and lets others work between two looks: yields the answer of the first look; where that leaves
 * a doubt, nothing after the others, and the full answer after the last.
 */
function* readings(model, image) {
  const first = look(model.network, image);
  const outputs = mean([first]);
  yield answer(outputs, model);
  if (!model.views.length || !isInDoubt(outputs, model)) return;
  const looks = [first];
  for (const view of model.views) {
    yield undefined;
    looks.push(look(model.network, varied(image, view)));
  }
  yield answer(mean(looks), model);
}

function isInDoubt(outputs, { settled, memory }) {
  const isSettled =
    Math.max(...outputs.probabilities) >= settled.confidence &&
    outputs.digitScore >= settled.digit_score &&
    outputs.multiDigitScore <= settled.multi_digit_score;
  return !isSettled || (memory !== undefined && mayChange(memory, outputs));
}

/** Returns the mean outputs of several looks, and the probabilities that their mean logits make. */
function mean(looks) {
  const of = (part) => looks.reduce((sum, one) => sum + part(one), 0) / looks.length;
  const ofEach = (name) => looks[0][name].map((_, index) => of((one) => one[name][index]));
  return {
    probabilities: softmax(ofEach("logits")),
    features: ofEach("features"),
    digitScore: of((one) => one.digitScore),
    multiDigitScore: of((one) => one.multiDigitScore),
    views: looks.length,
  };
}

/** Makes an answer of outputs, as the memory pulls them if there is one. */
function answer(outputs, { digitThreshold, memory }) {
  const { probabilities, digitScore, multiDigitScore } = memory ? recall(memory, outputs) : outputs;
  const digitOf = (likely, score) =>
    score > 0 && score >= digitThreshold ? likely.indexOf(Math.max(...likely)) : null;
  const digit = digitOf(probabilities, digitScore);
  const isTaught = digit !== digitOf(outputs.probabilities, outputs.digitScore);
  return { digit, probabilities, digitScore, multiDigitScore, views: outputs.views, isTaught };
}

function softmax(logits) {
  const most = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/**
 * A memory of what one hand has taught, unpacked; `mnist_core/reading/memory.py` says how it reads.
 *
 * @param {object} description `labels`, negative for what is no digit; `features`, where their numbers lie among those
 *   packed, a row of length 1 for each label; the constants `pull`, `width`, `nearly` and `least`; and `none` and
 *   `number`, the labels of what is no digit and of several.
 * @param {ArrayBuffer} packed the features.
 */
function remembered(description, packed) {
  return { ...description, features: numbersOf(packed)(description.features) };
}

/** Pulls outputs towards the labels of similar remembered drawings. */
function recall(memory, outputs) {
  const { labels, least, none, number } = memory;
  const pulls = new Map();
  strengths(memory, outputs).forEach((strength, index) => {
    pulls.set(labels[index], Math.max(strength, pulls.get(labels[index]) ?? 0));
  });
  const pullOf = (label) => pulls.get(label) ?? 0;
  const logarithms = outputs.probabilities.map((share, digit) => Math.log(Math.max(share, least)) + pullOf(digit));
  const digit = Math.max(...outputs.probabilities.map((_, label) => pullOf(label)));
  return {
    probabilities: softmax(logarithms),
    digitScore: pulled(outputs.digitScore, digit - Math.max(pullOf(none), pullOf(number)), least),
    multiDigitScore: pulled(outputs.multiDigitScore, pullOf(number) - Math.max(digit, pullOf(none)), least),
  };
}

/** Returns whether a drawing is so near to one of another label that the memory may change the answer. */
function mayChange(memory, outputs) {
  const best = outputs.probabilities.indexOf(Math.max(...outputs.probabilities));
  const others = strengths(memory, outputs).map((strength, index) => (memory.labels[index] === best ? 0 : strength));
  const logarithms = outputs.probabilities.map((share) => Math.log(Math.max(share, memory.least)));
  const [first, second] = logarithms.sort((a, b) => b - a);
  return Math.max(...others) > first - second - memory.nearly;
}

/** Returns how strongly each remembered drawing pulls: the more alike its features are, by the cosine. */
function strengths({ labels, features, pull, width }, outputs) {
  const values = outputs.features;
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) || 1;
  return labels.map((_, row) => {
    let product = 0;
    const from = row * values.length;
    for (let index = 0; index < values.length; index++) product += values[index] * features[from + index];
    return pull * Math.exp((product / length - 1) / width);
  });
}

/** Returns a probability whose log odds are pulled up or down; it stays where nothing pulls. */
function pulled(score, pull, least) {
  if (pull === 0) return score;
  const bounded = Math.min(Math.max(score, least), 1 - least);
  return FUNCTIONS.sigmoid(Math.log(bounded / (1 - bounded)) + pull);
}

/** Returns a view of an image: turned, slanted, stretched and moved a little, interpolated linearly. */
function varied(image, { turn = 0, zoom = 1, slant = 0, right = 0, down = 0 }) {
  const middle = (FIELD - 1) / 2;
  const [sine, cosine] = [Math.sin((turn * Math.PI) / 180), Math.cos((turn * Math.PI) / 180)];
  const isInside = (place) => place >= 0 && place < FIELD;
  const at = (row, column) => (isInside(row) && isInside(column) ? image[row * FIELD + column] : 0);
  return Uint8Array.from({ length: FIELD * FIELD }, (_, index) => {
    const [x, y] = [(index % FIELD) - middle, Math.floor(index / FIELD) - middle];
    const row = placed(sine * x + cosine * y + down);
    const column = placed((cosine * x - sine * y + slant * y) * zoom + right);
    const [top, left] = [Math.floor(row), Math.floor(column)];
    const [lower, farther] = [row - top, column - left];
    const upperMean = at(top, left) * (1 - farther) + at(top, left + 1) * farther;
    const lowerMean = at(top + 1, left) * (1 - farther) + at(top + 1, left + 1) * farther;
    return roundHalfToEven(upperMean * (1 - lower) + lowerMean * lower);
  });
}

/** Returns the row or column of an offset from the middle, at most a pixel outside; in single precision, as NumPy. */
function placed(offset) {
  const position = Math.fround(Math.fround(offset) + (FIELD - 1) / 2);
  return Math.min(Math.max(Math.fround(position + 1), 0), Math.fround(FIELD + 0.999)) - 1;
}
