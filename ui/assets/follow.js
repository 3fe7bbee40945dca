// Lets the bars of the answer follow the pen. What is drawn so far is read in the browser, by a worker (reader.js), at
// most twelve times a second, and shown in the places of the server's answer until that comes. Only what the server
// would read as one digit is shown; else the bars stay as they are. Whatever goes wrong, the page is as it is without
// this.
//
// It is a component of its own, because what a stroke builds anew sends its script each time. The paper (paper.js) finds
// it whichever of the two is there first.
//
// The words of the answer are hidden meanwhile, and not changed: a screen reader hears what the server says, and nothing
// before.

const READ_PX = 480; // the side of the picture that is read: the paper's own
const IDLE_MS = 1500; // from the paper's first showing until the engine is fetched
const UNANSWERED_MS = 10000; // how long the bars stay where the pen left them while no answer comes
const NEXT_ANSWER_MS = 1500; // how long an answer to fewer strokes than were drawn waits for the next one
const REST = 3; // times as long as it takes to take a picture of the paper, none is taken
const PACE_MS = 80; // from one look to the next: twelve a second look smooth, and leave a small machine to the pen

const WATCHED = { subtree: true, childList: true, characterData: true, attributes: true };

export default function () {
  globalThis.mnistStudioFollower = follower;
  dispatchEvent(new Event("mnist-studio-follower"));
  return () => {
    delete globalThis.mnistStudioFollower;
  };
}

/**
 * Returns the follower of a hand's paper.
 *
 * @param {Element} hand beside which the answer stands.
 */
function follower(hand) {
  const picture = Object.assign(document.createElement("canvas"), { width: READ_PX, height: READ_PX });
  const context = picture.getContext("2d", { willReadFrequently: true });
  let canvases = []; // the drawing component's, from the lowest up
  let offered = null; // what the server says of the engine, as JSON
  let starting = null; // the timer that runs until it is fetched
  let worker = null; // the one that can read
  let place = null; // of the answer
  let isDown = false; // whether the pen is
  let asked = 0; // the frame in which the paper will be read
  let read = null; // what the worker is reading
  let hasMoved = false; // whether the pen has, since
  let restsUntil = 0;
  let answered = 0; // the strokes of the answer that the server gave last
  let drawn = 0; // the strokes on the paper, with the one in the making
  let live = null; // what is shown in place of the answer, and of how many strokes
  let truth = null; // what the answer shows in these places
  let leaving = null; // the timer that gives up waiting for an answer

  const strokes = () => Number.parseInt(place.querySelector("[data-strokes]")?.dataset.strokes) || 0;

  const answer = () => place.querySelector(".answer");

  const put = (values) => {
    show(answer(), values);
    observer.takeRecords();
  };

  const observer = new MutationObserver(() => guarded(takeAnswer));

  function guarded(act) {
    try {
      act();
    } catch {
      stop();
    }
  }

  /** Lets the server's answer stand, unless it is one to fewer strokes than the bars show. */
  function takeAnswer() {
    if (answer()?.hasAttribute("data-live")) return; // the server has not written anything
    const count = strokes();
    if (live && count >= answered && count < live.strokes && place.querySelector("[data-strokes='']") === null) {
      truth = shownIn(answer());
      if (truth) {
        put(live.values);
        if (!isDown) leaveIn(NEXT_ANSWER_MS);
        return;
      }
    }
    live = read = null;
    drawn = count < answered ? count + isDown : Math.max(drawn, count + isDown);
    answered = count;
    if (drawn === answered) rest();
  }

  function leaveIn(duration_ms) {
    clearTimeout(leaving);
    leaving = setTimeout(() => guarded(leave), duration_ms);
  }

  /** Shows the server's last answer again: none will come. */
  function leave() {
    if (live) put(truth);
    live = read = null;
    drawn = answered = strokes();
    rest();
  }

  function rest() {
    clearTimeout(leaving);
    observer.disconnect();
  }

  function ask() {
    hasMoved = true;
    if (worker && !worker.isReading) asked ||= requestAnimationFrame(() => guarded(send));
  }

  /** Sends a picture of the paper to the worker. */
  function send() {
    asked = 0;
    if (!isDown || !worker || worker.isReading) return;
    const started = performance.now();
    if (started < restsUntil) return ask();
    context.clearRect(0, 0, READ_PX, READ_PX);
    for (const canvas of canvases) context.drawImage(canvas, 0, 0, READ_PX, READ_PX);
    const { data } = context.getImageData(0, 0, READ_PX, READ_PX);
    worker.postMessage({ pixels: data.buffer, heightPx: READ_PX, widthPx: READ_PX }, [data.buffer]);
    const ended = performance.now();
    restsUntil = Math.max(started + PACE_MS, ended + REST * (ended - started));
    read = { strokes: drawn };
    hasMoved = false;
    worker.isReading = true;
  }

  /** Shows what was read, unless the server has answered meanwhile. */
  function take(reading) {
    worker.isReading = false;
    if (reading && read) {
      truth = live ? truth : shownIn(answer());
      if (truth) {
        live = { values: valuesOf(reading), strokes: read.strokes };
        put(live.values);
      }
    }
    read = null;
    if (isDown && hasMoved) ask();
  }

  function start({ script, network, digit_threshold: digitThreshold }) {
    const found = new Worker(new URL(script, document.baseURI));
    found.onerror = (event) => {
      event.preventDefault();
      stop();
    };
    found.onmessage = ({ data }) =>
      guarded(() => {
        if (!data.ready) return take(data.reading);
        worker = found;
        hand.dataset.follows = "";
      });
    found.postMessage({ network: new URL(network, document.baseURI).href, digitThreshold });
    dismiss = () => found.terminate();
  }

  let dismiss = () => {};

  /** Ends what was started; the server's next answer stands as always. */
  function stop() {
    clearTimeout(starting);
    cancelAnimationFrame(asked);
    dismiss();
    asked = 0;
    worker = read = null;
    delete hand.dataset.follows;
  }

  return {
    /** Names the canvases on which is drawn. */
    watch(found) {
      canvases = found;
    },

    /** Takes the engine that the server offers; null where it offers none. */
    readWith(engine) {
      const description = JSON.stringify(engine ?? null);
      if (description === offered) return;
      offered = description;
      stop();
      if (!engine || navigator.connection?.saveData || navigator.onLine === false) return;
      const whenIdle = window.requestIdleCallback ?? setTimeout;
      starting = setTimeout(() => whenIdle(() => description === offered && guarded(() => start(engine))), IDLE_MS);
    },

    /** Notes that the pen was put down. */
    begin() {
      guarded(() => {
        isDown = true;
        place = hand.closest(".st-key-studio")?.querySelector(".st-key-answer .live");
        if (!place) return;
        if (drawn === answered) drawn = answered = strokes();
        drawn += 1;
        clearTimeout(leaving);
        observer.observe(place, WATCHED);
        ask();
      });
    },

    /** Notes that the pen has moved. */
    follow() {
      if (isDown && place) guarded(ask);
    },

    /** Notes that the pen was lifted. The bars stay where they are until the answer comes. */
    end() {
      isDown = false;
      if (place && drawn > answered) leaveIn(UNANSWERED_MS);
    },

    /** Notes that the last stroke may not be answered: it was broken off, or the paper did not take it. */
    doubt() {
      if (place && !isDown && drawn > answered) leaveIn(NEXT_ANSWER_MS);
    },

    /** Ends all. */
    stop() {
      offered = "";
      stop();
      rest();
    },
  };
}

/** Returns what an answer shows of one digit; null where it is a number. */
function shownIn(answer) {
  if (!answer || answer.dataset.state === "number") return null;
  const bars = [...answer.querySelectorAll(".bar")].map((bar) => ({
    share: bar.style.getPropertyValue("--share"),
    value: bar.querySelector(".bar-value").textContent,
    isBest: bar.classList.contains("bar-best"),
  }));
  return { state: answer.dataset.state, sign: answer.querySelector(".answer-digit").textContent, bars, isLive: false };
}

/** Returns what is shown of a reading; of what is no digit an eleventh bar shows that, as far as the answer has one. */
function valuesOf({ digit, probabilities, digitScore }) {
  const left = digit === null ? digitScore : 1;
  const shares = [...probabilities.map((probability) => left * probability), 1 - left];
  const best = digit ?? probabilities.length;
  const bars = shares.map((share, index) => ({
    share: share.toFixed(4),
    value: perCent(share),
    isBest: index === best,
  }));
  return { state: digit === null ? "none" : "digit", sign: digit === null ? "?" : `${digit}`, bars, isLive: true };
}

function show(answer, { state, sign, bars, isLive }) {
  answer.dataset.state = state;
  answer.toggleAttribute("data-live", isLive);
  answer.querySelector(".answer-digit").textContent = sign;
  answer.querySelectorAll(".bar").forEach((bar, index) => {
    const { share, value, isBest } = bars[index];
    bar.style.setProperty("--share", share);
    bar.classList.toggle("bar-best", isBest);
    bar.querySelector(".bar-value").textContent = value;
  });
}

/** Writes a share as a whole per cent, and never as none or all. */
function perCent(share) {
  const rounded = Math.round(100 * share);
  if (rounded < 1) return "<1 %";
  return rounded > 99 ? ">99 %" : `${rounded} %`;
}
