"""Lets a visitor take the model home: one HTML file that reads digits offline."""

from contextlib import suppress
from functools import lru_cache

import streamlit as st

from mnist_core import formatting
from mnist_core.models.model_folder import NETWORK, Model
from ui import page, turns
from ui.turns import Superseded, Turns

OFFER = "Take this network home (.html)"
CONTENT = (
    "One file that reads digits with this model, on a phone as well. It needs a browser only: no internet, no server, "
    "nothing to install."
)
PATIENCE_S = 60.0  # TensorFlow, which reads the network, takes seconds to start
KEPT = 2  # pages, of a megabyte or two each, for those who ask one after the other

_turns = Turns("Others take networks home just now: try again in a moment.", PATIENCE_S)


@st.fragment
def offer(model: Model) -> None:
    """Shows the button that offers a model as a page."""
    if st.button(OFFER, key="take_home"):
        _take(model)


@st.dialog("Take this network home")
def _take(model: Model) -> None:
    st.write(CONTENT)
    with suppress(Superseded), page.problems_told():
        with st.spinner("Making the page …"):
            made = page_of(model.name, model.card["files"][NETWORK]["sha256"])
        st.download_button(
            f"Save, {formatting.megabytes(len(made))}",
            made,
            file_name=f"{model.name}.html",
            mime="text/html",
            on_click="ignore",
            type="primary",
            width="stretch",
            key="take_home_save",
        )


def page_of(name: str, network: str) -> bytes:
    """Makes the page of a model in a process of its own, one at a time for all visitors.

    Args:
        name: of the model.
        network: the checksum of its network; while it stays the same, the page is not made again.

    Raises:
        TooManyWait: others take networks home all the time.
        CommandFailed: it cannot be made.
        Superseded: the visitor has gone, or has asked for something else meanwhile.
    """
    with _turns.taken():
        return _page_of(name, network)


@lru_cache(maxsize=KEPT)
def _page_of(name: str, network: str) -> bytes:
    return turns.output(["take-home", f"--model={name}", "--output=-"])
