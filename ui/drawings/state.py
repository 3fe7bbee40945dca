"""What a visitor has chosen on the page of their drawings."""

import re
import time
from datetime import timedelta

import streamlit as st

from mnist_core.kept.drawings import Filter
from mnist_core.runs import store
from ui import session

WALL = "wall"
LABEL, READ, SINCE, IMPORT = "wall_label", "wall_read", "wall_since", "import"
AT_ONCE = 60  # drawings on the wall, until more are asked for
_SHOWN, _IMPORTED, _TAUGHT = "drawings_shown", "drawings_imported", "taught_run"


def wanted(hand: int | None, label: int | None, was_right: bool | None, since: timedelta | None) -> Filter:
    """Returns which drawings are wanted; another choice shows the wall from its beginning."""
    chosen = (hand, label, was_right, since)
    if st.session_state.get(_SHOWN, (None, 0))[0] != chosen:
        st.session_state[_SHOWN] = chosen, AT_ONCE
    return Filter(
        hand=hand,
        label=label,
        was_right=was_right,
        since=None if since is None else time.time() - since.total_seconds(),
    )


def shown() -> int:
    """Returns how many drawings the wall shows at most."""
    return int(st.session_state[_SHOWN][1])


def show_more() -> None:
    """Lets the wall show more drawings."""
    choice, count = st.session_state[_SHOWN]
    st.session_state[_SHOWN] = choice, count + AT_ONCE


def chosen() -> int | None:
    """Returns the id of the drawing that was pressed on the wall last; None where none was."""
    pressed = session.asked(WALL).get("chosen")
    return int(pressed) if isinstance(pressed, str) and re.fullmatch(r"[0-9]{1,9}", pressed) else None


def import_key() -> str:
    """Returns the key of the place for a file, a new one after each import: the place is then empty again."""
    return f"{IMPORT}_{st.session_state.get(_IMPORTED, 0)}"


def forget_import() -> None:
    """Empties the place for a file."""
    st.session_state[_IMPORTED] = st.session_state.get(_IMPORTED, 0) + 1


def begin_teaching(run: str) -> None:
    """Notes that the visitor has started a fine-tuning."""
    st.session_state[_TAUGHT] = run


def teaches() -> bool:
    """Returns whether a fine-tuning is at work, or the visitor has started the run that was started last."""
    run = store.latest()
    if run is None or not run.recipe.starts_from:
        return False
    return run.is_on or run.id == st.session_state.get(_TAUGHT)
