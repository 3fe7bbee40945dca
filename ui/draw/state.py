"""What one visitor has drawn, with which pen, and what they have said of the answer."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from mnist_core.drawing.strokes import Writing
from mnist_core.errors import StudioError
from mnist_core.reading.recognizer import Recognition, Recognizer
from ui import owner, session
from ui.draw import canvas, teaching
from ui.draw.answer import chosen_in
from ui.draw.sketch import Board
from ui.draw.teaching import Answer, Said

CANVAS = "canvas"  # keys of the widgets
SOURCE = "source"
TOOLS = "tools"
ANSWER = "answer"
CORRECTIONS = "corrections"
_ANSWER = "answered"
_BOARD = "board"
_PEN = "pen"
_SAID = "said"
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


def answer(writing: Writing | None, number: Sequence[Recognition], model: str) -> Answer | None:
    """Keeps what the visitor is shown, and which of its digits they have chosen; None where nothing was read."""
    before: Answer | None = st.session_state.get(_ANSWER)
    shown = None
    if writing is not None and number:
        drawing = hashlib.sha256(np.packbits(writing.ink > 0.5).tobytes()).hexdigest()[:16]
        chosen = before.chosen if before is not None and before.drawing == drawing else None
        pressed = session.asked(ANSWER).get("chosen")
        shown = Answer(drawing, writing, number, chosen_in(number, pressed, chosen), model)
    st.session_state[_ANSWER] = shown
    return shown


def said() -> Said:
    """Returns what the visitor has said of the drawing that they are shown."""
    shown: Answer | None = st.session_state.get(_ANSWER)
    found: Said = st.session_state.get(_SAID, Said())
    return found if shown is not None and found.drawing == shown.drawing else Said(shown.drawing if shown else "")


def take_said() -> None:
    """Keeps what the visitor says of the answer, unless they have drawn something else meanwhile."""
    message = session.asked(CORRECTIONS).get("said")
    shown: Answer | None = st.session_state.get(_ANSWER)
    if not isinstance(message, Mapping) or shown is None or message.get("drawing") != shown.drawing:
        return
    label, written = message.get("label"), message.get("written")
    try:
        if label in (teaching.RIGHT, *teaching.LABELS):
            st.session_state[_SAID] = teaching.say(owner.required(), shown, said(), str(label))
        elif isinstance(written, str):
            st.session_state[_SAID] = teaching.say_all(owner.required(), shown, said(), written, Recognizer.load())
    except StudioError as error:
        st.session_state[_SAID] = replace(said(), words=str(error))
