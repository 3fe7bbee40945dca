"""Lists the compressions, and lets one be looked at, ended, resumed or forgotten."""

import streamlit as st
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.compression.results import ResultsError
from mnist_core.export.tables import Column, Row, cards_html
from mnist_core.runs import store
from mnist_core.runs.store import Run
from ui import page
from ui.compression import versions
from ui.live import live_html
from ui.training.look import Look
from ui.training.run import offer_to_forget

COLUMNS = (
    Column("Name"),
    Column("Versions", number=True),
    Column("Outcome"),
    Column("Model"),
    Column("Started"),
)
EMPTY = "No smaller versions have been made here yet. The page “The model” makes them."


def show() -> None:
    """Lists all compressions, and shows one that the person chooses."""
    past = {run.id: run for run in store.compressions()}
    if not past:
        st.caption(EMPTY)
        return
    live_html(table_html(list(past.values())), key="compressions")
    id_ = st.selectbox("Look at", list(past), format_func=lambda id_: past[id_].name, key="compression")
    run = past[id_]
    with page.problems_told():
        versions.show_run(run, Look(run, versions.laid_out))
    words = f"{run.name} and its figures will be deleted. The models that it made stay."
    offer_to_forget(run, words, key="forget_compression")


def table_html(past: list[Run]) -> Markup:
    """Lists compressions: of which model, and how many versions each made."""
    return Markup('<section class="runs">{}</section>').format(cards_html(COLUMNS, map(_row, past)))


def _row(run: Run) -> Row:
    asked = run.compression
    if asked is None:
        raise TypeError(f"{run.id} is no compression.")
    outcome = run.state + (f": {run.reason}" if run.reason else "")
    try:
        found = store.results_of(run)
        made = f"{0 if found is None else len(found.rows) - 1} of {len(asked.kinds)}"
    except ResultsError:
        made, outcome = formatting.MISSING, "damaged"
    return Row((run.name, made, outcome, asked.model, formatting.minute(run.created)), {"data-state": run.state})
