import base64

import pytest

from ui.canvas import PNG_BYTES, STROKES, drawing_from
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
