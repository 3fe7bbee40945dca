"""Accuracy on multi-digit numbers: `python -m benchmarks.numbers [PACK.npz ...] [--json]`.

Each number is composed of digits that one person of a stroke pack wrote, side by side on one wide canvas and in one
pen. Their heights and baseline vary a little, as in a hand. Gaps are 10 to 50 % of a digit's width; some neighbours
touch instead. The canvas's picture goes through the whole chain twice: alone, as a photograph would, and with the pen's
strokes, which a canvas knows.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from benchmarks import command_line
from mnist_core.drawing.framing import Ink
from mnist_core.drawing.rgba import ink_from_rgba
from mnist_core.drawing.strokes import PenStroke, Stroke, StrokePack, Writing, render, to_canvas
from mnist_core.reading.recognizer import Recognizer

DIGIT_PX = (60.0, 120.0)  # the height of a number's digits: four of them on a phone's paper, three on a desk's
PEN_SHARE = (0.08, 0.16)  # the pen's width, of that height
HEIGHT_DEVIATION = 0.06  # standard deviation of the heights of one hand's digits, of their logarithm
BASELINE_DEVIATION = 0.03  # standard deviation of the baseline, of that height
GAP = (0.1, 0.5)  # paper between neighbours, of a digit's width
OVERLAP = (-0.1, 0.0)  # the same where they touch
MARGIN_PX = 20
FLATTEST = 0.05  # of its longer side: a flatter digit would become endlessly wide


@dataclass(frozen=True)
class Score:
    """How well the numbers of some packs are read."""

    packs: list[str]
    model: str
    length: int
    touching: float
    """The share of pairs of neighbours that touch."""
    pen_strokes: bool
    """Whether the recognizer knew the pen's strokes."""
    strings: int
    strings_right: float
    digits_right: float
    right_count: float
    """The share of strings with the right number of digits, whatever the digits are."""
    single_digits_right: float
    """The same digits, each drawn alone, so that nothing has to be divided."""
    too_few: float
    """The share of strings in which neighbours were read as one digit, or nothing was found."""
    too_many: float
    misread: float
    """The share of strings of the right length with a wrong digit."""
    median_ms: float
    slow_ms: float
    """The 95th percentile."""
    misreadings: list[tuple[str, int]]
    """The ten most frequent wrong answers as "written -> read", with their counts."""


@dataclass(frozen=True)
class Written:
    """A number on a canvas."""

    digits: tuple[int, ...]
    writing: Writing
    alone: tuple[Ink, ...]
    """Each digit in its size and pen, on a canvas of its own."""


def compose(pack: StrokePack, indices: Sequence[int], rng: np.random.Generator, touching: float) -> Written:
    """Writes digits of a pack side by side.

    Args:
        pack: the digits to choose from.
        indices: the digits of the number, from left to right.
        rng: the random generator.
        touching: the share of pairs of neighbours that touch.
    """
    height_px = rng.uniform(*DIGIT_PX)
    pen_px = height_px * rng.uniform(*PEN_SHARE)
    typical_px = 0.6 * height_px
    edge = 0.0
    placed: list[list[Stroke]] = []
    for index in indices:
        strokes = pack[index]
        extent = np.ptp(np.concatenate(strokes), axis=0)
        own_height = height_px * np.exp(rng.normal(0, HEIGHT_DEVIATION))
        scale = own_height / max(extent[1], FLATTEST * extent.max())
        low = rng.normal(0, BASELINE_DEVIATION) * height_px - own_height
        shaped = [stroke * scale for stroke in strokes]
        if placed:
            gap = rng.uniform(*(OVERLAP if rng.random() < touching else GAP)) * typical_px
            edge += gap + (pen_px if gap >= 0 else 0)
        placed.append([stroke + np.array([edge, low]) for stroke in shaped])
        edge += extent[0] * scale
    return Written(
        digits=tuple(int(pack.labels[index]) for index in indices),
        writing=_on_canvas([stroke for strokes in placed for stroke in strokes], pen_px),
        alone=tuple(_on_canvas(strokes, pen_px).ink for strokes in placed),
    )


def _on_canvas(strokes: Sequence[Stroke], pen_px: float) -> Writing:
    """Draws strokes on a canvas with a margin; returns the ink of its picture, and the pen's strokes."""
    points = np.concatenate(strokes)
    corner = points.min(axis=0) - MARGIN_PX - pen_px
    width, height = np.ceil(np.ptp(points, axis=0) + 2 * (MARGIN_PX + pen_px)).astype(int)
    pen_strokes = tuple(PenStroke(stroke - corner, pen_px) for stroke in strokes)
    canvas = render([stroke.points for stroke in pen_strokes], int(max(width, height)), pen_px)[:height, :width]
    return Writing(ink_from_rgba(to_canvas(canvas)), pen_strokes)


def numbers(packs: Sequence[StrokePack], length: int, count: int, seed: int, touching: float) -> Iterator[Written]:
    """Composes numbers, each by one writer; the same random seed makes the same numbers."""
    rng = np.random.default_rng([seed, length])
    writers = [(pack, np.flatnonzero(pack.writers == name)) for pack in packs for name in np.unique(pack.writers)]
    for _ in range(count):
        pack, own = writers[rng.integers(len(writers))]
        yield compose(pack, rng.choice(own, length).tolist(), rng, touching)


def digits_right(written: Sequence[int], read: Sequence[int | None]) -> int:
    """Counts the digits that were read right, after aligning both with the fewest edits."""
    # (edits, -right) for the beginnings of both that are compared so far
    row = [(length, 0) for length in range(len(read) + 1)]
    for digit in written:
        above, row = row, [(row[0][0] + 1, 0)]
        for column, answer in enumerate(read):
            edits, right = above[column]
            row.append(
                min(
                    (edits + (digit != answer), right - (digit == answer)),
                    (above[column + 1][0] + 1, above[column + 1][1]),
                    (row[-1][0] + 1, row[-1][1]),
                )
            )
    return -row[-1][1]


def measure(
    paths: list[Path],
    recognizer: Recognizer,
    length: int = 3,
    count: int = 1000,
    seed: int = 0,
    touching: float = 0.05,
    *,
    pen_strokes: bool,
) -> Score:
    """Reads numbers composed of the packs' digits, with the pen's strokes or from the ink alone.

    Raises:
        StrokePackError: a file is not a stroke pack.
    """
    strings = found = right = alone = few = many = misread = 0
    durations_ms: list[float] = []
    wrong: Counter[str] = Counter()
    for written in numbers([StrokePack.load(path) for path in paths], length, count, seed, touching):
        started = perf_counter()
        recognitions = recognizer.read(*written.writing) if pen_strokes else recognizer.read(written.writing.ink)
        durations_ms.append((perf_counter() - started) * 1000)
        read = [recognition.digit for recognition in recognitions]
        strings += read == list(written.digits)
        right += digits_right(written.digits, read)
        found += len(read) == length
        few += len(read) < length
        many += len(read) > length
        misread += len(read) == length and read != list(written.digits)
        for digit, single in zip(written.digits, recognizer.recognize_many(written.alone), strict=True):
            alone += single.digit == digit
        if read != list(written.digits):
            wrong[f"{_text(written.digits)} -> {_text(read)}"] += 1
    return Score(
        packs=[str(path) for path in paths],
        model=recognizer.model.name,
        length=length,
        touching=touching,
        pen_strokes=pen_strokes,
        strings=count,
        strings_right=strings / count,
        digits_right=right / (count * length),
        right_count=found / count,
        single_digits_right=alone / (count * length),
        too_few=few / count,
        too_many=many / count,
        misread=misread / count,
        median_ms=float(np.median(durations_ms)),
        slow_ms=float(np.percentile(durations_ms, 95)),
        misreadings=wrong.most_common(10),
    )


def _text(digits: Sequence[int | None]) -> str:
    return "".join("?" if digit is None else str(digit) for digit in digits)


def show(score: Score) -> None:
    """Prints a score."""
    known = "with the pen's strokes" if score.pen_strokes else "from the ink alone"
    print(f"{score.strings:,} numbers of {score.length} digits, read {known} by the model “{score.model}”")
    print(f"  numbers read right        {score.strings_right:.2%}")
    print(f"  digits read right         {score.digits_right:.2%}  (each drawn alone: {score.single_digits_right:.2%})")
    print(f"  right count of digits     {score.right_count:.2%}  ({score.touching:.0%} of the neighbours touch)")
    print(
        f"  wrong numbers             too few digits: {score.too_few:.2%}  too many: {score.too_many:.2%}  "
        f"misread: {score.misread:.2%}"
    )
    print(f"  time                      {score.median_ms:.1f} ms, 95 % within {score.slow_ms:.1f} ms")


def main() -> None:
    parser = command_line.parser("numbers", __doc__)
    command_line.add_packs(parser)
    parser.add_argument("--length", type=int, nargs="+", default=[3], help="digits of a number (default: 3)")
    parser.add_argument("--count", type=int, default=1000, help="numbers of each length (default: %(default)s)")
    parser.add_argument(
        "--touching", type=float, default=0.05, help="share of neighbours that touch (default: %(default)s)"
    )
    command_line.add_model(parser)
    parser.add_argument("--seed", type=int, default=0, help="random seed for the numbers (default: %(default)s)")
    options = parser.parse_args()
    recognizer = command_line.recognizer(options)
    scores = [
        measure(
            options.packs, recognizer, length, options.count, options.seed, options.touching, pen_strokes=pen_strokes
        )
        for length in options.length
        for pen_strokes in (False, True)
    ]
    if options.json:
        print(json.dumps([asdict(score) for score in scores], indent=1))
    for score in () if options.json else scores:
        show(score)


if __name__ == "__main__":
    main()
