// The drawing component's companion: pens and buttons for it. It gives the canvas our size, sends each stroke the moment
// the pen lifts (the component itself waits 200 ms), and keeps pen and buttons out of each other's way.
//
// Where the page has a follower (follow.js), the bars of the answer follow the pen while it is down.
//
// The component takes a new brush whenever the server tells it something, and a stroke in the making would lose its
// beginning. So while the pen is down the buttons rest; and from a button's press until the server's word has come,
// what the pen does is held back, and done as soon as the canvas is ready.
//
// A server that was started anew lays on the canvas what it has heard of it when it begins to answer. Strokes that the
// pen has drawn since are drawn again on that: what the pen did for the latest strokes is remembered.

const SETTLE_MS = 60; // from the server's word until the canvas has taken it in
const PATIENCE_MS = 2000; // how long the pen is held back when no word comes
const MOST_RECENT = 100; // strokes: more than anyone draws while a server starts
const PEN_EVENTS = ["mousedown", "mousemove", "mouseup", "touchstart", "touchmove", "touchend", "touchcancel"];
const SHORTCUTS = { "ctrl+z": "undo", "ctrl+shift+z": "redo", "ctrl+y": "redo", delete: "clear", escape: "clear" };

const companions = new WeakMap();

const begins = ({ type, button, touches }) =>
  touches ? type === "touchstart" && touches.length === 1 : type === "mousedown" && button === 0;
const goesOn = ({ type, touches }) => (touches ? touches.length > 0 : type === "mousemove");

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  if (!companions.has(parentElement)) companions.set(parentElement, attach(parentElement.querySelector(".companion")));
  const companion = companions.get(parentElement);
  companion.update(data, {
    takePen: (pen) => setStateValue("pen", pen),
    useTool: (tool) => setTriggerValue("tool", tool),
  });
  return () => {
    companion.detach();
    companions.delete(parentElement);
  };
}

function attach(element) {
  const hand = element.closest(".st-key-hand");
  const tools = element.querySelector(".tools");
  const style = new CSSStyleSheet();
  style.replaceSync(element.dataset.canvasStyle);
  const listening = new AbortController();
  let root = null; // the drawing component's shadow root
  let canvas = null; // its element that takes the pen
  let pen = null; // the pointer that is drawing
  let told = null; // what the server said last
  let server = null; // how to tell it something
  let settling = null; // the timer that runs while the pen is held back
  let held = []; // what the pen has done meanwhile
  let strokes = 0; // how many are on the canvas
  let recent = []; // what the pen did for each of the latest of them
  let isDrawing = false; // whether the last of them is in the making
  let isWiped = false; // whether the canvas lost the recent ones, which are to be drawn again
  let bars = null; // what lets the bars follow, once the page has it

  const findCanvas = () => {
    if (listening.signal.aborted) return;
    const hosts = [...hand.querySelectorAll(".st-key-paper .stBidiComponent *")];
    root = hosts.find((host) => host.shadowRoot?.querySelector(".canvas-root"))?.shadowRoot ?? null;
    canvas = root?.querySelector("canvas.upper-canvas");
    if (!canvas) return requestAnimationFrame(findCanvas);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, style];
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", "Paper to draw on with a mouse, a pen or a finger");
    takeFollower();
    hand.dataset.ready = "";
  };

  const takeFollower = () => {
    if (bars || !canvas || listening.signal.aborted) return;
    bars = globalThis.mnistStudioFollower?.(hand) ?? null;
    bars?.watch([canvas.parentElement.querySelector("canvas.lower-canvas"), canvas]);
    if (told) bars?.readWith(told.engine);
  };

  const onCanvas = (event) => canvas !== null && event.composedPath().includes(canvas);

  const send = () => [...root.querySelectorAll("button")].find((button) => /update the app/i.test(button.title))?.click();

  const holdBack = (duration_ms) => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      settling = null;
      const again = isWiped ? recent.flat() : [];
      if (isWiped) [strokes, recent, isWiped] = [strokes - recent.length, [], false];
      const waiting = [...again, ...held];
      held = [];
      for (const event of waiting) canvas.dispatchEvent(new event.constructor(event.type, event));
      if (waiting.length && pen === null) setTimeout(send);
    }, duration_ms);
  };

  const remember = (event) => {
    if (begins(event) && onCanvas(event)) {
      strokes += 1;
      recent = [...recent.slice(1 - MOST_RECENT), []];
      isDrawing = true;
    }
    if (!isDrawing) return;
    recent.at(-1)?.push(event);
    isDrawing = goesOn(event) || begins(event);
    if (isDrawing || event.type !== "touchcancel") return;
    strokes -= 1; // the canvas takes no stroke in that the browser has broken off
    recent.pop();
  };

  const lay = ({ laid, keeps_later }) => {
    const known = laid - (strokes - recent.length); // of the recent ones
    recent = keeps_later ? recent.slice(Math.max(0, known)) : [];
    [strokes, isDrawing, isWiped] = [laid + recent.length, false, true];
    bars?.doubt();
  };

  const listen = (type, listener) =>
    addEventListener(type, listener, { capture: true, passive: false, signal: listening.signal });

  listen("pointerdown", (event) => {
    if (pen !== null || !event.isPrimary || event.button !== 0 || !onCanvas(event)) return;
    pen = event.pointerId;
    hand.dataset.drawn = "";
    bars?.begin();
  });

  listen("pointermove", (event) => {
    if (event.pointerId === pen && settling === null) bars?.follow();
  });

  for (const type of ["pointerup", "pointercancel"]) {
    listen(type, (event) => {
      if (event.pointerId !== pen) return;
      pen = null;
      bars?.end();
      if (type === "pointercancel") bars?.doubt();
      if (settling === null) setTimeout(send); // after the canvas has taken the stroke in
    });
  }

  for (const type of PEN_EVENTS) {
    listen(type, (event) => {
      if (settling === null) return remember(event);
      if (!event.isTrusted || !(held.length || (isWiped && recent.length) || onCanvas(event))) return;
      held.push(event);
      event.stopImmediatePropagation();
      event.preventDefault();
    });
  }

  tools.addEventListener("click", (event) => {
    if (pen !== null) return event.preventDefault();
    const tool = event.target.closest("button")?.dataset.tool;
    if (!tool) return;
    holdBack(PATIENCE_MS);
    server.useTool(tool);
  });

  tools.addEventListener("change", ({ target }) => {
    holdBack(PATIENCE_MS);
    server.takePen(target.value);
  });

  listen("keydown", (event) => {
    if (event.target.closest("input, textarea, [contenteditable]")) return;
    const modifiers = (event.ctrlKey || event.metaKey ? "ctrl+" : "") + (event.shiftKey ? "shift+" : "");
    const tool = SHORTCUTS[modifiers + event.key.toLowerCase()];
    if (!tool) return;
    event.preventDefault();
    tools.querySelector(`[data-tool="${tool}"]:enabled`)?.click();
  });

  addEventListener("mnist-studio-follower", takeFollower, { signal: listening.signal });
  findCanvas();

  return {
    update(data, toServer) {
      if (told === null) strokes = data.laid;
      else if (data.revision !== told.revision) lay(data);
      if (told && (data.revision !== told.revision || data.pen !== told.pen)) holdBack(SETTLE_MS);
      bars?.readWith(data.engine);
      [told, server] = [data, toServer];
      for (const choice of tools.querySelectorAll("input")) choice.checked = choice.value === data.pen;
      for (const button of tools.querySelectorAll("button")) button.disabled = !data.usable.includes(button.dataset.tool);
      if (data.usable.includes("clear")) hand.dataset.drawn = "";
      else if (pen === null && !held.length) delete hand.dataset.drawn;
    },
    detach() {
      listening.abort();
      clearTimeout(settling);
      bars?.stop();
    },
  };
}
