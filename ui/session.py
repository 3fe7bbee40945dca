"""What one visitor has in front of them; the only module that touches `st.session_state`."""

import streamlit as st

from ui import canvas
from ui.sketch import Board, Sketch

CANVAS = "canvas"  # keys of the widgets, which the pages give them
SOURCE = "source"
PEN = "pen"
_BOARD = "board"


def board() -> Board:
    """Gives the visitor's board, with what their canvas has reported since the last look."""
    state = st.session_state.get(CANVAS)
    current: Board = st.session_state.get(_BOARD, Board())
    drawing = canvas.drawing_from(state)
    if drawing is not None:
        current = current.report(drawing)
    elif state is None:  # on another page, or behind another source, the canvas is gone and its state with it
        current = current.appear()
    st.session_state[_BOARD] = current
    return current


def pen(default: str) -> str:
    """Gives the visitor's pen; the default until they choose one."""
    return str(st.session_state.get(PEN) or default)


def undo() -> None:
    """Takes the visitor's last step back."""
    _change(board().sketch.undo())


def redo() -> None:
    """Does the visitor's last step again."""
    _change(board().sketch.redo())


def clear() -> None:
    """Empties the visitor's paper."""
    _change(board().sketch.clear())


def _change(sketch: Sketch) -> None:
    st.session_state[_BOARD] = st.session_state[_BOARD].change(sketch)
