import numpy as np
import pytest

from mnist_core.drawing.strokes import PenStroke, Writing
from mnist_core.drawing.writings import WritingError, read_writing, write_writing
from tests.handwriting import drawn

STROKES = [PenStroke(np.array([[1.5, 2], [3, 4], [5, 6]]), 16.0), PenStroke(np.array([[7.0, 8]]), 44.0)]


@pytest.mark.parametrize("strokes", [STROKES, []], ids=["with strokes", "of a picture"])
def test_a_writing_is_read_as_it_was_written(tmp_path, strokes):
    path = tmp_path / "writing.npz"
    write_writing(path, Writing(drawn(3), strokes))

    ink, read = read_writing(path)
    np.testing.assert_array_equal(ink, drawn(3))
    assert [stroke.pen_width_px for stroke in read] == [stroke.pen_width_px for stroke in strokes]
    for one, other in zip(read, strokes, strict=True):
        np.testing.assert_array_equal(one.points, other.points)


@pytest.mark.parametrize(
    "change",
    [
        {"ink": np.zeros((4, 4), np.float64)},
        {"ink": np.zeros(4, np.float32)},
        {"ink": np.full((4, 4), np.nan, np.float32)},
        {"points": np.zeros((4, 3))},
        {"points": np.full((4, 2), np.inf)},
        {"points": np.full((4, 2), "x")},
        {"stroke_offsets": np.array([0, 3])},
        {"stroke_offsets": np.array([0, 5, 4])},
        {"stroke_offsets": np.array([1, 3, 4])},
        {"pen_widths_px": np.array([1.0])},
    ],
)
def test_a_file_with_other_arrays_is_refused(tmp_path, change):
    path = tmp_path / "writing.npz"
    write_writing(path, Writing(drawn(3), STROKES))
    with np.load(path) as arrays:
        np.savez(path.with_name("changed.npz"), **{**arrays, **change})

    with pytest.raises(WritingError, match="is no writing"):
        read_writing(path.with_name("changed.npz"))


def test_a_file_that_is_missing_or_damaged_is_named(tmp_path):
    (tmp_path / "text.npz").write_text("a text")
    for name in ("text.npz", "missing.npz"):
        with pytest.raises(WritingError, match=f"{name} cannot be read as a writing"):
            read_writing(tmp_path / name)
