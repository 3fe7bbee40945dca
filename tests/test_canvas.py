import base64

import numpy as np
import pytest

from ui.canvas import PNG_BYTES, POINTS, STROKES, drawing_from, pen_strokes
from ui.sketch import Drawing

PNG = b"\x89PNG\r\n\x1a\n and so on"
URL = "data:image/png;base64," + base64.b64encode(PNG).decode()
STROKE = {"type": "Path", "path": [["M", 1, 2], ["L", 3, 4]]}


def state(strokes: object = (STROKE,), url: object = URL) -> dict[str, object]:
    return {"drawing": {"raw": {"objects": list(strokes) if isinstance(strokes, tuple) else strokes}, "data": url}}


def test_what_the_canvas_sends_is_a_drawing():
    assert drawing_from(state()) == Drawing((STROKE,), PNG)


def test_an_emptied_canvas_is_a_drawing_without_strokes():
    assert drawing_from(state(())) == Drawing((), PNG)


def test_a_canvas_that_has_sent_nothing_yet_is_no_drawing():
    assert drawing_from(None) is None
    assert drawing_from(state((), None)) is None


@pytest.mark.parametrize(
    "sent",
    [
        "a text",
        [],
        {"drawing": "a text"},
        {"drawing": {"raw": [], "data": URL}},
        {"drawing": {"raw": {"objects": {"0": STROKE}}, "data": URL}},
        state(("a text",)),
        state((STROKE,) * (STROKES + 1)),
        state(url=b"bytes"),
        state(url="https://example.org/a.png"),
        state(url=URL.replace("png", "svg+xml")),
        state(url=URL + "!"),
        state(url=URL + "A" * PNG_BYTES),
    ],
    ids=lambda sent: str(sent)[:60],
)
def test_what_no_canvas_sends_is_ignored(sent):
    assert drawing_from(sent) is None


CURVE = {"type": "Path", "strokeWidth": 28, "path": [["M", 0, 0], ["Q", 10, 20, 20, 20], ["L", 30, 20]]}


def test_a_path_is_the_way_that_the_pen_went():
    (stroke,) = pen_strokes(Drawing((CURVE,)))
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
        {"strokeWidth": None},
        {"strokeWidth": -1},
        {"strokeWidth": 1e9},
        {"strokeWidth": 10**400},
        {"strokeWidth": float("nan")},
    ],
    ids=str,
)
def test_with_a_stroke_that_no_canvas_makes_nothing_is_known_of_the_pen(changes):
    assert pen_strokes(Drawing((CURVE, CURVE | changes))) == []
    assert pen_strokes(Drawing((CURVE, {}))) == []


def test_of_endless_strokes_nothing_is_known():
    endless = CURVE | {"path": [["M", 0, 0]] * (POINTS // 2)}
    assert len(pen_strokes(Drawing((endless, endless)))) == 2
    assert pen_strokes(Drawing((endless, endless, CURVE))) == []
