"use strict";

/*
 * The paper: pointers become strokes, strokes become ink, and the answer follows them.
 *
 * While the pen moves, the answer follows it, at most once a frame and with one look. When it is lifted, the first
 * look's answer is shown at once; where it leaves a doubt, the page goes on between the other looks. Then the answer
 * stands, and is said to screen readers as well.
 */

const PAPER = 480; // the side of the paper, in its own pixels, as in the app
const PEN = 28; // the width of the app's usual pen on such a paper
const INK_COLOUR = "#1d1b18";
const SURE = 0.75; // a lower confidence names the runner-up as well

const model = JSON.parse(document.getElementById("model").textContent);
model.network = unpack(model.network, bytesOf(document.getElementById("weights").textContent));
const memory = document.getElementById("memory"); // only where a hand has taught it
if (memory) {
  const features = bytesOf(document.getElementById("features").textContent);
  model.memory = remembered(JSON.parse(memory.textContent), features);
}

const page = Object.fromEntries(
  ["paper", "invitation", "undo", "clear", "answer", "digit", "verdict", "confidence", "said", "bars"].map((id) => [
    id,
    document.getElementById(id),
  ]),
);
const shown = page.paper.getContext("2d");
const seen = Object.assign(document.createElement("canvas"), { width: PAPER, height: PAPER }).getContext("2d", {
  willReadFrequently: true,
});
const bars = Array.from({ length: 10 }, (_, digit) => barOf(digit));
const noneBar = barOf("none");
noneBar.className = "none";

let strokes = []; // each an array of [x, y], in the paper's pixels
let pointer = null; // the id of the one that draws; others, such as the ball of a hand, do not
let asked = 0; // the frame in which the moving pen will be read
let looking = 0; // the timer of the next look at what is drawn

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes.buffer;
}

function barOf(label) {
  const bar = document.createElement("li");
  for (const [name, text] of Object.entries({ digit: label, track: "", value: "" })) {
    bar.append(Object.assign(document.createElement("span"), { className: `bar-${name}`, textContent: text }));
  }
  page.bars.append(bar);
  return bar;
}

/* ---- strokes ---- */

page.paper.addEventListener("pointerdown", (event) => {
  if (pointer !== null || event.button > 0) return;
  pointer = event.pointerId;
  page.paper.setPointerCapture(pointer);
  strokes.push([pointOf(event)]);
  trace(strokes.at(-1), 0);
  follow();
});

page.paper.addEventListener("pointermove", (event) => {
  if (event.pointerId !== pointer) return;
  const stroke = strokes.at(-1);
  const from = stroke.length - 1;
  const passed = event.getCoalescedEvents?.() ?? [];
  stroke.push(...(passed.length ? passed : [event]).map(pointOf));
  trace(stroke, from);
  follow();
});

for (const end of ["pointerup", "pointercancel"]) {
  page.paper.addEventListener(end, (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    settle();
  });
}

// Else a browser takes a quick stroke for a fling, and swallows the tap on a button that stops it.
page.paper.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });

page.undo.addEventListener("click", () => keep(strokes.slice(0, -1)));
page.clear.addEventListener("click", () => keep([]));
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key !== "z") return;
  event.preventDefault();
  keep(strokes.slice(0, -1));
});

function pointOf({ clientX, clientY }) {
  const { left, top, width, height } = page.paper.getBoundingClientRect();
  return [((clientX - left) * PAPER) / width, ((clientY - top) * PAPER) / height];
}

/** Draws a stroke from one of its points on: on the paper that a person sees, and on the one that is read. */
function trace(stroke, from) {
  for (const context of [shown, seen]) {
    context.lineWidth = PEN;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = INK_COLOUR;
    context.beginPath();
    context.moveTo(...stroke[from]);
    context.lineTo(stroke[from][0] + 0.01, stroke[from][1]); // else some browsers draw no dot
    for (const point of stroke.slice(from + 1)) context.lineTo(...point);
    context.stroke();
  }
}

/** Keeps these strokes only, unless one is being drawn. */
function keep(kept) {
  if (pointer !== null) return;
  strokes = kept;
  redraw();
  settle();
}

/** Draws all strokes anew, as sharp as the screen is. */
function redraw() {
  const scale = (page.paper.clientWidth * devicePixelRatio) / PAPER;
  page.paper.width = page.paper.height = Math.round(PAPER * scale); // which clears it
  shown.scale(scale, scale);
  seen.clearRect(0, 0, PAPER, PAPER);
  for (const stroke of strokes) trace(stroke, 0);
}

/** Returns the ink on the paper: how opaque each pixel is. */
function inkOf(context) {
  const { data } = context.getImageData(0, 0, PAPER, PAPER);
  const values = new Float32Array(PAPER * PAPER);
  for (let index = 0; index < values.length; index++) values[index] = data[4 * index + 3] / 255;
  return { values, height: PAPER, width: PAPER };
}

/* ---- the answer ---- */

/** Lets the answer follow the pen, once in the next frame, however often it moves until then. */
function follow() {
  clearTimeout(looking);
  asked ||= requestAnimationFrame(() => {
    asked = 0;
    const image = framedInk();
    show(image && read(model, image, false));
  });
}

/** Reads what is drawn, shows it, and says it once it stands. */
function settle() {
  cancelAnimationFrame(asked);
  clearTimeout(looking);
  asked = 0;
  const image = framedInk();
  if (image !== null) {
    lookOn(readings(model, image));
  } else {
    show(null);
    say();
  }
}

/** Looks once more, and again when the browser has done what else there is to do. */
function lookOn(left) {
  const { value, done } = left.next();
  if (value) show(value);
  if (done) say();
  else looking = setTimeout(lookOn, 0, left);
}

function say() {
  page.said.textContent = `${page.verdict.textContent}, ${page.confidence.textContent}`;
}

/** Returns what is on the paper as the network sees it; null where there is nothing. */
function framedInk() {
  const ink = inkOf(seen);
  return isBlank(ink) ? null : frame(ink);
}

/** Shows an answer: the large digit, the words, and the bars. */
function show(reading) {
  const state = reading === null ? "blank" : reading.digit === null ? "none" : "digit";
  page.answer.dataset.state = state;
  page.digit.textContent = { blank: "", none: "?" }[state] ?? reading.digit;
  [page.verdict.textContent, page.confidence.textContent] = inWords(reading);
  page.verdict.classList.toggle("doubtful", state === "digit" && page.verdict.textContent.endsWith("?"));
  const left = state === "none" ? reading.digitScore : 1;
  bars.forEach((bar, digit) => {
    fill(bar, reading ? left * reading.probabilities[digit] : 0, state === "digit" && digit === reading.digit);
  });
  fill(noneBar, 1 - left, state === "none");
  page.invitation.hidden = strokes.length > 0;
  page.undo.disabled = page.clear.disabled = strokes.length === 0;
}

function fill(bar, share, isBest) {
  bar.style.setProperty("--share", share.toFixed(4));
  bar.classList.toggle("best", isBest);
  bar.lastChild.textContent = perCent(share);
  bar.lastChild.classList.toggle("least", share < 0.005);
}

/** Puts an answer into words: what was read, and how confident that is. */
function inWords(reading) {
  if (reading === null) return ["Draw a digit", "and watch the bars while you draw"];
  const { digit, probabilities, digitScore, multiDigitScore, isTaught } = reading;
  const [best, second] = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  if (digit === null && isTaught) return ["No digit", `${perCent(1 - digitScore)}, as you taught it`];
  if (digit === null && multiDigitScore >= 0.5) return ["Several digits?", "This page reads one at a time"];
  if (digit === null) {
    const nearest = `${best === 8 ? "an" : "a"} ${best}`;
    const rejected = `rejected, confidence ${perCent(1 - digitScore)}`;
    return ["I don’t think that is a digit", `${rejected}; if anything, ${nearest}`];
  }
  const verdict = probabilities[best] >= SURE ? `${best}` : `${best} or ${second}?`;
  return [verdict, `confidence ${perCent(probabilities[best])}${isTaught ? ", as you taught it" : ""}`];
}

/** Writes a share as a whole per cent, and never as none or all. */
function perCent(share) {
  const rounded = Math.round(100 * share);
  if (rounded < 1) return "<1\u00a0%";
  return rounded > 99 ? ">99\u00a0%" : `${rounded}\u00a0%`;
}

// A page that came from a server is gone with its tab.
document.getElementById("save").hidden = !location.protocol.startsWith("http");

new ResizeObserver(redraw).observe(page.paper);
redraw();
settle();
