"""Past trainings: a table of them all, curves of some laid over each other, and what can be done with each."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.export.tables import Column, Row, cards_html
from mnist_core.models import model_folder
from mnist_core.runs import control, store
from mnist_core.runs.outcomes import State
from mnist_core.runs.store import Run
from mnist_core.training.diagnosis import diagnose
from ui import page, pictures, presenter
from ui.charts.curves import Curve, accuracy_svg, loss_svg
from ui.live import live_html
from ui.model.card import validation_curve
from ui.training.run import end_or_go_on, offer_to_forget
from ui.watching import Looks, watch

TONES = 6  # colours that lines can be told apart by
LAID_AT_FIRST = 3
COLUMNS = (
    Column("Run"),
    Column("Test accuracy", number=True),
    Column("Epochs", number=True),
    Column("Outcome"),
    Column("Recipe"),
    Column("Images", number=True),
    Column("Training time", number=True),
    Column("Started"),
)
WORDS = {
    State.STARTING: "starting",
    State.RUNNING: "training",
    State.FINISHED: "finished",
    State.CANCELLED: "cancelled",
    State.FAILED: "failed",
    State.INTERRUPTED: "interrupted",
}


def show() -> None:
    """Shows all trainings, and those that the person chooses one by one."""
    past = store.trainings()
    for id_ in store.damaged():
        _show_damaged(id_)
    if not past:
        st.caption("Nothing has been trained here yet. The Train page trains a model.")
        return
    live_html(table_html(past), key="runs")
    by_id = {run.id: run for run in past}
    with_curves = [run.id for run in past if run.track.history]
    chosen = st.multiselect(
        "Runs to compare",
        list(by_id),
        with_curves[:LAID_AT_FIRST] or [past[0].id],
        format_func=lambda id_: label(by_id[id_]),
        max_selections=TONES,
        key="chosen_runs",
    )
    live_html(overlay_html([by_id[id_] for id_ in chosen]), key="overlay")
    if drawn := [id_ for id_ in chosen if id_ in with_curves]:
        pictures.offer("curves-compared", [f"--run={id_}" for id_ in drawn])
    for tone, id_ in enumerate(chosen, 1):
        _show_run(by_id[id_], tone)
    st.caption(f'TensorBoard draws these curves, too: `tensorboard --logdir "{store.folder_of_all()}"`')


def follow() -> None:
    """Shows the page again when a run starts, finishes an epoch or ends."""
    watch(_looks, lambda standings: None)


@dataclass(frozen=True)
class Standings:
    """How far all trainings and validations are."""

    news: tuple[tuple[str, State, int], ...]
    """Each run's id, state and, while it is at work, number of finished epochs."""
    is_on: bool = False
    """Nothing changes between epochs, and an epoch is news."""


def _standings() -> Standings:
    return Standings(tuple((run.id, run.state, len(run.track.history) if run.is_on else 0) for run in store.all_runs()))


_looks = Looks(_standings)


def _show_run(run: Run, tone: int) -> None:
    model = store.model_of(run)
    with st.container(key=f"run_{run.id}"):
        live_html(diagnosis_html(run, tone), key=f"diagnosis_{run.id}")
        with st.container(key=f"actions_{run.id}", horizontal=True), page.problems_told():
            if model is not None:
                _download("Model .keras", model.keras_path, f"{run.name}.keras", run.id)
                _download("Card .json", model.folder / model_folder.CARD, f"{run.name}.json", run.id)
            if run.track.history:
                content, name = history_csv(run.track.history), f"{run.name}.csv"
                st.download_button("History .csv", content, name, key=f"history_{run.id}", on_click="ignore")
            end_or_go_on(run, cancel_key=f"cancel_{run.id}", resume_key=f"resume_{run.id}")
            words = f"{run.name} and its curves will be deleted. Its model, if there is one, stays."
            offer_to_forget(run, words, key=f"forget_{run.id}")


def _show_damaged(id_: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"damaged_{id_}"), page.problems_told():
        st.warning(f"The files of the run “{id_}” are damaged, so it cannot be shown.")
        if st.button("Forget it", key=f"forget_{id_}", **presenter.lock()):
            presenter.required("Deleting a run")
            control.delete(id_)
            st.rerun()


def _download(words: str, path: Path, name: str, id_: str) -> None:
    """Offers a file, which is read when somebody wants it."""
    st.download_button(words, path.read_bytes, name, key=f"{words}_{id_}", on_click="ignore")


def table_html(past: Sequence[Run]) -> Markup:
    """Lists runs with their recipe, start, duration, outcome and test accuracy."""
    return Markup('<section class="runs">{}</section>').format(cards_html(COLUMNS, map(_row, past)))


def _row(run: Run) -> Row:
    track = run.track
    cells = (
        run.name,
        formatting.per_cent(run.accuracy),
        formatting.MISSING if run.recipe.members else f"{len(track.history)} of {run.recipe.epochs}",
        WORDS[run.state] + (f": {run.reason}" if run.reason else ""),
        run.recipe.name,
        formatting.subset(run.subset),
        formatting.MISSING if run.recipe.members else formatting.duration(track.seconds),
        formatting.minute(run.created),
    )
    return Row(cells, {"data-state": run.state})


def label(run: Run) -> str:
    """Names a run so that it can be told from others."""
    return f"{run.name}, {WORDS[run.state]}"


def overlay_html(chosen: Sequence[Run]) -> Markup:
    """Lays the validation curves of trainings over each other; losses only of those with the same label smoothing."""
    toned = [(tone, run) for tone, run in enumerate(chosen, 1) if not run.recipe.members]
    if chosen and not toned:
        return Markup("")
    chosen = [run for _, run in toned]
    epochs = max((run.recipe.epochs if run.is_on else len(run.track.history) for run in chosen), default=0) or 1

    def curves(name: str, among: Sequence[tuple[int, Run]]) -> list[Curve]:
        return [
            replace(validation_curve(run.track.history, name), name=run.name, accented=False, tone=tone)
            for tone, run in among
        ]

    charts = accuracy_svg(curves("accuracy", toned), title="Accuracy, validation", epochs=epochs)
    smoothings = sorted({run.recipe.label_smoothing for run in chosen}) or [0.0]
    for smoothing in smoothings:
        alike = [(tone, run) for tone, run in toned if run.recipe.label_smoothing == smoothing]
        title = "Loss, validation" + (f", label smoothing {formatting.shortest(smoothing)}" if smoothing else "")
        least = max((run.recipe.least_loss for _, run in alike), default=0.0)
        charts += loss_svg(curves("loss", alike), title=title, epochs=epochs, least=least)
    notes = ["Label smoothing raises the loss: compare only runs with the same."] if len(smoothings) > 1 else []
    notes += [
        f"{run.name} has no curve here: it was trained without validation."
        for run in chosen
        if run.recipe.validation == "none" and run.track.history
    ]
    return Markup('<div class="pair">{charts}</div><p class="note">{}</p>').format(" ".join(notes), charts=charts)


def diagnosis_html(run: Run, tone: int) -> Markup:
    """Says what a run's curves tell, in its colour."""
    return Markup('<p class="diagnosis"><strong class="tone-{tone}">{}</strong> {}</p>').format(
        run.name, _diagnosis(run), tone=tone
    )


def _diagnosis(run: Run) -> str:
    if run.recipe.members:
        return f"It combines {formatting.listed(run.recipe.members)}, and was not trained itself: it has no curves."
    return diagnose(run.track.history)


def history_csv(history: Sequence[Mapping[str, float]]) -> bytes:
    """Writes learning curves as CSV, a row an epoch."""
    names = list(dict.fromkeys(["epoch", *(name for row in history for name in row)]))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(history)
    return text.getvalue().encode()
