"""Lets a visitor take the model home: one HTML file that reads digits offline."""

from contextlib import suppress

import streamlit as st
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.export.take_home import page as pages
from mnist_core.export.take_home import shelf
from mnist_core.models.model_folder import Model
from mnist_core.reading.memory import Memory
from mnist_core.reading.recognizer import Recognizer
from ui import address, page, turns
from ui.draw import remembered
from ui.live import live_html
from ui.turns import Superseded, Turns

OFFER = "Take this network home (.html)"
CONTENT = (
    "One file that reads digits with this model, on a phone as well. It needs a browser only: no internet, no server, "
    "nothing to install."
)
PATIENCE_S = 60.0  # the networks of earlier versions are read by TensorFlow, which takes seconds to start

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
            made = page_of(model)
        memory = remembered.by_hand(Recognizer(model)).memory
        is_taught = memory is not None and _wants(memory)
        if memory is not None and is_taught:
            made = pages.taught(made.decode(), memory).encode()
        st.download_button(
            f"Save{' as taught' if is_taught else ''}, {formatting.megabytes(len(made))}",
            made,
            file_name=f"{model.name}-as-taught.html" if is_taught else f"{model.name}.html",
            mime="text/html",
            on_click="ignore",
            type="primary",
            width="stretch",
            key="take_home_save",
        )
        live_html(_scan_html(address.of_network(model.folder.name)), key="take_home_scan")
        page.tell(address.complaint())


def _wants(memory: Memory) -> bool:
    """Asks whether the file shall hold what this visitor's hand has taught."""
    return st.checkbox(
        "With what I have taught it",
        key="take_home_taught",
        help=f"The file then holds what your hand has corrected: {formatting.counted(len(memory), 'drawing')} as the "
        "network sees them, what each is, and no names. Whoever gets the file has them as well.",
    )


def _scan_html(taking: str) -> Markup:
    """Shows the address at which the model opens as a page, for phones to scan."""
    return Markup(
        '<div class="take-home">{}<div><p>Or scan this with a phone: the network opens there as a page, as it is for '
        "everybody.</p>"
        "<p>While that page is open, it needs no network. To keep it, save it by the link at its end.</p>"
        '<p class="take-home-address"><a href="{}" target="_blank" rel="noopener">{}</a></p></div></div>'
    ).format(address.qr_html(taking), taking, address.shown_html(taking))


def page_of(model: Model) -> bytes:
    """Returns the page of a model, which is made once, as long as its visitor waits for it.

    Raises:
        TooManyWait: others take networks home all the time.
        PageNotMade, CommandFailed: it cannot be made.
        Superseded: the visitor has gone, or has asked for something else meanwhile.
    """
    with _turns.taken():
        return shelf.made(model, turns.check)
