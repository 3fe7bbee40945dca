"""What one visitor has in front of them; the only module that touches `st.session_state`."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui import canvas
from ui.samples import Sample
from ui.sketch import Board, Sketch

CANVAS = "canvas"  # keys of the widgets, which the pages give them
SOURCE = "source"
PEN = "pen"
SECTION = "section"
INDEX = "index"
EXAMINED = "examined"
BESIDE = "beside"
PART = "part"
CELL = "cell"
WHOSE = "whose"
HOW_MANY = "how_many"
TEST_INDEX = "test_index"
_BOARD = "board"
_SAMPLE = "sample"
_SEED = "seed"


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


def sample() -> Sample:
    """Gives the digit of MNIST that the visitor has opened."""
    return st.session_state.get(_SAMPLE, Sample())


def open_sample(sample: Sample) -> None:
    """Opens a digit of MNIST for the visitor."""
    st.session_state[_SAMPLE] = sample


def lay_index(index: int) -> None:
    """Writes a number into the visitor's field for it, before that field is shown."""
    st.session_state[INDEX] = index


def open_index(split: str) -> None:
    """Opens the digit whose number the visitor has written into the field."""
    open_sample(Sample(split, int(st.session_state[INDEX])))


def seed(*, renewed: bool) -> int:
    """Gives the visitor's seed of chance: the same until it is renewed."""
    state = st.session_state
    state[_SEED] = state.get(_SEED, 0) + renewed
    return int(state[_SEED])


def set_widgets(values: Mapping[str, Any]) -> None:
    """Sets widgets, by their keys, before they are shown; for the callbacks of buttons."""
    st.session_state.update(values)


def asked(key: str) -> Mapping[str, Any]:
    """Gives what one of our components has just asked for, by name. A stranger's browser may have sent anything."""
    state = st.session_state.get(key)
    return state if isinstance(state, Mapping) else {}
