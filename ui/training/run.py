"""A training on the page: how far it is, how long it will take, and its growing curves."""

import math
import re
from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.models.model_folder import Model
from mnist_core.networks.recipe import Recipe
from mnist_core.runs import control, descriptions, store
from mnist_core.runs.outcomes import State
from mnist_core.runs.store import Run
from mnist_core.training.diagnosis import diagnose
from mnist_core.training.progress import Progress, Track
from ui import page, presenter
from ui.charts.curves import Curve, accuracy_svg, loss_svg
from ui.live import live_html
from ui.model.card import validation_curve
from ui.training import models
from ui.training.look import Look
from ui.watching import Looks, watch

DRAWN = 160  # points of a curve: more are narrower than its line
LOG_SHOWN = 4000  # characters
CHATTER = re.compile(r"[IWE]\d{4} \d\d:|WARNING: All log messages before|INFO: Created TensorFlow|.*Assets written to")

EMPTY_HTML = Markup(
    '<section class="run-headline"><p class="run-words">Ready</p><p class="run-detail">Nothing has been '
    "trained here yet. Choose a recipe and press Retrain.</p></section>"
)


def show() -> None:
    """Shows the run at work, else the last one, and what can be done with it; goes on by itself."""
    watch(_looks, _draw)


def _draw(look: Look) -> None:
    if (run := look.run) is None:
        live_html(EMPTY_HTML, key="run_headline")
        return
    live_html(look.html["run_headline"], key="run_headline")
    with page.problems_told():
        _actions(run)
        live_html(look.html["run"], key="run")
        if (model := _result(run)) is not None:
            models.show_comparison(model.name)
    with st.expander("Log"):
        live_html(look.html["log"], key="log")


def _laid_out(run: Run) -> dict[str, Markup]:
    track = run.track
    return {"run_headline": headline_html(run, track), "run": run_html(run, track), "log": log_html(run.log)}


_looks = Looks(lambda: Look(store.latest(), _laid_out))


def _actions(run: Run) -> None:
    with st.container(key="actions", horizontal=True, vertical_alignment="center"):
        end_or_go_on(run, cancel_key="cancel", resume_key="resume")
        if (model := _result(run)) is not None:
            models.offer(model.name)


def end_or_go_on(run: Run, *, cancel_key: str, resume_key: str) -> None:
    """Shows the button that ends a run at work, or that lets an interrupted one go on."""
    end = "Cancel" if _result(run) is None else "Stop measuring"
    if run.is_on and st.button(end, key=cancel_key, **presenter.lock()):
        presenter.required("Cancelling a run")
        control.cancel(run.id)
        st.rerun()
    if run.is_resumable and st.button("Resume", key=resume_key, **presenter.lock()):
        presenter.required("Resuming a run")
        control.resume(run.id)
        st.rerun()


def offer_to_forget(run: Run, words: str, *, key: str) -> None:
    """Shows the button that deletes a run that has ended.

    Args:
        run: which one.
        words: a sentence about what is deleted and what stays.
        key: of the button that does it.
    """
    if run.is_on:
        return
    with page.problems_told(), st.popover("Forget", key=f"ask_to_forget_{run.id}", **presenter.lock()):
        st.write(words)
        if st.button(f"Forget {run.name}", key=key):
            presenter.required("Deleting a run")
            control.delete(run.id)
            st.rerun()


def _result(run: Run) -> Model | None:
    """Returns the model that a run has made; some of its figures may still be missing."""
    return store.model_of(run) if run.is_on or run.state is State.FINISHED else None


def headline_html(run: Run, track: Track) -> Markup:
    """Shows in large letters how far a run is, and more exactly below."""
    return spoken_html(run.state, headline(run, track), detail(run, track))


def spoken_html(state: State, words: str, detail: str) -> Markup:
    """Shows words in large letters, and details below."""
    return Markup(
        '<section class="run-headline" data-state="{state}"><p class="run-words" role="status">{words}</p><p '
        'class="run-detail">{detail}</p></section>'
    ).format(state=state, words=words, detail=detail)


def run_html(run: Run, track: Track) -> Markup:
    """Lays out how far a run is: bars, figures and curves; an ensemble, which is not trained, has none."""
    if run.recipe.members:
        return Markup('<section class="run" data-state="{}"></section>').format(run.state)
    shown = _bars(track) + _figures(track) + curves_html(run, track) + gpus_html(run)
    return Markup('<section class="run" data-state="{}">{}</section>').format(run.state, shown)


def headline(run: Run, track: Track) -> str:
    """Returns in a few words how far a run is."""
    if run.is_on:
        if _result(run) is not None:
            return "Use it?"
        step = track.latest
        return track.phase or (f"Epoch {step.epoch} of {step.epochs}" if step else "Starting")
    return run.state.capitalize()


def detail(run: Run, track: Track) -> str:
    """Describes what is trained and how long it will take, or how it ended."""
    members = formatting.listed(run.recipe.members) if run.recipe.members else ""
    if run.state is State.FINISHED and members:
        return f"{run.name} combines {members}: it averages what they answer, and was not trained itself."
    if run.state is State.FINISHED:
        return f"{run.name} was trained for {formatting.duration(track.seconds)}. {diagnose(track.history)}"
    if not run.is_on:
        return descriptions.describe(run)
    if _result(run) is not None:
        words = f"{run.name} is tested and ready. The rest of its figures follows: {_lowered(track.phase)}"
        return (
            f"{words}, {formatting.time_left(track.seconds_left)}." if track.seconds_left is not None else f"{words}."
        )
    if members:
        return f"{run.name} combines {members}. Nothing is trained: it averages what they answer."
    trains = "has been trained" if track.latest is not None and track.latest.share == 1 else "is being trained"
    words = f"{run.name} {trains} on {images(run)}{validated(run.recipe)}."
    if track.seconds_left is None:
        return words
    left = formatting.time_left(track.seconds_left)
    if track.phase:
        return f"{words} {left.capitalize()}."
    step = track.steps[-1]
    return f"{words} Batch {formatting.count(step.batch)} of {formatting.count(step.batches)}, {left}."


def _lowered(phase: str) -> str:
    return phase[:1].lower() + phase[1:]


def images(run: Run) -> str:
    """Writes what a run is trained on, and how many images of MNIST."""
    if run.recipe.own_alone:
        return "kept drawings alone"
    if run.recipe.starts_from:
        return "kept drawings, beside what it knows already"
    return f"{formatting.subset(run.subset)} training images"


def validated(recipe: Recipe) -> str:
    """Returns what validates a run, as the end of a sentence on what it is trained on."""
    share = f" except the {formatting.per_cent(recipe.validation_fraction, 0)} for validation"
    return {"split": share, "test": ", validated on the test images", "none": ", without validation"}[recipe.validation]


def curves_html(run: Run, track: Track) -> Markup:
    """Draws accuracy and loss of training and, where there is one, validation, side by side."""
    loss = loss_svg(
        _curves(track, "loss"), epochs=run.recipe.epochs, batches=_batches(track), least=run.recipe.least_loss
    )
    return Markup('<div class="pair">{accuracy}{loss}</div>').format(accuracy=accuracy_html(run, track), loss=loss)


def accuracy_html(run: Run, track: Track) -> Markup:
    """Draws accuracy of training and, where there is one, validation."""
    return accuracy_svg(_curves(track, "accuracy"), epochs=run.recipe.epochs, batches=_batches(track))


def _curves(track: Track, name: str) -> list[Curve]:
    steps = thinned(track.steps)
    training = Curve("training", between(steps, name), at=[step.epochs_done for step in steps], wavers=True)
    return [training, validation_curve(track.history, name)]


def _batches(track: Track) -> int:
    return track.latest.batches if track.latest else 0


def thinned(steps: Sequence[Progress]) -> list[Progress]:
    """Picks as many batches as a curve can show, evenly, and the last in any case."""
    told = [step for step in steps if {"loss", "accuracy"} <= step.values.keys()]
    stride = max(1, math.ceil(len(told) / DRAWN))
    return told[-1::-stride][::-1]


def between(steps: Sequence[Progress], name: str) -> list[float]:
    """Returns a value's mean between each step and the one before.

    Keras reports the mean since the beginning of the epoch, which drags the first batches along and jumps where the
    next epoch begins.
    """
    means = []
    before: Progress | None = None
    for step in steps:
        batches, told = 0, 0.0
        if before is not None and before.epoch == step.epoch and before.batch < step.batch:
            batches, told = before.batch, before.values[name]
        means.append((step.batch * step.values[name] - batches * told) / (step.batch - batches))
        before = step
    return means


def _bars(track: Track) -> Markup:
    step = track.latest
    if step is None:
        return bars_html("Training", 0, 0, 1)
    within = step.batch / step.batches if track.phase_share is None else track.phase_share
    return bars_html("Training", step.share, within, step.epochs)


def bars_html(name: str, share: float, within: float, parts: int) -> Markup:
    """Draws how much is done of a whole in several parts, and how much of the part that is under way."""
    return Markup(
        '<div class="run-bar" role="progressbar" aria-label="{name}" aria-valuenow="{:.0f}" '
        'aria-valuemin="0" aria-valuemax="100" style="--share:{share:.4f};--parts:{parts}"></div><div '
        'class="run-bar run-bar-part" aria-hidden="true" style="--share:{within:.4f}"></div>'
    ).format(100 * share, name=name, share=share, parts=parts, within=within)


def _figures(track: Track) -> Markup:
    values = track.latest.values if track.latest else {}
    validated = track.history[-1] if track.history else {}
    figures = {
        "Accuracy, training": formatting.per_cent(values.get("accuracy")),
        "Accuracy, validation": formatting.per_cent(validated.get("val_accuracy")),
        "Loss, training": formatting.loss(values.get("loss")),
        "Loss, validation": formatting.loss(validated.get("val_loss")),
    }
    cells = Markup("").join(
        Markup("<div><dt>{name}</dt><dd>{value}</dd></div>").format(name=name, value=value)
        for name, value in figures.items()
    )
    return Markup('<dl class="run-figures">{cells}</dl>').format(cells=cells)


def gpus_html(run: Run) -> Markup:
    """Says which GPU a run uses, as soon as its process has looked."""
    found = run.gpus
    return Markup("") if found is None else Markup('<p class="run-gpus">{}</p>').format(found.sentence)


def log_html(log: str) -> Markup:
    """Shows the end of a log, without what TensorFlow says to its developers."""
    told = "\n".join(line for line in log.splitlines() if not CHATTER.match(line))
    return Markup('<pre class="log">{}</pre>').format(told[-LOG_SHOWN:] or "Nothing was written yet.")
