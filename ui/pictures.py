"""Lets a visitor save what a page shows as a picture for paper or slides.

The pages' own charts are drawn by the browser, fast. These are drawn by Matplotlib, in a process of its own (the
command `figure`), so that the app starts without it and drawing stays fluid.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import streamlit as st
from markupsafe import Markup

from mnist_core.export.figures.styles import Style
from mnist_core.export.images import data_uri
from ui import page, turns
from ui.turns import Superseded, Turns

OFFER = "Save as picture"
FORMATS = {"PNG": "image/png", "SVG": "image/svg+xml", "PDF": "application/pdf"}
STYLES = {"Light": Style.LIGHT, "Dark": Style.DARK, "Print": Style.PRINT}

_turns = Turns("Others are saving pictures just now: try again in a moment.", patience_s=20.0)

Draw = Callable[[Style, str], bytes]
"""Draws a figure in a style and a format, "png", "svg" or "pdf"."""


def offer(figure: str, arguments: Sequence[str] = (), *, label: str = OFFER, key: str | None = None) -> None:
    """Shows a button that opens a figure to look at, to choose its style and format, and to save it.

    Args:
        figure: its name, one of `mnist_core.export.figures.catalogue.FIGURES`.
        arguments: what it shows: further arguments of the command `figure`.
        label: of the button.
        key: of the button, where a page offers the same figure twice.
    """
    offer_drawn(figure, partial(drawn, figure, arguments), label=label, key=key or figure)


@st.fragment
def offer_drawn(figure: str, draw: Draw, *, label: str = OFFER, key: str) -> None:
    """Does the same for a figure that is drawn in another way."""
    if st.button(label, type="tertiary", key=f"picture_{key}"):
        _save(figure, draw)


@st.dialog("Save as picture", width="large")
def _save(figure: str, draw: Draw) -> None:
    with st.container(key="picture_choices", horizontal=True):
        style = st.segmented_control("Style", STYLES, default="Light", required=True, key="picture_style")
        format_ = st.segmented_control("Format", FORMATS, default="PNG", required=True, key="picture_format")
    with suppress(Superseded), page.problems_told():  # what was asked for instead begins when this run has ended
        with st.spinner("Drawing …"):
            picture = draw(STYLES[style], format_.lower())
            shown = picture if format_ != "PDF" else draw(STYLES[style], "png")
        st.html(preview_html(shown, FORMATS["PNG" if format_ == "PDF" else format_]))
        st.download_button(
            f"Save {format_}",
            picture,
            file_name=f"{figure}.{format_.lower()}",
            mime=FORMATS[format_],
            on_click="ignore",
            type="primary",
            width="stretch",
            key="picture_save",
        )


def drawn(figure: str, arguments: Sequence[str], style: Style, format_: str, *, sent: bytes = b"") -> bytes:
    """Draws a figure in a process of its own, one at a time for all visitors, as long as its visitor waits for it.

    Args:
        figure: its name.
        arguments: further arguments of the command `figure`.
        style: the look.
        format_: "png", "svg" or "pdf".
        sent: what the command finds at its standard input.

    Raises:
        TooManyWait: others save pictures all the time.
        CommandFailed: it cannot be drawn.
        Superseded: the visitor has gone, or has asked for another style or format meanwhile.
    """
    with _turns.taken():
        asked = ["figure", figure, "--output=-", f"--format={format_}", f"--style={style}", *arguments]
        return turns.output(asked, sent=sent)


def preview_html(picture: bytes, mime: str) -> Markup:
    """Shows a picture as it will be saved."""
    return Markup('<img class="picture-preview" alt="The picture to save" src="{}">').format(data_uri(picture, mime))
