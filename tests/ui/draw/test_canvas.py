import base64
import json

import numpy as np
import pytest

from ui.draw.canvas import PNG_BYTES, POINTS, STROKES, DrawingError, drawing_from, pen_strokes
from ui.draw.sketch import Drawing, Stroke

PNG = b"\x89PNG\r\n\x1a\n and so on"
URL = "data:image/png;base64," + base64.b64encode(PNG).decode()
STROKE = {"type": "Path", "strokeWidth": 28, "path": [["M", 1, 2], ["L", 3, 4]], "shadow": "a text of 4 MB"}
CURVE = {"type": "Path", "strokeWidth": 28, "path": [["M", 0, 0], ["Q", 10, 20, 20, 20], ["L", 30, 20]]}


def state(strokes: object = (STROKE,), url: object = URL) -> dict[str, object]:
    return {"drawing": {"raw": {"objects": list(strokes) if isinstance(strokes, tuple) else strokes}, "data": url}}


def test_of_a_stroke_its_path_and_the_width_of_the_pen_are_kept_and_nothing_else():
    drawing = drawing_from(state())
    assert drawing == Drawing((Stroke('[["M",1.0,2.0],["L",3.0,4.0]]', 28),), PNG)


def test_an_emptied_canvas_is_a_drawing_without_strokes():
    assert drawing_from(state(())) == Drawing((), PNG)


def test_a_canvas_that_has_sent_nothing_yet_is_no_drawing():
    assert drawing_from(None) is None
    assert drawing_from(state((), None)) is None


@pytest.mark.parametrize(
    "sent",
    [
        state((STROKE,), None),
        {"drawing": {"raw": {"objects": {"0": STROKE}}, "data": URL}},
        state(("a text",)),
        state(url=b"bytes"),
        state(url="https://example.org/a.png"),
        state(url=URL.replace("png", "svg+xml")),
        state(url=URL + "!"),
    ],
    ids=lambda sent: str(sent)[:60],
)
def test_what_no_canvas_sends_is_told(sent):
    with pytest.raises(DrawingError, match="did not arrive whole: draw another stroke"):
        drawing_from(sent)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (state((STROKE,) * (STROKES + 1)), "takes 500 strokes, and now it is full"),
        (state(url=URL + "A" * PNG_BYTES), "has 1.0 MB, and the paper takes 1 MB"),
        (state((STROKE | {"path": [["M", 0, 0]] * (POINTS + 1)},)), "more than 20,000 points"),
    ],
    ids=["strokes", "picture", "points"],
)
def test_more_than_the_paper_takes_is_told_with_what_to_do(sent, sentence):
    with pytest.raises(DrawingError, match=rf"{sentence}.*Undo some strokes, or clear the paper"):
        drawing_from(sent)


def test_a_path_is_the_way_that_the_pen_went():
    drawing = drawing_from(state((CURVE,)))
    assert drawing is not None
    (stroke,) = pen_strokes(drawing)
    np.testing.assert_array_equal(stroke.points, [[0, 0], [10, 15], [20, 20], [27.5, 20], [30, 20]])
    assert stroke.pen_width_px == 28


def test_an_empty_paper_has_no_pen_strokes():
    assert pen_strokes(Drawing()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"path": None},
        {"path": []},
        {"path": "M 0 0"},
        {"path": [["M", 0, 0], 7]},
        {"path": [["M", 0, 0], ["L", "a", "b"]]},
        {"path": [["M", 0, 0], {"L": 1}]},
        {"path": [["M", 0, 0], ["L", float("nan"), 1]]},
        {"path": [["M", 0, 0], ["L", 1e300, 1]]},
        {"path": [["M", 0, 0], ["L", 10**400, 1]]},
        {"path": [["M", 0, 0], ["L", [1, 2], 1]]},
        {"path": [["M", 0, 0], ["A", 1, 1]]},
        {"path": [["M", 0, 0], ["L", 1, 1, "a text of 4 MB", 1, 1]]},
        {"path": [["M" * 1000, 0, 0], ["L", 1, 1]]},
        {"strokeWidth": None},
        {"strokeWidth": -1},
        {"strokeWidth": 1e9},
        {"strokeWidth": 10**400},
        {"strokeWidth": float("nan")},
        {"strokeWidth": json.loads("[" * 500 + "]" * 500)},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_a_stroke_that_no_pen_makes_is_told(changes):
    with pytest.raises(DrawingError, match="did not arrive whole"):
        drawing_from(state((CURVE, CURVE | changes)))
