"""Reading is bounded: whatever is brought is answered, or told to be too much, and nobody else waits for long."""

import io
import math
import threading
import tracemalloc
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from mnist_core.drawing.framing import Ink, to_model_input
from mnist_core.drawing.rgba import ink_from_rgba
from mnist_core.drawing.strokes import Writing, render
from mnist_core.models import registry
from mnist_core.reading import numbers
from mnist_core.reading.numbers import BOUNDS
from mnist_core.reading.recognizer import Recognizer
from mnist_core.reading.segmentation import MOST_STROKES, Sheet, TooMuchToRead
from mnist_core.reading.turns import Busy
from tests.handwriting import drawn, with_pen, written_number
from tests.hostile_pictures import DRAWINGS, PICTURES, digits, drawing, picture, printed

MOST_BYTES = 100_000_000


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(registry.shipped())


def written(number: str) -> Ink:
    """Writes a number onto the paper."""
    return render(written_number(number), 480, 10)


class Doubtful:
    """A reader that frames as the real one does and doubts everything: nothing can be left untried."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._answer = replace(recognizer.recognize(drawn(3)), digit_score=0.6, multi_digit_score=1.0)
        self.read = 0
        self.most_at_once = 0

    def recognize(self, ink):
        return self._answer

    def recognize_many(self, inks, *, in_all_views):
        self.read += len(inks)
        self.most_at_once = max(self.most_at_once, len(inks))
        return [replace(self._answer, model_input=to_model_input(ink), ink=ink) for ink in inks]


@pytest.fixture
def all_the_time(monkeypatch):
    """Lets readings take as long as they do, so that a busy machine gives the same answers."""
    monkeypatch.setattr(numbers, "BOUNDS", replace(BOUNDS, longest_s=math.inf))


@pytest.mark.parametrize("name", [*PICTURES, *DRAWINGS])
@pytest.mark.usefixtures("all_the_time")
def test_whatever_is_brought_is_read_within_bounds_or_told_to_be_too_much(recognizer, name):
    doubtful = Doubtful(recognizer)
    brought = drawing(name) if name in DRAWINGS else picture(name)
    tracemalloc.start()
    with suppress(TooMuchToRead):
        writing = brought if isinstance(brought, Writing) else Writing(ink_from_rgba(brought))
        numbers.read(doubtful, *writing, lambda: None)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes <= MOST_BYTES
    assert doubtful.read <= BOUNDS.candidates
    assert doubtful.most_at_once <= BOUNDS.chunk


@pytest.mark.usefixtures("all_the_time")
def test_a_printed_page_of_numbers_is_read(recognizer):
    number = recognizer.read(ink_from_rgba(picture("a printed page of 18 x 28 digits")))
    printed = [line.replace(" ", "") for line in digits(18, 28)]
    read = ["".join(str(one.digit) for one in number if one.line == line) for line in range(len(printed))]
    assert list(map(len, read)) == [28] * 18
    right = sum(a == b for line, truth in zip(read, printed, strict=True) for a, b in zip(line, truth, strict=True))
    assert right >= 0.9 * 18 * 28


@pytest.mark.parametrize("quality", [None, 85], ids=["PNG", "JPEG"])
@pytest.mark.parametrize("size_px", [60, 100])
def test_crisp_printed_digits_on_a_long_strip_are_read(recognizer, size_px, quality):
    strip = printed(["3 1 4 1 5"], size_px, (400, 1200))
    if quality is not None:
        file = io.BytesIO()
        Image.fromarray(strip).save(file, "JPEG", quality=quality)
        strip = np.asarray(Image.open(file).convert("L"))
    rgba = np.dstack([strip, strip, strip, np.full_like(strip, 255)])
    assert [one.digit for one in recognizer.read(ink_from_rgba(rgba))] == [3, 1, 4, 1, 5]


def test_105_tally_strokes_are_read_as_so_many_ones(recognizer):
    assert [one.digit for one in recognizer.read(*drawing("105 tally strokes"))] == [1] * 105


def test_digits_of_a_number_carry_their_ink_and_what_the_network_saw_of_it(recognizer):
    for one in recognizer.read(written("2026")):
        np.testing.assert_array_equal(to_model_input(one.ink), one.model_input)


def test_more_strokes_than_can_be_told_apart_are_told_with_their_number():
    ink = np.zeros((480, 480), np.float32)
    ink[10:470:10, 10:470:10] = 1
    with pytest.raises(TooMuchToRead, match=f"2,116 separate strokes, and at most {MOST_STROKES:,} can be told apart"):
        Sheet(ink)


def test_a_page_that_takes_too_long_is_told_so(recognizer, monkeypatch):
    monkeypatch.setattr(numbers, "BOUNDS", replace(BOUNDS, longest_s=0, untimed=50))
    with pytest.raises(TooMuchToRead, match="shapes were tried within 0 seconds"):
        recognizer.read(*drawing("105 tally strokes"))


def test_what_a_hand_writes_is_read_however_busy_the_machine(recognizer, monkeypatch):
    monkeypatch.setattr(numbers, "BOUNDS", replace(BOUNDS, longest_s=0))
    assert [one.digit for one in recognizer.read(written("2026"))] == [2, 0, 2, 6]


class Gone(Exception):
    """Nobody waits for the answer any more."""


def test_a_reading_ends_when_nobody_waits_for_it_any_more(recognizer):
    doubtful, asked = Doubtful(recognizer), []

    def check():
        asked.append(doubtful.read)
        if len(asked) == 3:
            raise Gone

    with pytest.raises(Gone):
        numbers.read(doubtful, *drawing("105 tally strokes"), check)
    assert asked == [0, BOUNDS.chunk, 2 * BOUNDS.chunk]
    assert [one.digit for one in recognizer.read(*drawing("105 tally strokes"))] == [1] * 105


def test_one_long_reading_goes_on_at_a_time_and_short_ones_beside_it(recognizer, monkeypatch):
    monkeypatch.setattr(numbers, "BOUNDS", replace(BOUNDS, longest_s=0.1))
    doubtful, begun, may_end = Doubtful(recognizer), threading.Event(), threading.Event()

    def check():
        if doubtful.read >= BOUNDS.short:
            begun.set()
            may_end.wait(30)

    long = threading.Thread(target=numbers.read, args=(doubtful, *drawing("105 tally strokes"), check))
    long.start()
    try:
        assert begun.wait(30)
        assert [one.digit for one in recognizer.read(written("42"))] == [4, 2]
        with pytest.raises(Busy, match="try again in a few seconds"):
            recognizer.read(*drawing("105 tally strokes"))
    finally:
        may_end.set()
        long.join()


@pytest.mark.parametrize(
    ("number", "step", "by_pen"), [("12", 1.1, False), ("2026", 1.0, False), ("12", 0.55, True), ("307", 0.75, True)]
)
def test_the_digits_that_somebody_says_are_there_are_found_where_they_are(recognizer, number, step, by_pen):
    writing = with_pen(written_number(number, size_px=100, left_px=20, top_px=180, step=step), 20)
    said = [int(digit) for digit in number]
    found = recognizer.read_as(said, writing.ink, writing.pen_strokes if by_pen else ())
    assert [one.digit for one in found] == said
    alone = [recognizer.recognize(one.ink).digit for one in found]
    assert alone == said


def test_what_is_said_decides_where_a_drawing_is_divided(recognizer):
    writing = with_pen(written_number("11", size_px=150, left_px=150, top_px=150, step=0.8), 20)
    two, one = recognizer.read_as([1, 1], *writing), recognizer.read_as([4], *writing)
    assert [found.digit for found in two] == [1, 1]
    assert len(one) == 1
    assert one[0].ink.shape == writing.ink.shape


def test_digits_on_two_lines_are_found_line_by_line(recognizer):
    upper, lower = (
        written_number(number, size_px=100, left_px=60, top_px=top) for number, top in (("12", 60), ("34", 300))
    )
    found = recognizer.read_as([1, 2, 3, 4], *with_pen([*upper, *lower], 18))
    assert [(one.digit, one.line) for one in found] == [(1, 0), (2, 0), (3, 1), (4, 1)]


def test_so_many_digits_as_are_not_there_are_not_found(recognizer):
    assert recognizer.read_as([1, 2, 3], *with_pen(written_number("12"), 18)) == []
    assert recognizer.read_as([], *with_pen(written_number("12"), 18)) == []
    assert recognizer.read_as([1], np.zeros((100, 100), np.float32)) == []
