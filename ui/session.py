"""What one visitor has in front of them; the only module that touches `st.session_state`."""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

from ui.dataset.samples import Sample
from ui.draw import canvas
from ui.draw.sketch import Board

CANVAS = "canvas"  # keys of the widgets, which the pages give them
SOURCE = "source"
TOOLS = "tools"
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
_PEN = "pen"
_SAMPLE = "sample"
_SEED = "seed"


def board() -> Board:
    """Gives the visitor's board, with what their canvas has reported since the last look."""
    state = st.session_state.get(CANVAS)
    is_new = _BOARD not in st.session_state
    current: Board = st.session_state.get(_BOARD, Board())
    try:
        if is_new and (shown := canvas.drawing_from(_sent_unasked(CANVAS))) is not None:
            current = current.adopt(shown, revision=time.time_ns() // 1000)
        elif (drawing := canvas.drawing_from(state)) is not None:
            current = current.report(drawing)
        elif state is None:  # on another page, or behind another source, the canvas is gone and its state with it
            current = current.appear()
    except canvas.DrawingError as error:
        current = current.refuse(str(error))
    st.session_state[_BOARD] = current
    return current


def give_way() -> None:
    """Ends this run of the page where its visitor has gone, and begins it anew where they have done something since.

    Streamlit does so itself only where a page shows something, and never for what belongs to the same fragment.
    """
    context = get_script_run_ctx()
    requests = context.script_requests if context is not None else None
    if context is None or requests is None or requests._state is ScriptRequestType.CONTINUE:
        return
    if requests._state is ScriptRequestType.STOP:
        st.stop()
    st.rerun(scope="fragment" if context.fragment_ids_this_run else "app")


def _sent_unasked(key: str) -> object:
    """Returns what a browser sent for a widget that this session has not shown yet.

    A browser whose server was started anew sends all that its widgets hold. Streamlit knows them by their keys only
    after they were shown, and a canvas that was shown empty has lost its drawing.
    """
    context = get_script_run_ctx()
    if context is None:
        return None
    for widget in context.session_state.get_widget_states():
        if widget.id.endswith(f"-{key}") and widget.WhichOneof("value") == "json_value":
            with suppress(ValueError, RecursionError):
                return json.loads(widget.json_value)
    return None


def pen() -> str:
    """Returns the visitor's pen, one of `canvas.PENS_PX`."""
    if _PEN not in st.session_state:
        _keep_pen(_sent_unasked(TOOLS))
    return str(st.session_state.get(_PEN, canvas.MEDIUM))


def take_pen() -> None:
    """Takes the pen that the visitor has chosen."""
    _keep_pen(asked(TOOLS))


def _keep_pen(sent: object) -> None:
    chosen = sent.get("pen") if isinstance(sent, Mapping) else None
    if isinstance(chosen, str) and chosen in canvas.PENS_PX:
        st.session_state[_PEN] = chosen


def use_tool() -> None:
    """Does what the button says that the visitor has pressed: takes the last step back, does it again, or clears."""
    current = board()
    sketch = current.sketch
    match asked(TOOLS).get("tool"):
        case "undo":
            changed = sketch.undo()
        case "redo":
            changed = sketch.redo()
        case "clear":
            changed = sketch.clear()
        case _:
            return
    st.session_state[_BOARD] = current.change(changed)


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
