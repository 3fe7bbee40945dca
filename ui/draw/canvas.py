"""The paper: streamlit-drawable-canvas, and a companion with its pens and buttons that makes it fast and quiet.

This is the only module that knows the drawing component. It leans on the component's markup in one point, the button
with which it sends a drawing at once (`assets/paper.js`); without that the page works, 200 ms later.
"""

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st
from markupsafe import Markup
from streamlit.components.v2 import component

from mnist_core import formatting
from mnist_core.drawing.strokes import PenStroke
from mnist_core.errors import StudioError
from ui import assets
from ui.draw.engine import Engine
from ui.draw.sketch import Board, Drawing, Stroke

PAPER_PX = 480  # the canvas's own resolution, whatever its size on the screen
MEDIUM = "Medium"
PENS_PX = {"Fine": 16, MEDIUM: 28, "Broad": 44}  # of the paper's 480: on a digit of 300 px, 1 to 3 of MNIST's 20
TOOLS = {"undo": "Undo", "redo": "Redo", "clear": "Clear"}
INK = "#111111"
FARTHEST_PX = 10 * PAPER_PX  # how far the pen may leave the paper
WIDEST_PEN_PX = 100  # beyond the broadest of `PENS_PX`
POINTS = 20_000  # of all strokes together: a full paper has a few thousand
STROKES = 500  # more than anyone draws; what comes from a browser may be anything
PNG_BYTES = 1_000_000  # a paper full of scribbles has 100 kB
PNG_URL = "data:image/png;base64,"
STEPS = {"M": 3, "L": 3, "Q": 5}  # of a path, and how many entries each has: its letter, then x and y once or twice

ROOM = "Undo some strokes, or clear the paper, and draw on."
NOT_WHOLE = "The drawing did not arrive whole: draw another stroke."


class DrawingError(StudioError):
    """What a browser sent is no drawing that the paper takes."""


_PENS = Markup("").join(
    Markup('<label><input type="radio" name="pen" value="{0}"><span>{0}</span></label>').format(name)
    for name in PENS_PX
)
_BUTTONS = Markup("").join(
    Markup('<button type="button" data-tool="{}" disabled>{}</button>').format(tool, name)
    for tool, name in TOOLS.items()
)
_COMPANION = Markup("""
<div class="companion" data-canvas-style="{style}">
  <p class="invitation" aria-hidden="true">Draw a digit or a number</p>
  <div class="tools">
    <fieldset class="pens"><legend class="unseen">Pen</legend>{pens}</fieldset>
    {buttons}
  </div>
</div>
""").format(style=assets.text("paper.css"), pens=_PENS, buttons=_BUTTONS)

_mount_companion = component(
    "mnist_studio_paper",
    html=_COMPANION,
    js=assets.text("paper.js"),
    isolate_styles=False,
)
_mount_follower = component("mnist_studio_follower", html="", js=assets.text("follow.js"), isolate_styles=False)


def show(
    board: Board,
    pen: str,
    *,
    key: str,
    tools_key: str,
    on_tool: Callable[[], None],
    on_pen: Callable[[], None],
    engine: Engine | None = None,
) -> None:
    """Shows the paper with its pens and buttons. What is drawn arrives in the session's state under `key`.

    All the tools are one component: a stroke makes the server build this page anew, and every widget would cost it as
    much as reading the digit does.

    Args:
        board: what to show; the canvas takes it in when it appears and when the revision changes.
        pen: with which to draw, one of `PENS_PX`.
        key: of the drawing component.
        tools_key: of the pens and buttons, which report `pen`, one of `PENS_PX`, and `tool`, one of `TOOLS`.
        on_tool: called when a button was pressed.
        on_pen: called when another pen was taken.
        engine: what the browser reads with while the pen is down, where an answer's bars shall follow it.
    """
    from streamlit_drawable_canvas import st_canvas  # raises outside a Streamlit runtime

    with st.container(key="paper"), suppress(AttributeError, KeyError, TypeError):
        # A stranger's browser may have sent anything as the component's state. It is read by `drawing_from`; what the
        # component itself makes of it after it has been mounted does not matter here.
        st_canvas(
            stroke_width=PENS_PX[pen],
            stroke_color=INK,
            width=PAPER_PX,
            height=PAPER_PX,
            initial_drawing={"objects": [_as_laid(stroke) for stroke in board.laid], "revision": board.revision},
            return_image_data=True,
            key=key,
        )
    sketch = board.sketch
    usable = {"undo": sketch.past, "redo": sketch.future, "clear": sketch.drawing.strokes}
    _mount_companion(
        key=tools_key,
        data={
            "revision": board.revision,
            "laid": len(board.laid),
            "keeps_later": board.keeps_later,
            "pen": pen,
            "usable": [tool for tool in TOOLS if usable[tool]],
            "engine": engine,
        },
        on_tool_change=on_tool,
        on_pen_change=on_pen,
    )


def let_bars_follow() -> None:
    """Lets the bars of the answer follow the pen on this page's paper; outside of what a stroke builds anew."""
    _mount_follower(key="follower", data={})


def drawing_from(state: object) -> Drawing | None:
    """Reads what the browser sent as the component's state.

    Returns:
        The drawing; None where nothing was sent yet.

    Raises:
        DrawingError: it is nothing that the canvas sends, or more than the paper takes.
    """
    report = _get(state, "drawing")
    strokes, url = _get(_get(report, "raw"), "objects"), _get(report, "data")
    if url is None and not strokes:
        return None
    if not isinstance(strokes, list) or not isinstance(url, str) or not url.startswith(PNG_URL):
        raise DrawingError(NOT_WHOLE)
    if len(strokes) > STROKES:
        raise DrawingError(f"This paper takes {STROKES} strokes, and now it is full. {ROOM}")
    if len(url) > PNG_BYTES:
        raise DrawingError(
            f"The picture of this drawing has {formatting.megabytes(len(url))}, and the paper takes 1 MB. {ROOM}"
        )
    try:
        if sum(len(stroke["path"]) for stroke in strokes) > POINTS:
            raise DrawingError(f"The strokes on this paper have more than {formatting.count(POINTS)} points. {ROOM}")
        read = tuple(_stroke(stroke["path"], stroke["strokeWidth"]) for stroke in strokes)
        return Drawing(read, base64.b64decode(url.removeprefix(PNG_URL), validate=True))
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise DrawingError(NOT_WHOLE) from error


def pen_strokes(drawing: Drawing) -> list[PenStroke]:
    """Returns how a drawing was drawn, in pixels of the paper."""
    return [_pen_stroke(json.loads(stroke.path), stroke.pen_width_px) for stroke in drawing.strokes]


def _stroke(path: Any, pen_width_px: Any) -> Stroke:
    """Keeps the path and the pen width of all that the canvas says of a stroke.

    Raises:
        TypeError, ValueError, OverflowError: no canvas draws such a stroke.
    """
    width, points = _pen_stroke(path, float(pen_width_px)).pen_width_px, len(path)
    steps = [[str(step[0]), *map(float, step[1:])] for step in path]
    if any(step[0] not in STEPS or len(step) != STEPS[step[0]] for step in steps) or not points:
        raise ValueError("Not the steps of a path.")
    return Stroke(json.dumps(steps, separators=(",", ":")), width)


def _pen_stroke(path: list[list[Any]], pen_width_px: float) -> PenStroke:
    """Reads a path of steps M (move), L (line) and Q (quadratic curve), which end with x, y.

    Raises:
        TypeError, ValueError, OverflowError: no pen goes such a way.
    """
    ends = np.array([step[-2:] for step in path], np.float64)
    bends = np.array([step[1:3] for step in path], np.float64)
    points = np.empty((2 * len(ends) - 1, 2))
    points[::2] = ends
    points[1::2] = (ends[:-1] + 2 * bends[1:] + ends[1:]) / 4  # halfway along a curve; a line's bend is its end
    if not (0 < pen_width_px <= WIDEST_PEN_PX and np.abs(points).max() <= FARTHEST_PX):
        raise ValueError(f"A pen of {pen_width_px} px, or points off the paper.")
    return PenStroke(points, pen_width_px)


def _as_laid(stroke: Stroke) -> dict[str, Any]:
    """Writes a stroke as the canvas takes it."""
    return {
        "type": "Path",
        "path": json.loads(stroke.path),
        "stroke": INK,
        "strokeWidth": stroke.pen_width_px,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
        "fill": None,
    }


def _get(mapping: object, name: str) -> Any:
    return mapping.get(name) if isinstance(mapping, dict) else None
