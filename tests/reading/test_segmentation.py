"""Numbers: what is taken for one digit, what for two, and in which order."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

import numpy as np
import pytest

from mnist_core.drawing.framing import Ink
from mnist_core.drawing.rgba import ink_from_rgba
from mnist_core.drawing.strokes import PenStroke, Stroke, render, to_canvas
from mnist_core.models import registry
from mnist_core.reading.candidates import Line
from mnist_core.reading.pieces import Box, Piece
from mnist_core.reading.recognizer import Recognition, Recognizer
from mnist_core.reading.segmentation import Sheet
from mnist_core.synthesis import handwriting, non_digits
from mnist_core.synthesis.allographs import LETTERS
from tests.handwriting import DIGITS, placed, with_pen, written_number
from tests.photographs import Scene, photograph

FIVE_WITH_A_BAR: list[Stroke] = [
    np.array([[0.25, 0.1], [0.22, 0.45], [0.5, 0.4], [0.75, 0.55], [0.78, 0.8], [0.5, 1.0], [0.1, 0.95]]),
    np.array([[0.4, 0.0], [0.9, -0.04]]),
]
BARRED_SEVEN: list[Stroke] = [*DIGITS[7], np.array([[0.35, 0.5], [0.85, 0.48]])]
OPEN_FOUR: list[Stroke] = [np.array([[0.25, 0.0], [0.1, 0.55], [0.65, 0.53]]), np.array([[0.8, 0.1], [0.72, 1.0]])]
SLASHED_ZERO: list[Stroke] = [*DIGITS[0], np.array([[0.85, -0.05], [0.05, 1.05]])]
DOTTED_ZERO: list[Stroke] = [*DIGITS[0], np.array([[0.46, 0.5]])]
ONE_ON_A_LINE: list[Stroke] = [np.array([[0.3, 0.15], [0.5, 0.0], [0.5, 0.82]]), np.array([[0.2, 1.0], [0.8, 1.0]])]
DETACHED = {
    "5 and its bar": FIVE_WITH_A_BAR,
    "barred 7": BARRED_SEVEN,
    "open 4": OPEN_FOUR,
    "slashed 0": SLASHED_ZERO,
    "dotted 0": DOTTED_ZERO,
    "1 on a line": ONE_ON_A_LINE,
}


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(registry.shipped())


def drawn(*strokes: Stroke, pen_width_px: float = 10, canvas_px: int = 480) -> Ink:
    return render(strokes, canvas_px, pen_width_px)


def on_canvas(strokes: list[Stroke]) -> list[Stroke]:
    """Puts strokes of any size and place in the middle of the canvas."""
    points = np.concatenate(strokes)
    corner, size = points.min(axis=0), np.ptp(points, axis=0).max()
    return [(stroke - corner) * (240 / size) + 120 for stroke in strokes]


def digits(number: list[Recognition]) -> list[int | None]:
    return [recognition.digit for recognition in number]


@pytest.mark.parametrize("letter", "AEFHKMNRWX")
def test_a_letter_does_not_fall_into_digits(recognizer, letter):
    forms = [form for form in LETTERS if form.character == letter for _ in range(5)]
    written = handwriting.write(forms, np.random.default_rng(ord(letter)))
    read = [digits(recognizer.read(drawn(*on_canvas(strokes)))) for strokes in written]
    assert sum(number == [None] for number in read) >= 0.9 * len(read)


@pytest.mark.parametrize("number", ["2026", "1789", "345", "10", "77", "4830", "0011"])
def test_a_number_is_read_from_left_to_right(recognizer, number):
    assert digits(recognizer.read(drawn(*written_number(number)))) == [int(digit) for digit in number]


@pytest.mark.parametrize("digit", range(10))
def test_one_digit_is_read_as_recognize_reads_it(recognizer, digit):
    ink = drawn(*placed(DIGITS[digit], 200, 100, 100))
    (read,), alone = recognizer.read(ink), recognizer.recognize(ink)
    assert read.digit == alone.digit == digit
    np.testing.assert_array_equal(read.model_input, alone.model_input)
    np.testing.assert_array_equal(read.probabilities, alone.probabilities)


def test_mnists_digits_are_numbers_of_length_one(recognizer, mnist):
    inks = mnist.x_test[:400].astype(np.float32) / np.float32(255)
    numbers = [recognizer.read(ink) for ink in inks]
    as_alone = [
        len(number) == 1 and np.array_equal(number[0].model_input, alone.model_input)
        for number, alone in zip(numbers, recognizer.recognize_many(inks), strict=True)
    ]
    assert np.mean(as_alone) >= 0.99


@pytest.mark.parametrize("style", DETACHED)
def test_a_digit_of_detached_strokes_stays_whole(recognizer, style):
    alone = drawn(*placed(DETACHED[style], 250, 100, 100), pen_width_px=16)
    assert len(recognizer.read(alone)) == 1
    in_a_number = [
        *placed(DIGITS[3], 100, 40, 150),
        *placed(DETACHED[style], 100, 170, 150),
        *placed(DIGITS[8], 100, 300, 150),
    ]
    assert digits(recognizer.read(drawn(*in_a_number)))[::2] == [3, 8]
    assert len(recognizer.read(drawn(*in_a_number))) == 3


@pytest.mark.parametrize(("left", "right"), [(8, 0), (5, 3), (0, 3), (8, 8), (3, 7)])
def test_touching_neighbours_are_parted(recognizer, left, right):
    apart = (
        drawn(*placed(DIGITS[left], 150, 80, 100), *placed(DIGITS[right], 150, x, 100)) for x in range(240, 80, -2)
    )
    ink = next(ink for ink in apart if Sheet(ink).is_one_piece)
    assert digits(recognizer.read(ink)) == [left, right]


@pytest.mark.parametrize("number", ["74", "23", "52", "35", "77", "20", "64"])
def test_neighbours_that_cross_are_parted_where_the_pen_was_lifted(recognizer, number):
    strokes = written_number(number, size_px=150, left_px=80, step=80 / 150)
    ink, pen_strokes = with_pen(strokes, 14)
    assert Sheet(ink).is_one_piece
    read = recognizer.read(ink, pen_strokes)
    assert digits(read) == [int(digit) for digit in number]
    assert sum(recognition.ink.sum() for recognition in read) > ink.sum()  # where they cross the ink is of both


@pytest.mark.parametrize("style", DETACHED)
def test_a_digit_that_the_pen_drew_in_several_strokes_stays_whole(recognizer, style):
    strokes = placed(DETACHED[style], 250, 100, 100)
    (read,) = recognizer.read(*with_pen(strokes, 24))
    assert read.digit == recognizer.recognize(drawn(*strokes, pen_width_px=24)).digit


@pytest.mark.parametrize("letter", "AEFHKMNRWX")
def test_a_letter_does_not_fall_into_the_pens_strokes(recognizer, letter):
    forms = [form for form in LETTERS if form.character == letter for _ in range(5)]
    written = handwriting.write(forms, np.random.default_rng(ord(letter)))
    read = [digits(recognizer.read(*with_pen(on_canvas(strokes), 24))) for strokes in written]
    assert sum(number == [None] for number in read) >= 0.9 * len(read)


def test_a_stroke_made_twice_is_one_digit(recognizer):
    three, five = placed(DIGITS[3], 150, 80, 100), placed(DIGITS[5], 150, 170, 100)
    ink, pen_strokes = with_pen([*three, *[stroke + 3 for stroke in three], *five], 14)
    assert Sheet(ink).is_one_piece
    assert digits(recognizer.read(ink, pen_strokes)) == [3, 5]


def test_a_stroke_that_is_two_digits_is_still_cut(recognizer):
    nine, seven, five = (placed(DIGITS[digit], 150, x, 100) for digit, x in ((9, 40), (7, 150), (5, 240)))
    ink, pen_strokes = with_pen([np.concatenate([*nine, *seven]), *five], 14)
    assert Sheet(ink).is_one_piece
    assert digits(recognizer.read(ink, pen_strokes)) == [9, 7, 5]


@pytest.mark.parametrize(
    "pen_strokes",
    [
        [PenStroke(np.random.default_rng(seed).uniform(-900, 5000, (2, 2)), 300.0) for seed in range(500)],
        [PenStroke(np.array([[-900.0, 20.0], [5000.0, 30.0]]), 480.0)] * 10,
        [PenStroke(np.array([[10.0, 10.0]]), 0.5)] * 2,
    ],
    ids=["too many", "everywhere", "elsewhere"],
)
def test_pen_strokes_that_did_not_draw_the_ink_do_no_harm(recognizer, pen_strokes):
    ink = drawn(*written_number("23", size_px=150, left_px=80, step=110 / 150), pen_width_px=14)
    assert Sheet(ink).is_one_piece
    assert digits(recognizer.read(ink, pen_strokes)) == [2, 3]


def test_a_line_that_cannot_be_divided_keeps_its_place(recognizer, monkeypatch):
    touching = [*placed(DIGITS[3], 150, 40, 250), *placed(DIGITS[5], 150, 130, 250)]
    ink = drawn(*written_number("406", top_px=60), *touching)
    assert digits(recognizer.read(ink)) == [4, 0, 6, 3, 5]
    monkeypatch.setattr(Sheet, "cut", lambda sheet, line, doubtful: replace(line, pieces=()))
    assert digits(recognizer.read(ink)) == [4, 0, 6, None]


def test_a_cut_through_a_crossing_leaves_the_other_stroke_its_ink():
    ring = np.array([[50 + 40 * np.cos(a), 60 + 50 * np.sin(a)] for a in np.linspace(0, 2 * np.pi, 60)])
    slash = np.array([[30.0, 10.0], [160.0, 110.0]])
    rings = np.concatenate([ring, ring + np.array([84, 0])])
    sheet = Sheet(*with_pen([rings, slash], 10, canvas_px=200))
    (line,) = sheet.lines
    apart = sheet.take_apart(line, line.candidates)
    alone = [candidate for candidate in apart.candidates if candidate.after - candidate.first == 1]
    of_slash, of_rings = sorted(alone, key=lambda candidate: sheet.ink_of(candidate, apart).sum())
    cut = sheet.cut(apart, [of_rings])
    assert len(cut.pieces) > len(apart.pieces) == 2
    (still_of_slash,) = (candidate for candidate in cut.candidates if candidate.labels == of_slash.labels)
    np.testing.assert_array_equal(sheet.ink_of(still_of_slash, cut), sheet.ink_of(of_slash, apart))
    assert not sheet.has_dust


def test_two_lines_are_read_one_after_the_other(recognizer):
    number = recognizer.read(drawn(*written_number("406", top_px=60), *written_number("8315", top_px=260)))
    assert digits(number) == [4, 0, 6, 8, 3, 1, 5]
    assert [recognition.line for recognition in number] == [0, 0, 0, 1, 1, 1, 1]


def test_a_sloping_line_is_one_line(recognizer):
    strokes = [s + np.array([0, -0.25 * s[:, 0].min()]) for s in written_number("27465", size_px=70, top_px=250)]
    assert digits(recognizer.read(drawn(*strokes))) == [2, 7, 4, 6, 5]


def test_dust_and_a_full_stop_are_no_digits(recognizer):
    dust = [np.array([[20.0, 30.0]]), np.array([[440.0, 400.0]])]
    ink = np.maximum(drawn(*written_number("42")), drawn(*dust, pen_width_px=4))
    assert digits(recognizer.read(ink)) == [4, 2]
    assert digits(recognizer.read(drawn(*written_number("42"), np.array([[290.0, 275.0]])))) == [4, 2]


def test_dust_beside_one_digit_does_not_make_it_smaller(recognizer):
    clean = drawn(*placed(DIGITS[7], 200, 140, 140))
    (read,) = recognizer.read(np.maximum(clean, drawn(np.array([[20.0, 30.0]]), pen_width_px=4)))
    np.testing.assert_array_equal(read.model_input, recognizer.recognize(clean).model_input)


@pytest.mark.parametrize("shift_px", [(-40, 0), (0, 60), (90, -30)])
def test_where_on_the_paper_a_number_stands_does_not_matter(recognizer, shift_px):
    ink = drawn(*written_number("2026"))
    moved = recognizer.read(np.roll(ink, shift_px, axis=(0, 1)))
    for there, here in zip(moved, recognizer.read(ink), strict=True):
        np.testing.assert_array_equal(there.model_input, here.model_input)


def test_each_digit_keeps_its_own_ink(recognizer):
    ink = drawn(*written_number("2026"))
    number = recognizer.read(ink)
    assert sum(float(recognition.ink.sum()) for recognition in number) == pytest.approx(float(ink.sum()), rel=0.01)
    for recognition in number:
        np.testing.assert_array_equal(recognizer.recognize(recognition.ink).model_input, recognition.model_input)


def test_blank_paper_is_no_number(recognizer):
    assert recognizer.read(np.zeros((480, 480), np.float32)) == []
    assert recognizer.read(np.zeros((0, 0), np.float32)) == []


SCRIBBLE = np.array([[30 + 20 * i, 40 if i % 2 else 440] for i in range(21)], np.float64)
SPIRAL = np.array([[240 + 10 * a * np.cos(a), 240 + 10 * a * np.sin(a)] for a in np.linspace(1, 20, 200)])
FACE = [
    np.array([[240 + 180 * np.cos(a), 240 + 180 * np.sin(a)] for a in np.linspace(0, 2 * np.pi, 60)]),
    np.array([[180.0, 180.0]]),
    np.array([[300.0, 180.0]]),
    np.array([[240 + 90 * np.cos(a), 250 + 80 * np.sin(a)] for a in np.linspace(0.4, 2.7, 20)]),
]


@pytest.mark.parametrize("strokes", [[SCRIBBLE], [SPIRAL], FACE], ids=["scribble", "spiral", "face"])
def test_a_doodle_is_one_thing_that_is_no_digit(recognizer, strokes):
    assert digits(recognizer.read(drawn(*strokes, pen_width_px=20))) == [None]


@pytest.mark.parametrize(
    "kind", [non_digits.cross, non_digits.dot, non_digits.face, non_digits.level_line, non_digits.spiral]
)
def test_doodles_do_not_become_rows_of_digits(recognizer, kind):
    rng = np.random.default_rng(0)
    numbers = [recognizer.read(drawn(*[s * 100 + 240 for s in kind(rng)], pen_width_px=20)) for _ in range(20)]
    assert np.mean([len(number) <= 1 for number in numbers]) >= 0.85


def line_of(*boxes: Box, cuts: Sequence[float] = ()) -> Line:
    """A line of pieces of which only the places are known."""
    pieces = zip_longest(range(1, len(boxes) + 1), boxes, cuts, fillvalue=0.0)
    ink = np.zeros((0, 0), bool)
    return Line(tuple(Piece((label,), box, ink, cut) for label, box, cut in pieces), 100.0)


def test_candidates_are_all_runs_of_pieces_that_are_near_and_narrow_enough():
    line = line_of(Box(0, 100, 0, 50), Box(0, 100, 60, 110), Box(0, 100, 120, 170), Box(0, 100, 240, 300))
    runs = [(candidate.first, candidate.after) for candidate in line.candidates]
    assert runs == [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (3, 4)]


@pytest.mark.parametrize(
    ("halves", "whole", "path"), [(-0.01, -3.0, [(0, 1), (1, 2)]), (-3.0, -0.01, [(0, 2)]), (-0.01, -0.01, [(0, 2)])]
)
def test_the_best_path_divides_a_stroke_only_where_the_parts_are_better_digits(halves, whole, path):
    line = line_of(Box(0, 100, 0, 50), Box(0, 100, 50, 100), cuts=[0.0, 1.0])
    scores = [whole if candidate.after - candidate.first == 2 else halves for candidate in line.candidates]
    best, _ = line.best_path(scores)
    assert [(line.candidates[i].first, line.candidates[i].after) for i in best] == path


def test_only_a_small_stroke_may_be_left_out():
    line = line_of(Box(0, 100, 0, 50), Box(90, 100, 80, 90), Box(0, 100, 120, 170))
    scores = [-0.01 if c.labels in [(1,), (3,)] else -9.0 for c in line.candidates]
    best, _ = line.best_path(scores)
    assert [line.candidates[i].labels for i in best] == [(1,), (3,)]
    tall = line_of(Box(0, 100, 0, 50), Box(0, 100, 80, 90), Box(0, 100, 120, 170))
    scores = [-0.01 if c.labels in [(1,), (3,)] else -9.0 for c in tall.candidates]
    assert len(tall.best_path(scores)[0]) == 3


def test_a_cut_runs_where_two_rings_touch():
    ring = np.array([[50 + 40 * np.cos(a), 60 + 50 * np.sin(a)] for a in np.linspace(0, 2 * np.pi, 60)])
    sheet = Sheet(drawn(ring, ring + np.array([84, 0]), pen_width_px=10, canvas_px=200))
    (line,) = sheet.lines
    cut = sheet.cut(line, line.candidates)
    begins = [candidate for candidate in cut.candidates if candidate.first == 0]
    shares = [
        float(sheet.ink_of(candidate, cut).sum()) / float(sheet.ink_of(begins[-1], cut).sum()) for candidate in begins
    ]
    assert min(abs(share - 0.5) for share in shares) < 0.01
    assert len(line.pieces) == 1
    inks = [sheet.ink_of(candidate, cut) for candidate in cut.candidates if candidate.after - candidate.first == 1]
    assert sum(float(ink.sum()) for ink in inks) == pytest.approx(float(sheet.ink_of(line.candidates[0], line).sum()))


@pytest.mark.parametrize(
    "scene",
    [Scene(), Scene(rules="squares"), Scene(shadow=0.4), Scene(paper=(60, 70, 65), ink=(230, 230, 225))],
    ids=["plain", "squared paper", "shadow", "blackboard"],
)
def test_a_number_on_a_photograph_is_read(recognizer, scene):
    sheet = render(written_number("2026", size_px=150, left_px=70, top_px=160, step=0.95), 720, 12)[:480]
    assert digits(recognizer.read(ink_from_rgba(photograph(sheet, scene)))) == [2, 0, 2, 6]


def test_a_number_on_a_canvas_is_read_as_its_ink(recognizer):
    ink = drawn(*written_number("58"))
    assert digits(recognizer.read(ink_from_rgba(to_canvas(ink)))) == digits(recognizer.read(ink)) == [5, 8]


@pytest.mark.parametrize("scale", [1, 3])
def test_the_pictures_resolution_does_not_matter(recognizer, scale):
    strokes = [stroke * scale for stroke in written_number("2026")]
    assert digits(recognizer.read(drawn(*strokes, canvas_px=480 * scale, pen_width_px=10 * scale))) == [2, 0, 2, 6]
