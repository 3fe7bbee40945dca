"""Makes smaller versions of a model, and shows what they cost and reach."""

from contextlib import suppress
from functools import lru_cache, partial

import streamlit as st
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.compression import kinds, results
from mnist_core.compression.results import Results, Row
from mnist_core.export.tables import Column, cards_html
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import NETWORK, Model
from mnist_core.runs import control, descriptions, store
from mnist_core.runs.outcomes import State
from mnist_core.runs.store import Run
from ui import page, pictures, presenter
from ui.charts.tradeoff import Version, tradeoff_svg
from ui.live import live_html
from ui.training import models
from ui.training.look import Look
from ui.training.run import bars_html, end_or_go_on, spoken_html
from ui.watching import Looks, watch

TITLE = "Smaller versions"
WHAT = (
    "A network is trained with 32 bits for each weight, and reads nearly as well with fewer. This makes smaller "
    "versions of {name}, measures each beside it, and keeps them as models of their own."
)
COLUMNS = (
    Column("Version"),
    Column("Size", number=True),
    Column("Gzipped", number=True),
    Column("MNIST", number=True),
    Column("Pen-drawn", number=True),
    Column("Inference time", number=True),
)
NOTE = (
    "Size is that of the LiteRT file, which the app reads. Accuracy is the share of the test digits read right. The "
    "inference times of one picture were measured in turns, on one core."
)


def show(model: Model) -> None:
    """Shows what smaller versions of the active model there are, and lets the person make, save and use them."""
    made = model.card.get("compressed")
    network = _network(model) if made is None else made["network"]
    st.subheader(TITLE)
    if made is None:
        st.write(WHAT.format(name=model.name))
    else:
        st.write(
            f"{model.name} is a smaller version of {made['of']}: {kinds.title_of(made['kind'])}. More are made of the "
            "original; use that first."
        )
    watch(_looks(network), partial(_draw, model))


@lru_cache(maxsize=16)
def _looks(network: str) -> Looks[Look]:
    """Returns the look at a network's latest compression that all visitors share."""
    return Looks(lambda: Look(next(iter(store.compressions(network)), None), laid_out))


def _draw(model: Model, look: Look) -> None:
    run = look.run
    with page.problems_told():
        found = None if run is None else store.results_of(run)
        if run is None or not (run.is_on or run.is_resumable):
            _ask(model, found)
        if run is not None:
            show_run(run, look)
            if found is not None and found.finished:
                pictures.offer("compression", [f"--model={model.name}"])
            _offer(found)


def _ask(model: Model, found: Results | None) -> None:
    """Shows the button that makes the versions that are not there yet."""
    if "compressed" in model.card:
        return
    there = {row.kind for row in found.rows[1:] if is_there(row)} if found is not None and found.finished else set()
    wanted = kinds.of(model)
    missing = [kind for kind in wanted if kind.name not in there]
    words = "Make smaller versions" if len(missing) == len(wanted) else "Make the missing versions"
    if missing and st.button(words, type="primary", key="compress", **presenter.lock()):
        presenter.required("Making smaller versions")
        control.start_compression(model, wanted)
        st.rerun()


def show_run(run: Run, look: Look) -> None:
    """Shows how far a compression is, or what it has found, with the buttons that end it or let it go on."""
    if run.state is not State.FINISHED:
        live_html(look.html["versions_headline"], key="versions_headline")
        with st.container(key="versions_actions", horizontal=True):
            end_or_go_on(run, cancel_key="cancel_compression", resume_key="resume_compression")
    live_html(look.html["versions"], key="versions")


def _offer(found: Results | None) -> None:
    """Lets the person save and use each version that is still there."""
    if found is None or len(found.rows) < 2:
        return
    active = registry.active_name()
    with st.container(key="versions_offered"):
        for row in found.rows:
            with st.container(key=f"version_{row.kind or 'original'}", horizontal=True, vertical_alignment="center"):
                st.markdown(row.title)
                if not is_there(row):
                    st.caption("deleted since", width="content")
                    continue
                path = registry.folder_of(row.name) / NETWORK
                st.download_button(
                    "Save .tflite",
                    path.read_bytes,
                    f"{row.name}.tflite",
                    key=f"save_{row.kind or 'original'}",
                    on_click="ignore",
                )
                is_active = row.name == active
                words = "Reads now" if is_active else "Use this model"
                if st.button(words, key=f"use_{row.kind or 'original'}", **presenter.lock(is_active)):
                    models.use(row.name)


def is_there(row: Row) -> bool:
    """Returns whether the model that a row is of still lies under its name."""
    with suppress(model_folder.ModelError):
        return _network(Model.open(registry.folder_of(row.name))) == row.network
    return False


def laid_out(run: Run) -> dict[str, Markup]:
    """Lays out how far a compression is and what it has found."""
    found = store.results_of(run)
    return {
        "versions_headline": spoken_html(run.state, headline(run), detail(run)),
        "versions": versions_html(run, found, registry.active_name()),
    }


def headline(run: Run) -> str:
    """Returns in a few words how far a compression is."""
    if not run.is_on:
        return run.state.capitalize()
    return run.track.phase.partition(":")[0] or "Starting"


def detail(run: Run) -> str:
    """Says what is done now and how long that will take, or how it ended."""
    if not run.is_on:
        return descriptions.describe(run)
    doing = run.track.phase.partition(":")[2].strip()
    words = f"{doing[:1].upper()}{doing[1:]}." if doing else ""
    left = run.track.seconds_left
    return f"{words} {formatting.time_left(left).capitalize()} for this step." if left is not None else words


def versions_html(run: Run, found: Results | None, active: str) -> Markup:
    """Lays out the bars of a compression at work, and the table and the chart of what was found."""
    rows = [] if found is None else found.rows
    asked = 1 if run.compression is None else len(run.compression.kinds)
    share = max(0, len(rows) - 1) / asked
    bars = bars_html(TITLE, share, run.track.phase_share or 0.0, asked) if run.is_on else Markup("")
    content = table_html(rows, active) + chart_html(rows) + kinds_html(rows) if len(rows) > 1 else Markup("")
    return Markup('<section class="run versions" data-state="{}">{bars}{content}</section>').format(
        run.state, bars=bars, content=content
    )


def table_html(rows: list[Row], active: str) -> Markup:
    """Lists versions with what they cost and reach, the original first."""
    digits = max(row.drawn_digits for row in rows)
    note = f" Pen-drawn: {formatting.counted(digits, 'digit')}, drawn as on the page." if digits else ""
    return Markup('<div class="found">{}<p class="summary">{}</p><p class="note">{}{}</p></div>').format(
        cards_html(COLUMNS, [_cells(row, row.name == active) for row in rows]), results.summary(rows), NOTE, note
    )


def _cells(row: Row, reads: bool) -> tuple[object, ...]:
    return (
        Markup("{}{}").format(row.title, Markup(" <em>active</em>") if reads else ""),
        formatting.kilobytes(row.size_bytes),
        formatting.kilobytes(row.zipped_bytes),
        formatting.per_cent(row.accuracy),
        formatting.per_cent(row.drawn),
        formatting.MISSING if row.reading_ms is None else formatting.milliseconds(row.reading_ms),
    )


def chart_html(rows: list[Row]) -> Markup:
    """Draws accuracy against the size of the zipped file."""
    shown = [Version(row.title, row.zipped_bytes, row.accuracy, row.drawn, row.kind is None) for row in rows]
    marks = "filled MNIST, open pen-drawn" if any(row.drawn is not None for row in rows) else "MNIST"
    return tradeoff_svg(shown, "Accuracy against gzipped size", marks)


def kinds_html(rows: list[Row]) -> Markup:
    """Says of each version what was done to the network, and where that is described."""
    described = [kinds.KINDS[row.kind] for row in rows if row.kind in kinds.KINDS]
    listed = Markup("").join(
        Markup("<dt>{}</dt><dd>{} <small>{}</small></dd>").format(kind.title, kind.sentence, kind.source)
        for kind in described
    )
    return Markup('<details class="kinds"><summary>What was done</summary><dl class="facts">{}</dl></details>').format(
        listed
    )


def _network(model: Model) -> str:
    return model.card["files"][NETWORK]["sha256"]
