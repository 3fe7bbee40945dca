"""What a visitor has done on the pages of a room."""

import re
from dataclasses import dataclass

import streamlit as st

from mnist_core.rooms.guests import Guest
from mnist_core.runs.readers import Reading
from ui import session
from ui.draw.sketch import Drawing
from ui.draw.state import Desk

DESK = Desk("room_canvas", "room_tools")
"""The paper on a phone; its keys are other ones than the Draw page's, whose drawing stays where it is."""
CODE = "room_code"
STAGE = "stage"
ROUND_LASTS = "room_lasts"
_GUEST, _READ, _LAST, _BUZZED, _LET_IN = "room_guest", "room_read", "room_last", "room_buzzed", "room_let_in"


@dataclass(frozen=True)
class Read:
    """What is on the paper, and what the network makes of it."""

    drawing: Drawing
    reading: Reading


@dataclass(frozen=True)
class Last:
    """The drawing that a guest has finished last."""

    number: int
    asked: int
    predicted: int
    complaint: str = ""
    """Why it was not kept; empty where it was."""

    @property
    def fooled(self) -> bool:
        """Whether it was kept, and read as something else."""
        return not self.complaint and self.asked != self.predicted


def typed_code() -> str:
    """Returns what the visitor has typed as a room's code."""
    typed = st.session_state.get(CODE)
    return typed.strip() if isinstance(typed, str) else ""


def round_lasts() -> str:
    """Returns which length the speaker has chosen for the next round."""
    return str(st.session_state[ROUND_LASTS])


def was_let_in(code: str) -> bool:
    """Returns whether this session has been in the room with a code."""
    return code in _let_in()


def note_let_in(code: str) -> None:
    """Notes that this session is in the room with a code."""
    st.session_state[_LET_IN] = _let_in() | {code}


def _let_in() -> frozenset[str]:
    noted = st.session_state.get(_LET_IN)
    return noted if isinstance(noted, frozenset) else frozenset()


def guest(room: int) -> Guest | None:
    """Returns who the visitor is in a room, as far as this session knows."""
    known = st.session_state.get(_GUEST)
    return known if isinstance(known, Guest) and known.room == room else None


def keep_guest(guest: Guest) -> None:
    """Notes who the visitor is in a room."""
    st.session_state[_GUEST] = guest


def read() -> Read | None:
    """Returns what is on the paper; None where it is empty."""
    return st.session_state.get(_READ)


def keep_read(read: Read | None) -> None:
    """Notes what is on the paper."""
    st.session_state[_READ] = read


def shall_buzz() -> bool:
    """Returns, once for each drawing that fooled the network, that the phone shall buzz."""
    found = last()
    if found is None or not found.fooled or st.session_state.get(_BUZZED) == found.number:
        return False
    st.session_state[_BUZZED] = found.number
    return True


def last() -> Last | None:
    """Returns the drawing that the visitor has finished last."""
    return st.session_state.get(_LAST)


def keep_last(last: Last) -> None:
    """Notes the drawing that the visitor has finished last."""
    st.session_state[_LAST] = last


def chosen_drawing() -> int | None:
    """Returns the id of the drawing that was pressed on the screen last; None where none was."""
    pressed = session.asked(STAGE).get("chosen")
    return int(pressed) if isinstance(pressed, str) and re.fullmatch(r"[0-9]{1,9}", pressed) else None
