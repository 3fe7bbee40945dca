"""Latency from pen-up to the painted answer, and its parts: `python -m benchmarks.latency [--json]`.

Digits are written in Chromium on the page as it is, where the bars follow the pen. For comparison they are written in
the same run where they do not, because the browser saves data; with the companion disabled, so that the drawing
component sends after its own delay; as numbers of four digits; and while a network is trained on the same machine.
"""

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median, quantiles
from time import perf_counter, sleep

import numpy as np
from playwright.sync_api import Page

from benchmarks import command_line
from benchmarks.browser import chromium, draw, running_app
from mnist_core.drawing.framing import frame, to_model_input
from mnist_core.drawing.rgba import ink_from_rgba
from mnist_core.drawing.strokes import Stroke, render, to_canvas
from mnist_core.networks import recipes
from mnist_core.reading.recognizer import Recognizer
from mnist_core.runs import control, descriptions, store
from mnist_core.synthesis import handwriting
from mnist_core.synthesis.allographs import DIGITS

STOPWATCH = """
() => {
  window.latencies = [];
  const strokes = () => document.querySelector(".st-key-answer [data-strokes]")?.dataset.strokes;
  let lifted = null;
  let answered = null;
  addEventListener("pointerup", () => { lifted = performance.now(); answered = strokes(); }, { capture: true });
  const observer = new MutationObserver(() => {
    if (lifted === null || strokes() === answered || document.querySelector(".answer[data-live]")) return;
    const from = lifted;
    lifted = null;
    requestAnimationFrame(() => setTimeout(() => window.latencies.push(performance.now() - from)));
  });
  const look = { subtree: true, childList: true, attributes: true };
  observer.observe(document.querySelector(".st-key-answer"), look);
}
"""
"""Counts from the pen's lifting until the server's answer to so many strokes is painted."""
DISABLE_COMPANION = """
() => addEventListener("click", (event) => {
  if (event.composedPath().some((node) => /update the app/i.test(node.title ?? ""))) event.stopImmediatePropagation();
}, { capture: true })
"""
SAVE_DATA = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
WATCH_PEN = """
() => {
  window.looks_ms = [];
  window.frames_ms = [];
  const send = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...rest) {
    const from = performance.now();
    if (message.pixels) {
      this.addEventListener("message", () => window.looks_ms.push(performance.now() - from), { once: true });
    }
    return send.call(this, message, ...rest);
  };
  let isDown = false;
  addEventListener("pointerdown", () => (isDown = true), { capture: true });
  addEventListener("pointerup", () => (isDown = false), { capture: true });
  let before = performance.now();
  const tick = () => {
    const now = performance.now();
    if (isDown) window.frames_ms.push(now - before);
    before = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}
"""


@dataclass(frozen=True)
class Latency:
    """Durations in milliseconds; medians, unless the name says otherwise."""

    strokes: int
    pen_up_to_answer_ms: float
    pen_up_to_answer_95_percent_ms: float
    without_following_ms: float
    """The same where the bars do not follow the pen."""
    look_ms: float
    """A look in the browser while the pen is down, from the paper's picture to what the bars show."""
    frames_a_second: float
    """On average, while the pen is down and the bars follow it."""
    frames_a_second_without_following: float
    with_the_components_own_delay_ms: float
    in_a_number_ms: float
    while_training_ms: float
    ink_ms: float
    """From the canvas's RGBA picture to ink."""
    framing_ms: float
    """From ink to the network's input."""
    network_ms: float
    recognize_ms: float
    """Preprocessing and network for one drawing."""


def sheets(count: int, digits: int) -> list[list[Stroke]]:
    """Writes numbers of `digits` digits, one a sheet, in fractions of its side, until there are `count` strokes."""
    rng = np.random.default_rng(0)
    written: list[list[Stroke]] = []
    while sum(map(len, written)) < count:
        forms = [DIGITS[index] for index in rng.integers(len(DIGITS), size=digits)]
        sheet = []
        for position, strokes in enumerate(handwriting.write(forms, rng)):
            points = np.concatenate(strokes)
            scale = 0.6 / digits / np.ptp(points, axis=0).max()
            corner = np.array([0.1 + 0.8 * position / digits, 0.2])
            sheet += [(stroke - points.min(axis=0)) * scale + corner for stroke in strokes]
        written.append(sheet)
    return written


def time_strokes(page: Page, written: Sequence[Sequence[Stroke]]) -> list[float]:
    """Draws sheet by sheet and returns, for each stroke, the milliseconds from pen-up to the painted answer."""
    page.locator(".st-key-hand[data-ready]").wait_for()
    page.evaluate(STOPWATCH)
    latencies: list[float] = []

    def wait_for_answer() -> float:
        page.wait_for_function("() => window.latencies.length > 0")
        page.wait_for_timeout(300)
        return float(page.evaluate("() => window.latencies.splice(0)[0]"))

    for sheet in written:
        for stroke in sheet:
            draw(page, [stroke])
            latencies.append(wait_for_answer())
        page.get_by_role("button", name="Clear", exact=True).click()
        wait_for_answer()
    return latencies


def time_ms(call: Callable[[], object], times: int = 200) -> float:
    """Returns the median duration of a call in milliseconds."""
    durations = []
    for _ in range(times):
        started = perf_counter()
        call()
        durations.append((perf_counter() - started) * 1000)
    return median(durations)


@contextmanager
def training(home: Path) -> Iterator[None]:
    """Trains as the Train page does, until the block ends."""
    os.environ["MNIST_STUDIO_HOME"] = str(home)
    run = control.start(recipes.DEFAULT)
    try:
        while run.track.latest is None:
            sleep(0.2)
            if not store.read(run.id).is_on:
                raise store.RunError(f"The training did not begin: {descriptions.describe(store.read(run.id))}")
        yield
    finally:
        with suppress(store.RunError):  # it has ended already
            control.cancel(run.id)


def measure(strokes: int) -> Latency:
    """Measures the whole way in the browser and its parts in this process."""
    with tempfile.TemporaryDirectory() as home, running_app() as app, chromium() as browser:

        def time_page(*, follows: bool = True, companion_disabled: bool = False, digits: int = 1) -> list[float]:
            page = browser.new_page()
            if not follows:
                page.add_init_script(SAVE_DATA)
            page.goto(app.address)
            page.evaluate(WATCH_PEN)
            if follows:
                page.locator(".st-key-hand[data-follows]").wait_for()
            if companion_disabled:
                page.evaluate(DISABLE_COMPANION)
            latencies = time_strokes(page, sheets(strokes, digits))
            looks_ms[:], frames_ms[:] = page.evaluate("() => [window.looks_ms, window.frames_ms]")
            page.close()
            return latencies

        looks_ms: list[float] = []
        frames_ms: list[float] = []
        without_following = time_page(follows=False)
        frames_without_following_ms = frames_ms.copy()
        as_it_is = time_page()
        look_ms, frames_following_ms = median(looks_ms), frames_ms.copy()
        delayed = time_page(companion_disabled=True)
        in_a_number = time_page(digits=4)
        with training(Path(home)):
            while_training = time_page()

    recognizer = Recognizer.load()
    seven = np.array([[80.0, 60.0], [190.0, 60.0], [120.0, 220.0]])
    rgba = to_canvas(render([seven], 280, 18))
    ink = ink_from_rgba(rgba)
    image = frame(ink).model_input[np.newaxis]
    return Latency(
        strokes=strokes,
        pen_up_to_answer_ms=median(as_it_is),
        pen_up_to_answer_95_percent_ms=quantiles(as_it_is, n=20)[-1],
        without_following_ms=median(without_following),
        look_ms=look_ms,
        frames_a_second=1000 / mean(frames_following_ms),
        frames_a_second_without_following=1000 / mean(frames_without_following_ms),
        with_the_components_own_delay_ms=median(delayed),
        in_a_number_ms=median(in_a_number),
        while_training_ms=median(while_training),
        ink_ms=time_ms(lambda: ink_from_rgba(rgba)),
        framing_ms=time_ms(lambda: to_model_input(ink)),
        network_ms=time_ms(lambda: recognizer.network(image)),
        recognize_ms=time_ms(lambda: recognizer.recognize(ink)),
    )


def main() -> None:
    parser = command_line.parser("latency", __doc__)
    parser.add_argument("--strokes", type=int, default=40, help="strokes of each kind (default: %(default)s)")
    options = parser.parse_args()
    latency = measure(options.strokes)
    if options.json:
        print(json.dumps(asdict(latency), indent=1))
    else:
        print(f"medians of {latency.strokes} strokes")
        print(
            f"  pen up to painted answer   {latency.pen_up_to_answer_ms:.0f} ms "
            f"(95 %: {latency.pen_up_to_answer_95_percent_ms:.0f} ms; "
            f"with the component's own delay: {latency.with_the_components_own_delay_ms:.0f} ms)"
        )
        print(f"    the bars do not follow     {latency.without_following_ms:.0f} ms")
        print(f"    in a number of four digits {latency.in_a_number_ms:.0f} ms")
        print(f"    while a network is trained {latency.while_training_ms:.0f} ms")
        print(
            f"  a look while one draws     {latency.look_ms:.0f} ms; {latency.frames_a_second:.0f} frames a second "
            f"({latency.frames_a_second_without_following:.0f} where the bars do not follow)"
        )
        print(f"  preprocessing and network  {latency.recognize_ms:.2f} ms")
        print(f"    ink from the picture     {latency.ink_ms:.2f} ms")
        print(f"    framing                  {latency.framing_ms:.2f} ms")
        print(f"    network                  {latency.network_ms:.2f} ms")


if __name__ == "__main__":
    main()
