"""Lets a visitor save a report of a model, or of two side by side, made in a process of its own."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache

import streamlit as st

from mnist_core import formatting, settings
from mnist_core.evaluation import drawn
from mnist_core.export.report import pdf
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import CARD, EVALUATION, HISTORY, NETWORK
from ui import page, turns
from ui.turns import Superseded, Turns

OFFER = "Save a report"
CONTENT = (
    "One file to hand in or to hand out: how it was made, learning curves, evaluation, mistakes, pen-drawn digits, "
    "examples, versions, and how to make it again. It needs no network."
)
CONTENT_OF_TWO = f"{CONTENT} It compares both models, and says whether the difference is more than chance."
FORMATS = {"HTML": "text/html", "PDF": "application/pdf"}
KEPT = 4  # reports, of half a megabyte each, for those who ask one after the other

_turns = Turns("Others are having reports written just now: try again in a moment.", patience_s=60.0)


@st.fragment
def offer(names: Sequence[str]) -> None:
    """Shows the button that offers a report of one model, or of two."""
    if st.button(OFFER, key="report"):
        _save(names)


@st.dialog("Save a report")
def _save(names: Sequence[str]) -> None:
    st.write(CONTENT if len(names) == 1 else CONTENT_OF_TWO)
    format_ = "HTML"
    if pdf.is_possible():
        format_ = st.segmented_control("Format", FORMATS, default="HTML", required=True, key="report_format")
    with suppress(Superseded), page.problems_told():  # what was asked for instead begins when this run has ended
        with st.spinner("Writing the report …"):
            made = report_of(names, format_.lower())
        st.download_button(
            f"Save {format_}, {formatting.megabytes(len(made))}",
            made,
            file_name=f"{'-and-'.join(names)}-report.{format_.lower()}",
            mime=FORMATS[format_],
            on_click="ignore",
            type="primary",
            width="stretch",
            key="report_save",
        )


def report_of(names: Sequence[str], format_: str) -> bytes:
    """Writes a report in a process of its own, one at a time for all visitors.

    Args:
        names: of one model, or of two to compare.
        format_: "html" or "pdf".

    Raises:
        TooManyWait: others have reports written all the time.
        CommandFailed: it cannot be written.
        StudioError: a model is missing or damaged.
        Superseded: the visitor has gone, or has asked for another format meanwhile.
    """
    with _turns.taken():
        return _report_of(tuple(names), format_, date.today(), tuple(map(_state, names)))


@lru_cache(maxsize=KEPT)
def _report_of(names: tuple[str, ...], format_: str, day: date, states: tuple[str, ...]) -> bytes:
    model, *beside = names
    arguments = [f"--model={model}", *(f"--beside={name}" for name in beside), "--output=-", f"--format={format_}"]
    return turns.output(["report", *arguments])


def _state(name: str) -> str:
    """Returns what changes when anything changes that a report tells of a model.

    Raises:
        StudioError: the model or the pen-drawn digits are missing or damaged.
    """
    folder = registry.folder_of(name)
    model = model_folder.Model.open(folder)
    sums = []
    for file in (CARD, NETWORK, HISTORY, EVALUATION):
        with suppress(OSError):  # the report says what is missing
            sums.append(model_folder.sha256(folder / file))
    return repr((sums, drawn.kept(model, settings.stroke_pack())))
