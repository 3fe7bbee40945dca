"""What one visitor has drawn, and with which pen."""

import time
from collections.abc import Mapping

import streamlit as st

from mnist_core.drawing.strokes import Writing
from ui import session
from ui.draw import canvas
from ui.draw.sketch import Board

CANVAS = "canvas"  # keys of the widgets
SOURCE = "source"
TOOLS = "tools"
_BOARD = "board"
_PEN = "pen"
_WRITTEN = "written"


def board() -> Board:
    """Returns the visitor's board, with what their canvas has reported since the last look."""
    state = st.session_state.get(CANVAS)
    is_new = _BOARD not in st.session_state
    current: Board = st.session_state.get(_BOARD, Board())
    try:
        if is_new and (shown := canvas.drawing_from(session.sent_unasked(CANVAS))) is not None:
            current = current.adopt(shown, revision=time.time_ns() // 1000)
        elif (drawing := canvas.drawing_from(state)) is not None:
            current = current.report(drawing)
        elif state is None:  # on another page, or behind another source, the canvas is gone and its state with it
            current = current.appear()
    except canvas.DrawingError as error:
        current = current.refuse(str(error))
    st.session_state[_BOARD] = current
    return current


def keep_written(writing: Writing | None) -> None:
    """Keeps what the visitor has written, on the paper or in a picture; None where there is nothing."""
    st.session_state[_WRITTEN] = writing


def written() -> Writing | None:
    """Returns what the visitor has written last."""
    writing: Writing | None = st.session_state.get(_WRITTEN)
    return writing


def pen() -> str:
    """Returns the visitor's pen, one of `canvas.PENS_PX`."""
    if _PEN not in st.session_state:
        _keep_pen(session.sent_unasked(TOOLS))
    return str(st.session_state.get(_PEN, canvas.MEDIUM))


def take_pen() -> None:
    """Takes the pen that the visitor has chosen."""
    _keep_pen(session.asked(TOOLS))


def _keep_pen(sent: object) -> None:
    chosen = sent.get("pen") if isinstance(sent, Mapping) else None
    if isinstance(chosen, str) and chosen in canvas.PENS_PX:
        st.session_state[_PEN] = chosen


def use_tool() -> None:
    """Undoes, redoes or clears, as the button says that the visitor has pressed."""
    current = board()
    sketch = current.sketch
    match session.asked(TOOLS).get("tool"):
        case "undo":
            changed = sketch.undo()
        case "redo":
            changed = sketch.redo()
        case "clear":
            changed = sketch.clear()
        case _:
            return
    st.session_state[_BOARD] = current.change(changed)
