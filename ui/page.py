"""What every page has: a title, the style sheet, the way to the other pages, and words for what went wrong."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from mnist_core.errors import StudioError
from ui import assets, data_frames, session

NAME = "MNIST Studio"
PAGES = {
    "Draw": "app.py",
    "My drawings": "pages/drawings.py",
    "Room": "pages/room.py",
    "Dataset": "pages/dataset.py",
    "Train": "pages/train.py",
    "Runs": "pages/runs.py",
    "Evaluation": "pages/evaluation.py",
    "The model": "pages/model.py",
}


def open_page(title: str, *sheets: str) -> None:
    """Opens a page; its first call.

    Args:
        title: one of `PAGES`.
        sheets: names of style sheets that this page needs besides the one of all pages.
    """
    open_bare(title, *sheets)
    with st.container(key="masthead", horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="name">{NAME}</p><h1 class="unseen">{title}</h1>', width="content")
        with st.container(key="navigation", horizontal=True, horizontal_alignment="right"):
            for label, script in PAGES.items():
                with st.container(key=f"link_{'current' if label == title else 'other'}_{label}", width="content"):
                    st.page_link(script, label=label)


def open_bare(title: str, *sheets: str) -> None:
    """Opens a page without the way to the others, for a phone or a screen; its first call.

    Args:
        title: what the browser calls it.
        sheets: as for `open_page`.
    """
    session.forget_told()
    data_frames.keep_out()
    st.set_page_config(
        page_title=f"{title} · {NAME}",
        page_icon=str(assets.FOLDER / "icon.svg"),
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    st.html(f"<style>{''.join(map(assets.text, ('studio.css', *sheets)))}</style>")


@contextmanager
def problems_told() -> Iterator[list[str]]:
    """Shows what a person can mend as a sentence in place of a traceback.

    Yields:
        a list that holds the sentence once it was shown.
    """
    told: list[str] = []
    try:
        yield told
    except StudioError as error:
        told.append(str(error))
        st.error(told[0])
        session.note_told(told[0])


def tell_all(notices: Sequence[str]) -> None:
    """Shows sentences that a person should know of."""
    for notice in notices:
        tell(notice)


def tell(notice: str | None) -> None:
    """Shows a sentence that a person should know of, if there is one."""
    if notice is not None:
        st.warning(notice)
