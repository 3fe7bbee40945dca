// A map of digits on a canvas. Pointing at one shows it large; a click or Enter opens it; the legend singles out digits.
// The points are asked for once and kept, however often the page is opened.

const TILE = 28; // pixels of a digit in the picture that holds them all
const SHOWN_PX = 112;
const REACH_PX = 28; // how far from a point one may point at it
const MARGIN_PX = 16;
const PATIENCE_MS = 2000;
const COLOURS = [
  "#1d1b18", "#0068a8", "#c44e00", "#007a5a", "#b0257c", "#7d6400", "#0083a3", "#a3121f", "#5a49c9", "#7a4a20",
];

const maps = new WeakMap();
let kept = null; // the points, for all maps of this browser tab

export default function ({ parentElement, data, setTriggerValue }) {
  if (!maps.has(parentElement)) maps.set(parentElement, attach(parentElement));
  const map = maps.get(parentElement);
  map.update(data, setTriggerValue);
  return () => {
    map.detach();
    maps.delete(parentElement);
  };
}

function attach(parent) {
  const canvas = parent.querySelector("canvas");
  const legend = [...parent.querySelectorAll(".legend button")];
  const status = parent.querySelector('[role="status"]');
  const listening = new AbortController();
  const chosen = new Set(); // digits that are singled out; none means all
  let told = null;
  let ask = null;
  let spots = []; // where each point lies on the canvas, in CSS pixels
  let pointed = null; // the point that is shown large
  let painting = 0;
  let waiting = null;

  legend.forEach((button, digit) => button.style.setProperty("--colour", COLOURS[digit]));

  const visible = (n) => !chosen.size || chosen.has(Number(kept.labels[n]));

  const lay = () => {
    const [width, height] = [canvas.clientWidth - 2 * MARGIN_PX, canvas.clientHeight - 2 * MARGIN_PX];
    const xs = kept.positions.map(([x]) => x);
    const ys = kept.positions.map(([, y]) => y);
    const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const scale = Math.min(width / (right - left || 1), height / (high - low || 1));
    const [offsetX, offsetY] = [(width - (right - left) * scale) / 2, (height - (high - low) * scale) / 2];
    spots = kept.positions.map(([x, y]) => [
      MARGIN_PX + offsetX + (x - left) * scale,
      MARGIN_PX + offsetY + (high - y) * scale,
    ]);
  };

  const paint = () => {
    painting = 0;
    if (!kept || !canvas.clientWidth) return;
    const scale = devicePixelRatio;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
    lay();
    const context = canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.textAlign = "center";
    context.textBaseline = "middle";
    const size = Math.max(10, Math.round(width / 55));
    const family = getComputedStyle(canvas).fontFamily;
    const mark = (n, emphasised) => {
      context.font = `${emphasised ? 700 : 500} ${size}px ${family}`;
      context.fillStyle = emphasised ? COLOURS[kept.labels[n]] : "#d9d2c4";
      context.fillText(kept.labels[n], ...spots[n]);
    };
    spots.forEach((_, n) => visible(n) || mark(n, false));
    spots.forEach((_, n) => visible(n) && mark(n, true));
    if (pointed !== null) magnify(context, pointed, width, height, family);
  };

  const magnify = (context, n, width, height, family) => {
    const [x, y] = spots[n];
    const colour = COLOURS[kept.labels[n]];
    const label = SHOWN_PX * 0.3;
    const left = Math.min(Math.max(x - SHOWN_PX / 2, 4), width - SHOWN_PX - 4);
    const above = y - SHOWN_PX - label - 14;
    const top = above >= 4 ? above : Math.min(y + 14, height - SHOWN_PX - label - 4);
    context.beginPath();
    context.arc(x, y, 9, 0, 2 * Math.PI);
    context.lineWidth = 3;
    context.strokeStyle = colour;
    context.stroke();
    context.shadowColor = "rgb(0 0 0 / 35%)";
    context.shadowBlur = 12;
    context.fillStyle = colour;
    context.fillRect(left - 3, top - 3, SHOWN_PX + 6, SHOWN_PX + label + 6);
    context.shadowBlur = 0;
    context.imageSmoothingEnabled = false;
    const [column, row] = [n % kept.sprite_columns, Math.floor(n / kept.sprite_columns)];
    context.drawImage(kept.picture, column * TILE, row * TILE, TILE, TILE, left, top, SHOWN_PX, SHOWN_PX);
    context.fillStyle = "#fff";
    context.font = `700 ${label * 0.8}px ${family}`;
    context.fillText(kept.labels[n], left + SHOWN_PX / 2, top + SHOWN_PX + label / 2 + 2);
  };

  const repaint = () => {
    painting ||= requestAnimationFrame(paint);
  };

  const point = (n) => {
    if (n === pointed) return;
    pointed = n;
    repaint();
    canvas.style.cursor = n === null ? "" : "pointer";
    canvas.dataset.pointed = n === null ? "" : kept.labels[n];
  };

  const nearest = (x, y, reach, wanted = visible) => {
    let [best, least] = [null, reach ** 2];
    spots.forEach(([px, py], n) => {
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance < least && wanted(n)) [best, least] = [n, distance];
    });
    return best;
  };

  const pointAt = (event) => {
    if (!kept) return;
    const box = canvas.getBoundingClientRect();
    point(nearest(event.clientX - box.left, event.clientY - box.top, REACH_PX));
  };

  const open = () => {
    if (pointed !== null) ask("opened", { token: told.token, index: pointed });
  };

  // The nearest point that lies in this direction, rather ahead than aside; the middle one to begin with.
  const step = (dx, dy) => {
    if (pointed === null) return point(nearest(canvas.clientWidth / 2, canvas.clientHeight / 2, Infinity));
    const [x, y] = spots[pointed];
    let [best, least] = [null, Infinity];
    spots.forEach(([px, py], n) => {
      const ahead = (px - x) * dx + (py - y) * dy;
      const aside = Math.abs((px - x) * dy) + Math.abs((py - y) * dx);
      if (n !== pointed && visible(n) && ahead > 0 && ahead + 3 * aside < least) [best, least] = [n, ahead + 3 * aside];
    });
    if (best !== null) point(best);
  };

  const say = () => {
    if (pointed !== null) status.textContent = `Image ${kept.indices[pointed]}: a ${kept.labels[pointed]}`;
  };

  const take = async (points) => {
    const picture = new Image();
    picture.src = points.sprite;
    await picture.decode();
    kept = { ...points, picture, token: told.token };
    clearTimeout(waiting);
    repaint();
  };

  const want = () => {
    if (kept || listening.signal.aborted) return;
    ask("wanted", true);
    waiting = setTimeout(want, PATIENCE_MS);
  };

  const listen = (target, type, listener, options) =>
    target.addEventListener(type, listener, { ...options, signal: listening.signal });

  listen(canvas, "pointermove", pointAt);
  listen(canvas, "pointerdown", pointAt);
  listen(canvas, "pointerleave", (event) => event.pointerType === "mouse" && point(null));
  listen(canvas, "click", open);
  listen(canvas, "keydown", (event) => {
    const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (!kept) return;
    if (event.key === "Enter" || event.key === " ") open();
    else if (event.key === "Escape") point(null);
    else if (event.key in directions) {
      step(...directions[event.key]);
      say();
    } else return;
    event.preventDefault();
  });
  legend.forEach((button, digit) =>
    listen(button, "click", () => {
      chosen.has(digit) ? chosen.delete(digit) : chosen.add(digit);
      button.setAttribute("aria-pressed", chosen.has(digit));
      pointed = null;
      repaint();
    }),
  );

  const resized = new ResizeObserver(repaint);
  resized.observe(canvas);

  return {
    update(data, trigger) {
      const first = told === null;
      [told, ask] = [data, trigger];
      canvas.setAttribute("aria-label", `Map of ${data.count.toLocaleString("en")} digits`);
      if (kept && kept.token !== data.token) kept = null;
      if (data.points) take(data.points);
      else if (first) want();
      repaint();
    },
    detach() {
      listening.abort();
      resized.disconnect();
      clearTimeout(waiting);
      cancelAnimationFrame(painting);
    },
  };
}
