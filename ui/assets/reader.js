"use strict";

/*
 * A worker that reads what is drawn so far: the last part of its script, after framing.js, engine.js and pieces.js.
 *
 * It is sent a model once, { network, digitThreshold }, the address of its network and the digit score below which a
 * drawing is no digit. It answers { ready: true }, or ends where it cannot read with this model. From then on it is
 * sent { pixels, heightPx, widthPx }, the buffer of a canvas's RGBA, and answers { reading }: null unless the program
 * would read it as one digit.
 */

const PLAIN = 0.5; // as `Thresholds.plain` of mnist_core/reading/numbers.py
const MULTI_DIGIT = 0.3; // as `Thresholds.multi_digit_by_pen` there

let model = null;

onmessage = async ({ data }) => {
  try {
    if (data.pixels) return postMessage({ reading: readInk(inkOf(data)) });
    model = await load(data);
    postMessage({ ready: true });
  } catch {
    close(); // without a word: the page does without
  }
};

async function load({ network, digitThreshold }) {
  const answer = await fetch(network);
  if (!answer.ok) throw new Error("There is no such network.");
  const content = await answer.arrayBuffer();
  const end = new Uint8Array(content).indexOf(10);
  const description = JSON.parse(new TextDecoder().decode(content.slice(0, end)));
  const loaded = { network: unpack(description, content.slice(end + 1)), digitThreshold };
  read(loaded, new Uint8Array(FIELD * FIELD), false); // fails where a layer is unknown, and else compiles
  return loaded;
}

function inkOf({ pixels, heightPx, widthPx }) {
  const levels = new Uint8Array(pixels);
  const values = new Float32Array(heightPx * widthPx);
  for (let index = 0; index < values.length; index++) values[index] = levels[4 * index + 3] / 255;
  return { values, height: heightPx, width: widthPx };
}

/** Reads ink at one look; null where there is none, or where it may be several digits. */
function readInk(ink) {
  if (!isOnePiece(ink)) return null;
  const reading = read(model, frame(ink), false);
  const { digit, probabilities, digitScore, multiDigitScore } = reading;
  const isPlain = digit !== null && digitScore * Math.max(...probabilities) >= PLAIN;
  return isPlain || multiDigitScore < MULTI_DIGIT ? reading : null;
}
