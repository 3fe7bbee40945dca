import io

import numpy as np
import pytest

from mnist_core.drawing.strokes import PenStroke, Writing
from mnist_core.drawing.writings import WritingError, packed, unpacked
from tests.handwriting import drawn

STROKES = [PenStroke(np.array([[1.5, 2], [3, 4], [5, 6]]), 16.0), PenStroke(np.array([[7.0, 8]]), 44.0)]


@pytest.mark.parametrize("strokes", [STROKES, []], ids=["with strokes", "of a picture"])
def test_a_writing_is_unpacked_as_it_was_packed(strokes):
    ink, found = unpacked(packed(Writing(drawn(3), strokes)))
    np.testing.assert_array_equal(ink, drawn(3))
    assert [stroke.pen_width_px for stroke in found] == [stroke.pen_width_px for stroke in strokes]
    for one, other in zip(found, strokes, strict=True):
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
def test_other_arrays_are_refused(change):
    with np.load(io.BytesIO(packed(Writing(drawn(3), STROKES)))) as arrays:
        content = io.BytesIO()
        np.savez(content, **{**arrays, **change})

    with pytest.raises(WritingError, match="its arrays are not those of ink and pen strokes"):
        unpacked(content.getvalue())


@pytest.mark.parametrize("content", [b"", b"a text", packed(Writing(drawn(3)))[:500]])
def test_other_bytes_are_refused(content):
    with pytest.raises(WritingError, match="no writing, as the Draw page packs it"):
        unpacked(content)
