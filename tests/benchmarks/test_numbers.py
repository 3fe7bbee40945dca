"""The benchmark of multi-digit numbers: what it composes, and how it counts."""

import numpy as np
import pytest

from benchmarks.numbers import compose, digits_right, measure, numbers
from mnist_core.drawing.framing import extent
from mnist_core.drawing.strokes import PACK_SCALE, StrokePack
from mnist_core.models import registry
from mnist_core.reading.recognizer import Recognizer
from mnist_core.reading.segmentation import Sheet
from tests.handwriting import DIGITS


@pytest.fixture
def pack_path(tmp_path):
    """A stroke pack of one hand's ten digits under two names."""
    strokes, digit_offsets = [], [0]
    for digit in [*range(10), *range(10)]:
        corner = np.min(np.concatenate(DIGITS[digit]), axis=0)
        strokes += [(stroke - corner) * PACK_SCALE for stroke in DIGITS[digit]]
        digit_offsets.append(len(strokes))
    path = tmp_path / "pack.npz"
    np.savez(
        path,
        points=np.concatenate(strokes).astype(np.int16),
        stroke_offsets=np.cumsum([0, *map(len, strokes)]).astype(np.int32),
        digit_offsets=np.array(digit_offsets, np.int32),
        label=np.tile(np.arange(10), 2),
        writer=np.repeat(["a", "b"], 10),
    )
    return path


@pytest.mark.parametrize(
    ("written", "read", "right"),
    [
        ([2, 0, 2, 6], [2, 0, 2, 6], 4),
        ([2, 0, 2, 6], [2, 6], 2),
        ([1, 2, 3], [1, 5, 2, 3], 3),
        ([1, 2, 3], [1, None, 3], 2),
        ([1, 2, 3], [7, 8, 9], 0),
        ([1, 2], [], 0),
    ],
)
def test_digits_are_counted_where_the_fewest_edits_align_them(written, read, right):
    assert digits_right(written, read) == right


def test_a_number_is_by_one_writer_and_the_same_seed_writes_the_same(pack_path):
    pack = StrokePack.load(pack_path)
    first, again = (list(numbers([pack], 3, 5, seed=1, touching=0)) for _ in range(2))
    assert [written.digits for written in first] == [written.digits for written in again]
    assert all(np.array_equal(a.writing.ink, b.writing.ink) for a, b in zip(first, again, strict=True))


def test_neighbours_keep_apart_unless_they_are_to_touch(pack_path):
    pack, rng = StrokePack.load(pack_path), np.random.default_rng(0)
    apart = [compose(pack, [3, 0, 2], rng, touching=0) for _ in range(10)]
    touching = [compose(pack, [3, 0, 2], rng, touching=1) for _ in range(10)]
    assert [len(Sheet(written.writing.ink).lines[0].pieces) for written in apart] == [3] * 10
    assert sum(len(Sheet(written.writing.ink).lines[0].pieces) < 3 for written in touching) >= 8


def test_the_strokes_of_the_pen_are_those_of_the_ink(pack_path):
    (written,) = numbers([StrokePack.load(pack_path)], 3, 1, seed=2, touching=0)
    points = np.concatenate([stroke.points for stroke in written.writing.pen_strokes])
    rows, columns = extent(written.writing.ink)
    pen_px = written.writing.pen_strokes[0].pen_width_px
    np.testing.assert_allclose(points.min(axis=0) - pen_px / 2, [columns.start, rows.start], atol=1)
    np.testing.assert_allclose(points.max(axis=0) + pen_px / 2, [columns.stop, rows.stop], atol=1)


def test_with_the_strokes_of_the_pen_more_touching_numbers_are_read(pack_path):
    recognizer = Recognizer(registry.shipped())
    ink_alone, known = (
        measure([pack_path], recognizer, length=3, count=40, touching=1, pen_strokes=pen_strokes)
        for pen_strokes in (False, True)
    )
    assert known.strings_right > ink_alone.strings_right
    assert known.single_digits_right == ink_alone.single_digits_right


@pytest.mark.parametrize("pen_strokes", [False, True])
def test_the_causes_of_wrong_answers_sum_up(pack_path, pen_strokes):
    score = measure([pack_path], Recognizer(registry.shipped()), length=2, count=20, pen_strokes=pen_strokes)
    assert score.strings_right + score.too_few + score.too_many + score.misread == pytest.approx(1)
    assert score.right_count == pytest.approx(1 - score.too_few - score.too_many)
    assert score.strings_right >= 0.9
    assert score.digits_right >= score.strings_right
