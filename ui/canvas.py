"""The paper: streamlit-drawable-canvas and the companion that makes it fast, as large as the page wants, and quiet.

This is the only module that knows the drawing component. It leans on the component's markup in one point, the button
with which it sends a drawing at once (`assets/paper.js`); without that the page works, 200 ms later.
"""

import base64
import binascii
from contextlib import suppress
from html import escape
from typing import Any

import numpy as np
from streamlit.components.v2 import component

from mnist_core.strokes import PenStroke
from ui import assets
from ui.sketch import Board, Drawing, Stroke

PAPER_PX = 480  # the canvas's own resolution, whatever its size on the screen
INK = "#111111"
FARTHEST_PX = 10 * PAPER_PX  # how far the pen may leave the paper
POINTS = 20_000  # of all strokes together: a full paper has a few thousand
STROKES = 500  # more than anyone draws; what comes from a browser may be anything
PNG_BYTES = 1_000_000  # a paper full of scribbles has 100 kB
PNG_URL = "data:image/png;base64,"

_COMPANION = f"""
<div class="companion" data-canvas-style="{escape(assets.text("paper.css"))}">
  <p class="invitation" aria-hidden="true">Draw a digit or a number</p>
</div>
"""

_mount_companion = component("mnist_studio_paper", html=_COMPANION, js=assets.text("paper.js"), isolate_styles=False)


def show(board: Board, pen_px: int, *, key: str) -> None:
    """Shows the paper. What is drawn on it arrives in the session's state under `key`.

    Args:
        board: what to show; the canvas takes it in when it appears and when the revision changes.
        pen_px: how wide the pen draws, in pixels of the 480 that the paper has.
        key: of the drawing component.
    """
    from streamlit_drawable_canvas import st_canvas  # raises outside a Streamlit runtime

    # A stranger's browser may have sent anything as the component's state. It is read by `drawing_from`; what the
    # component itself makes of it after it has been mounted does not matter here.
    with suppress(AttributeError, KeyError, TypeError):
        st_canvas(
            stroke_width=pen_px,
            stroke_color=INK,
            width=PAPER_PX,
            height=PAPER_PX,
            initial_drawing={"objects": list(board.laid), "revision": board.revision},
            return_image_data=True,
            key=key,
        )
    _mount_companion(
        key=f"{key}_companion",
        data={"revision": board.revision, "pen_px": pen_px, "blank": not board.sketch.drawing.strokes},
    )


def drawing_from(state: object) -> Drawing | None:
    """Reads what the browser sent as the component's state.

    Returns:
        The drawing; None where nothing was sent yet, or where it is nothing that the canvas sends.
    """
    report = _get(state, "drawing")
    strokes, url = _get(_get(report, "raw"), "objects"), _get(report, "data")
    if not isinstance(strokes, list) or len(strokes) > STROKES or not all(isinstance(s, dict) for s in strokes):
        return None
    if not isinstance(url, str) or not url.startswith(PNG_URL) or len(url) > PNG_BYTES:
        return None
    try:
        png = base64.b64decode(url.removeprefix(PNG_URL), validate=True)
    except binascii.Error:
        return None
    return Drawing(tuple(strokes), png)


def pen_strokes(drawing: Drawing) -> list[PenStroke]:
    """Gives how a drawing was drawn, in pixels of the paper; nothing where no person draws so on a canvas."""
    try:
        if sum(len(stroke["path"]) for stroke in drawing.strokes) > POINTS:
            return []
        return [_pen_stroke(stroke) for stroke in drawing.strokes]
    except (KeyError, TypeError, ValueError, OverflowError):
        return []


def _pen_stroke(stroke: Stroke) -> PenStroke:
    """Reads a stroke of the canvas: a path of steps M (move), L (line) and Q (quadratic curve), which end with x, y.

    Raises:
        KeyError, TypeError, ValueError, OverflowError: it is no such stroke.
    """
    pen_width_px = float(stroke["strokeWidth"])
    ends = np.array([step[-2:] for step in stroke["path"]], np.float64)
    bends = np.array([step[1:3] for step in stroke["path"]], np.float64)
    points = np.empty((2 * len(ends) - 1, 2))
    points[::2] = ends
    points[1::2] = (ends[:-1] + 2 * bends[1:] + ends[1:]) / 4  # halfway along a curve; a line's bend is its end
    if not (0 < pen_width_px <= PAPER_PX and np.abs(points).max() <= FARTHEST_PX):
        raise ValueError(f"A pen of {pen_width_px} px, or points off the paper.")
    return PenStroke(points, pen_width_px)


def _get(mapping: object, name: str) -> Any:
    return mapping.get(name) if isinstance(mapping, dict) else None
