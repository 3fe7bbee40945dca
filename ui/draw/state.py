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
from ui.draw.sketch import Board, Sketch
from ui.draw.teaching import Answer, Said

SOURCE = "source"  # keys of the widgets
ANSWER = "answer"
CORRECTIONS = "corrections"
_ANSWER = "answered"
_SAID = "said"
_WRITTEN = "written"


class Desk:
    """A paper with its tools, and what one visitor has drawn on it with which pen.

    Args:
        canvas_key: of the drawing component.
        tools_key: of the pens and buttons.
    """

    def __init__(self, canvas_key: str, tools_key: str) -> None:
        self.canvas_key, self.tools_key = canvas_key, tools_key
        self._board, self._pen = f"{canvas_key}_board", f"{tools_key}_pen"

    def board(self) -> Board:
        """Returns the visitor's board, with what their canvas has reported since the last look."""
        state = st.session_state.get(self.canvas_key)
        is_new = self._board not in st.session_state
        current: Board = st.session_state.get(self._board, Board())
        try:
            if is_new and (shown := canvas.drawing_from(session.sent_unasked(self.canvas_key))) is not None:
                current = current.adopt(shown, revision=time.time_ns() // 1000)
            elif (drawing := canvas.drawing_from(state)) is not None:
                current = current.report(drawing)
            elif state is None:  # on another page, or behind another source, the canvas is gone and its state with it
                current = current.appear()
        except canvas.DrawingError as error:
            current = current.refuse(str(error))
        st.session_state[self._board] = current
        return current

    def pen(self) -> str:
        """Returns the visitor's pen, one of `canvas.PENS_PX`."""
        chosen = st.session_state.get(self._pen)
        if chosen is None:
            self._keep_pen(session.sent_unasked(self.tools_key))
            chosen = st.session_state.setdefault(self._pen, canvas.MEDIUM)
        return str(chosen)

    def take_pen(self) -> None:
        """Takes the pen that the visitor has chosen."""
        self._keep_pen(session.asked(self.tools_key))

    def use_tool(self) -> None:
        """Undoes, redoes or clears, as the button says that the visitor has pressed."""
        current = self.board()
        sketch = current.sketch
        match session.asked(self.tools_key).get("tool"):
            case "undo":
                changed = sketch.undo()
            case "redo":
                changed = sketch.redo()
            case "clear":
                changed = sketch.clear()
            case _:
                return
        st.session_state[self._board] = current.change(changed)

    def take_new_paper(self) -> None:
        """Empties the paper; undo does not bring back what was on it."""
        st.session_state[self._board] = self.board().change(Sketch())

    def _keep_pen(self, sent: object) -> None:
        chosen = sent.get("pen") if isinstance(sent, Mapping) else None
        if isinstance(chosen, str) and chosen in canvas.PENS_PX:
            st.session_state[self._pen] = chosen


DESK = Desk("canvas", "tools")
"""The one of the Draw page."""


def keep_written(writing: Writing | None) -> None:
    """Keeps what the visitor has written, on the paper or in a picture; None where there is nothing."""
    st.session_state[_WRITTEN] = writing


def written() -> Writing | None:
    """Returns what the visitor has written last."""
    writing: Writing | None = st.session_state.get(_WRITTEN)
    return writing


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
