"""What a page knows of its visitor: what they have asked for, and whether they are still there.

Only this module and the rooms' modules `state` touch `st.session_state`.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState, get_script_run_ctx


def asked(key: str) -> Mapping[str, Any]:
    """Returns what one of our components has just asked for, by name. A stranger's browser may have sent anything."""
    state = st.session_state.get(key)
    return state if isinstance(state, Mapping) else {}


def set_widgets(values: Mapping[str, Any]) -> None:
    """Sets widgets, by their keys, before they are shown; for the callbacks of buttons."""
    st.session_state.update(values)


_TOLD = "told"
READ_S = 5.0  # within which a sentence may not have been read yet


def forget_told() -> None:
    """Notes that the page begins anew, with no sentence on it."""
    st.session_state[_TOLD] = {}


def note_told(sentence: str) -> None:
    """Notes since when a sentence stands on the page, which is gone when the page begins anew."""
    st.session_state.setdefault(_TOLD, {}).setdefault(sentence, monotonic())


def is_reading() -> bool:
    """Returns whether the visitor may still be reading what the page has told them."""
    return any(monotonic() - since < READ_S for since in st.session_state.get(_TOLD, {}).values())


class Presenter:
    """What a session holds after the passphrase. A browser's message becomes text or JSON, never such an object."""


_PRESENTER = "presenter_admitted"


def admit_presenter() -> None:
    """Notes that this session's visitor has given the passphrase; it is gone with the session."""
    st.session_state[_PRESENTER] = Presenter()


def is_presenter() -> bool:
    """Returns whether this session's visitor has given the passphrase."""
    return isinstance(st.session_state.get(_PRESENTER), Presenter)


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


def is_superseded() -> bool:
    """Returns whether nobody waits any more for what this run makes: its visitor has gone, or has asked for it anew.

    What another fragment is asked for, such as a training's next epoch, does not count: it comes after this run.
    """
    context = get_script_run_ctx(suppress_warning=True)
    requests = context.script_requests if context is not None else None
    if context is None or requests is None:
        return False
    with requests._lock:
        state, asked_for = requests._state, requests._rerun_data.fragment_id_queue
    if state is ScriptRequestType.RERUN and asked_for:
        return not {ThreadState.get().fragment_id, *(context.fragment_ids_this_run or ())}.isdisjoint(asked_for)
    return state is not ScriptRequestType.CONTINUE


def sent_unasked(key: str) -> object:
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
