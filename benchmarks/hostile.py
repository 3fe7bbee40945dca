"""Cost of reading hostile pictures: `python -m benchmarks.hostile [--json]`.

Pages of numbers, text, patterns and noise (`tests/hostile_pictures.py`) are read one after the other, and at last eight
at once. Meanwhile a number of four digits is read every 100 ms, as another visitor's would be. Peak memory is what this
process takes in addition.
"""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter, sleep

import psutil

from benchmarks import command_line
from mnist_core.drawing.rgba import ink_from_rgba
from mnist_core.drawing.strokes import Writing, render
from mnist_core.errors import StudioError
from mnist_core.reading.recognizer import Recognizer
from tests.handwriting import written_number
from tests.hostile_pictures import DRAWINGS, PICTURES, drawing, picture

AT_ONCE = 8  # pages
LOOK_S = 0.002  # between two looks at the memory
PERIOD_S = 0.1  # between two readings of the other visitor's number


@dataclass(frozen=True)
class Cost:
    """The cost of reading one picture or drawing."""

    name: str
    seconds: float
    peak_mb: float
    others_median_ms: float
    """The time for another visitor's number meanwhile."""
    answer: str


@dataclass(frozen=True)
class Score:
    """The cost of reading every picture and drawing."""

    model: str
    alone_median_ms: float
    """The time for the number while nothing else is read."""
    costs: list[Cost]
    at_once: Cost
    """The same picture eight times at once, until the last has an answer."""


class Other:
    """Another visitor, whose number is read again and again."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._ink = render(written_number("2026"), 480, 10)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_on)
        self.durations_ms: list[float] = []

    def __enter__(self) -> "Other":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._ended.is_set():
            started = perf_counter()
            self._recognizer.read(self._ink)
            self.durations_ms.append((perf_counter() - started) * 1000)
            self._ended.wait(PERIOD_S)


@contextmanager
def peak_mb() -> Iterator[list[float]]:
    """Measures how much more memory this process takes at its peak; yields a list with that one figure."""
    process, ended = psutil.Process(), threading.Event()
    before = process.memory_info().rss
    peak = [0.0]

    def look() -> None:
        while not ended.wait(LOOK_S):
            peak[0] = max(peak[0], (process.memory_info().rss - before) / 1e6)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def answered(recognizer: Recognizer, name: str) -> Callable[[], str]:
    """Returns a function that reads a picture or drawing and returns the answer as text."""
    shown = drawing(name) if name in DRAWINGS else picture(name)

    def answer() -> str:
        try:
            writing = shown if isinstance(shown, Writing) else Writing(ink_from_rgba(shown))
            number = recognizer.read(*writing)
        except StudioError as error:
            return str(error)
        digits = "".join("?" if one.digit is None else str(one.digit) for one in number)
        return digits if len(digits) < 40 else f"{digits[:30]}... ({len(digits)})"

    return answer


def cost(recognizer: Recognizer, name: str, answer: Callable[[], str]) -> Cost:
    """Measures one reading and its effect on the other visitor."""
    with Other(recognizer) as other, peak_mb() as peak:
        started = perf_counter()
        answer_text = answer()
        seconds = perf_counter() - started
        sleep(LOOK_S)
    return Cost(name, seconds, peak[0], median(other.durations_ms), answer_text)


def measure(recognizer: Recognizer) -> Score:
    """Reads every picture and drawing."""
    with Other(recognizer) as other:
        sleep(3)
    page = answered(recognizer, next(iter(PICTURES)))

    def eight() -> str:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(lambda _: page(), range(AT_ONCE)))
        read = sum(not text.endswith(".") for text in answers)
        return f"{read} read, {AT_ONCE - read} refused with a reason"

    return Score(
        model=recognizer.model.name,
        alone_median_ms=median(other.durations_ms),
        costs=[cost(recognizer, name, answered(recognizer, name)) for name in (*PICTURES, *DRAWINGS)],
        at_once=cost(recognizer, "eight pages at once", eight),
    )


def show(score: Score) -> None:
    """Prints a score."""
    print(f"A number of four digits alone: {score.alone_median_ms:.0f} ms")
    for one in (*score.costs, score.at_once):
        figures = f"{one.seconds:5.2f} s {one.peak_mb:4.0f} MB, others {one.others_median_ms:4.0f} ms"
        print(f"  {one.name:<34}{figures}  {one.answer}")


def main() -> None:
    parser = command_line.parser("hostile", __doc__)
    command_line.add_model(parser)
    options = parser.parse_args()
    score = measure(command_line.recognizer(options))
    if options.json:
        print(json.dumps(asdict(score), indent=1))
    else:
        show(score)


if __name__ == "__main__":
    main()
