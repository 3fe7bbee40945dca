// A wall of digits: one canvas as large as what is in sight, drawn anew on every scroll from the chunks that have come.
// Chunks that are in sight and have not come are asked for, one at a time; what was fetched is kept while the page is.

const TILE = 28; // pixels of a digit in a chunk's picture
const KEPT_CHUNKS = 60;
const PATIENCE_MS = 1500; // after which a chunk is asked for again
const LABELLED_PX = 30; // narrower cells have no label beneath

const walls = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  if (!walls.has(parentElement)) walls.set(parentElement, attach(parentElement));
  const wall = walls.get(parentElement);
  wall.update(data, setTriggerValue);
  return () => {
    wall.detach();
    walls.delete(parentElement);
  };
}

function attach(parent) {
  const element = parent.querySelector(".wall");
  const canvas = element.querySelector("canvas");
  const length = element.querySelector(".wall-length");
  const status = parent.querySelector('[role="status"]');
  const listening = new AbortController();
  const chunks = new Map(); // number -> { picture, labels, indices, columns }
  let list = null; // what the server said last
  let ask = null;
  let waiting = null; // the timer that runs until a chunk has come
  let at = 0; // the index that the keyboard has reached
  let painting = 0;

  const chunkOf = (index) => chunks.get(Math.floor(index / list.chunk_size));

  const geometry = () => {
    const width = element.clientWidth / list.columns;
    const labelled = width >= LABELLED_PX;
    const gap = width >= 20 ? Math.max(2, width * 0.06) : 1;
    const label = labelled ? Math.max(15, width * 0.36) : 0;
    return { width, height: width + label, gap, label };
  };

  const inSight = ({ height }) => {
    const first = Math.floor(element.scrollTop / height) * list.columns;
    const last = Math.ceil((element.scrollTop + element.clientHeight) / height) * list.columns;
    return [first, Math.min(last, list.count)];
  };

  const paint = () => {
    painting = 0;
    if (!list || !element.clientWidth) return;
    const cell = geometry();
    const scale = devicePixelRatio;
    const [width, height] = [Math.round(element.clientWidth * scale), Math.round(element.clientHeight * scale)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const colour = (name) => getComputedStyle(element).getPropertyValue(name);
    const context = canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingEnabled = cell.width * scale < TILE;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `600 ${Math.round(cell.label * 0.72)}px ${getComputedStyle(element).fontFamily}`;
    const text = getComputedStyle(element).color;
    const accent = getComputedStyle(element).accentColor;
    const side = cell.width - cell.gap;
    const [first, last] = inSight(cell);
    for (let index = first; index < last; index++) {
      const x = (index % list.columns) * cell.width + cell.gap / 2;
      const y = Math.floor(index / list.columns) * cell.height - element.scrollTop + cell.gap / 2;
      const chunk = chunkOf(index);
      context.fillStyle = "#000";
      context.fillRect(x, y, side, side);
      if (chunk) {
        const tile = index % list.chunk_size;
        const [left, top] = [tile % chunk.columns, Math.floor(tile / chunk.columns)];
        context.drawImage(chunk.picture, left * TILE, top * TILE, TILE, TILE, x, y, side, side);
        if (cell.label) {
          context.fillStyle = text;
          context.fillText(chunk.labels[tile], x + side / 2, y + side + cell.label / 2);
        }
      }
      const focused = index === at && element.matches(":focus-visible");
      if (index === list.selected || focused) {
        context.lineWidth = Math.max(2, cell.width * 0.06);
        context.strokeStyle = index === list.selected ? accent : text;
        context.strokeRect(x, y, side, side);
      }
    }
    want(first, last);
  };

  const repaint = () => {
    painting ||= requestAnimationFrame(paint);
  };

  const want = (first, last) => {
    if (waiting !== null || !list.count) return;
    const ahead = Math.min(last + (last - first), list.count) - 1;
    for (let n = Math.floor(first / list.chunk_size); n <= Math.floor(ahead / list.chunk_size); n++) {
      if (chunks.has(n)) continue;
      waiting = setTimeout(() => {
        waiting = null;
        repaint();
      }, PATIENCE_MS);
      return ask("wanted", { token: list.token, index: n });
    }
  };

  const take = async ({ number, sprite, sprite_columns, labels, indices }, token) => {
    const picture = new Image();
    picture.src = sprite;
    await picture.decode();
    if (token !== list.token) return;
    chunks.set(number, { picture, labels, indices, columns: sprite_columns });
    if (chunks.size > KEPT_CHUNKS) chunks.delete(chunks.keys().next().value);
    clearTimeout(waiting);
    waiting = null;
    repaint();
  };

  const open = (index) => {
    at = index;
    list.selected = index;
    repaint();
    ask("opened", { token: list.token, index });
  };

  const reveal = (index) => {
    const { height } = geometry();
    const top = Math.floor(index / list.columns) * height;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + height > element.scrollTop + element.clientHeight) element.scrollTop = top + height - element.clientHeight;
  };

  const say = () => {
    const chunk = chunkOf(at);
    const tile = at % list.chunk_size;
    status.textContent = chunk ? `Image ${chunk.indices[tile]}: a ${chunk.labels[tile]}` : `Image ${at + 1} of ${list.count}`;
  };

  const listen = (target, type, listener, options) =>
    target.addEventListener(type, listener, { ...options, signal: listening.signal });

  listen(element, "scroll", repaint, { passive: true });
  listen(element, "focus", repaint);
  listen(element, "blur", repaint);
  listen(element, "click", (event) => {
    const box = element.getBoundingClientRect();
    const cell = geometry();
    const column = Math.floor((event.clientX - box.left - element.clientLeft) / cell.width);
    const row = Math.floor((event.clientY - box.top - element.clientTop + element.scrollTop) / cell.height);
    const index = row * list.columns + column;
    if (column >= 0 && column < list.columns && index >= 0 && index < list.count) open(index);
  });
  listen(element, "keydown", (event) => {
    const page = Math.max(1, Math.floor(element.clientHeight / geometry().height)) * list.columns;
    const steps = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -list.columns,
      ArrowDown: list.columns,
      PageUp: -page,
      PageDown: page,
      Home: -list.count,
      End: list.count,
    };
    if (event.key === "Enter" || event.key === " ") open(at);
    else if (event.key in steps && list.count) {
      at = Math.min(Math.max(at + steps[event.key], 0), list.count - 1);
      reveal(at);
      say();
      repaint();
    } else return;
    event.preventDefault();
  });
  listen(matchMedia("(prefers-color-scheme: dark)"), "change", repaint);

  const resized = new ResizeObserver(() => {
    measure();
    repaint();
  });
  resized.observe(element);

  const measure = () => {
    if (!list) return;
    length.style.height = `${Math.ceil(list.count / list.columns) * geometry().height}px`;
  };

  return {
    update(data, trigger) {
      ask = trigger;
      const { chunk, ...said } = data;
      const before = list;
      list = said;
      if (before?.token !== list.token) {
        chunks.clear();
        clearTimeout(waiting);
        waiting = null;
        at = list.selected ?? 0;
      }
      element.setAttribute("aria-label", `${list.count.toLocaleString("en")} digits`);
      measure();
      if (before?.token !== list.token || before.columns !== list.columns) {
        element.scrollTop = 0;
        if (list.selected !== null) reveal(list.selected);
      }
      if (chunk && !chunks.has(chunk.number)) take(chunk, list.token);
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
