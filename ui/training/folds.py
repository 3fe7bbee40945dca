"""Starts, watches and lists K-fold validations."""

import streamlit as st
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.export.tables import Column, Row, cards_html
from mnist_core.networks.recipe import Recipe
from mnist_core.runs import control, descriptions, store
from mnist_core.runs.outcomes import State
from mnist_core.runs.store import Run
from mnist_core.training import kfold
from mnist_core.training.kfold import Validation
from mnist_core.training.progress import Track
from ui import page, pictures, presenter
from ui.charts.axes import Plot, round_steps
from ui.live import live_html
from ui.training.look import Look
from ui.training.recipe_form import choose_share
from ui.training.run import bars_html, end_or_go_on, gpus_html, images, offer_to_forget, spoken_html
from ui.watching import Looks, watch

MOST_FOLDS = 10
PLOT = Plot(width=440, height=220, left=58, right=62, top=22, bottom=34)
LEAST_REACH = 0.005  # on either side of the mean: smaller differences shall look small

COLUMNS = (
    Column("Name"),
    Column("Accuracy", number=True),
    Column("Outcome"),
    Column("Recipe"),
    Column("Images", number=True),
    Column("Started"),
)

WHAT = (
    "The training images are divided into K parts. The recipe is trained K times; each time another part is held out "
    "for validation. The mean accuracy shows how good the recipe is. The standard deviation shows how much of that is "
    "chance. This makes no model, and it does not use the test images."
)
EMPTY = "No recipe has been validated here yet."


def ask(recipe: Recipe, gpu: str | None) -> None:
    """Lets the person start a validation of a recipe, on the GPU that they chose."""
    st.caption(WHAT)
    folds = st.slider("Parts (K)", 2, MOST_FOLDS, 5, key="number_of_folds", persist_state="session")
    st.caption("More parts leave more images to train on each time, but take longer.")
    with page.problems_told():
        subset = choose_share("Share of the training images to divide", "share_to_divide")
        st.caption("Fewer images are quicker, but a network trained on few reaches less.")
        if st.button(f"Validate {recipe.name}", key="validate", width="stretch", **presenter.lock()):
            presenter.required("Training")
            control.start(recipe, subset=subset, folds=folds, gpu=gpu)


def show() -> None:
    """Shows the validation at work, else the last one, and what can be done with it; goes on by itself."""
    watch(_looks, _draw)


def _draw(look: Look) -> None:
    if look.run is None:
        st.caption(EMPTY)
    else:
        _show(look.run, look)


def history() -> None:
    """Lists all validations, and shows one that the person chooses."""
    past = {run.id: run for run in store.validations()}
    if not past:
        st.caption(EMPTY)
        return
    live_html(table_html(list(past.values())), key="validations")
    id_ = st.selectbox("Look at", list(past), format_func=lambda id_: past[id_].name, key="validation")
    run = past[id_]
    _show(run, Look(run, _laid_out))
    offer_to_forget(run, f"{run.name} and its figures will be deleted.", key="forget_validation")


def _latest() -> Run | None:
    return next(iter(store.validations()), None)


def _laid_out(run: Run) -> dict[str, Markup]:
    validation, track = store.validation_of(run), run.track
    words = headline(run, validation, track), detail(run, validation, track)
    return {
        "folds_headline": spoken_html(run.state, *words),
        "folds_found": folds_html(run, validation, track),
    }


_looks = Looks(lambda: Look(_latest(), _laid_out))


def _show(run: Run, look: Look) -> None:
    with page.problems_told():
        live_html(look.html["folds_headline"], key="folds_headline")
        with st.container(key="folds_actions", horizontal=True):
            end_or_go_on(run, cancel_key="cancel_validation", resume_key="resume_validation")
        live_html(look.html["folds_found"], key="folds_found")
        if not run.is_on:
            pictures.offer("kfold", [f"--kfold={run.id}"])


def headline(run: Run, validation: Validation, track: Track) -> str:
    """Returns in a few words how far a validation is, or what it has found."""
    if run.is_on:
        if track.phase or track.latest is None:
            return track.phase or "Starting"
        fold, _ = kfold.within(run.recipe, track.latest)
        return f"Fold {fold} of {run.folds}"
    if run.state is State.FINISHED:
        return found(validation)
    return run.state.capitalize()


def found(validation: Validation) -> str:
    """Writes the mean accuracy and its standard deviation, as far as they are known."""
    return formatting.mean_and_deviation(validation.mean, validation.standard_deviation)


def detail(run: Run, validation: Validation, track: Track) -> str:
    """Describes what is validated and how long it will take, or the result."""
    if run.state is State.FINISHED:
        return f"{kfold.verdict(validation)} Validated on {images(run)} in {run.folds} folds."
    if not run.is_on:
        return descriptions.describe(run)
    words = f"{run.recipe.name} is validated on {images(run)} in {run.folds} folds."
    if track.phase or track.latest is None or track.seconds_left is None:
        return words
    _, step = kfold.within(run.recipe, track.latest)
    return f"{words} Epoch {step.epoch} of {step.epochs}, {formatting.time_left(track.seconds_left)}."


def folds_html(run: Run, validation: Validation, track: Track) -> Markup:
    """Lays out how far a validation is, and the accuracy of each fold so far."""
    share, within = 0.0, 0.0
    if track.latest is not None:
        share = track.latest.share
        within = kfold.within(run.recipe, track.latest)[1].share
    elif validation.is_finished:
        share = within = 1.0
    bars = bars_html("Validation", share, within, run.folds or 1) if run.state is not State.FINISHED else ""
    return Markup('<section class="run folds" data-state="{}">{bars}{}{}</section>').format(
        run.state, folds_svg(run.folds or 1, validation), gpus_html(run), bars=bars
    )


def folds_svg(folds: int, validation: Validation) -> Markup:
    """Draws the accuracy of each fold, their mean as a line and their standard deviation as a band around it."""
    mean, deviation = validation.mean, validation.standard_deviation or 0.0
    shares = [fold.accuracy for fold in validation.finished]
    reach = max(deviation, LEAST_REACH)
    ends = [0.0, 1.0] if mean is None else [*shares, max(0.0, mean - reach), min(1.0, mean + reach)]
    ticks = round_steps(min(ends), max(ends))
    low, high = ticks[0], ticks[-1]

    def x_share(fold: int) -> float:
        return (fold - 0.5) / folds

    def height(share: float) -> float:
        return (share - low) / (high - low)

    def y(share: float) -> float:
        return PLOT.y(height(share))

    middle = Markup("")
    if mean is not None:
        middle = Markup(
            '<rect class="band" x="{x1}" width="{width}" y="{top:.1f}" height="{band:.1f}"/>'
            '<line class="mean" x1="{x1}" x2="{x2}" y1="{y:.1f}" y2="{y:.1f}"/>'
            '<text class="curve-name" x="{name_x}" y="{name_y:.1f}">mean</text>'
        ).format(
            x1=PLOT.left,
            x2=PLOT.width - PLOT.right,
            width=PLOT.width - PLOT.left - PLOT.right,
            top=y(mean + deviation),
            band=y(mean - deviation) - y(mean + deviation),
            y=y(mean),
            name_x=PLOT.width - PLOT.right + 8,
            name_y=y(mean) + 5,
        )
    dots = Markup("").join(
        Markup(
            '<circle class="fold" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
            '<text class="value" x="{x:.1f}" y="{value_y:.1f}" text-anchor="middle">{value}</text>'
        ).format(
            x=PLOT.x(x_share(fold.number)),
            y=y(fold.accuracy),
            value_y=y(fold.accuracy) - 9,
            value=formatting.per_cent(fold.accuracy, 1).removesuffix(" %"),
        )
        for fold in validation.finished
    )
    content = (
        PLOT.vertical_axis_svg((height(tick), formatting.short_per_cent(tick, 5)) for tick in ticks)
        + PLOT.horizontal_axis_svg(((x_share(fold), str(fold)) for fold in range(1, folds + 1)), "fold", unit_gap=8)
        + middle
        + dots
    )
    said = "; ".join(f"fold {fold.number}: {formatting.per_cent(fold.accuracy)}" for fold in validation.finished)
    return PLOT.figure_html("Accuracy on the held-out part", content, description=said or "No fold has finished yet")


def table_html(past: list[Run]) -> Markup:
    """Lists validations: the recipe, the folds, the images and the result."""
    return Markup('<section class="runs">{}</section>').format(cards_html(COLUMNS, map(_row, past)))


def _row(run: Run) -> Row:
    try:
        validation = store.validation_of(run)
        became, result = f"{run.state}, {len(validation.finished)} of {run.folds} folds", found(validation)
    except kfold.KFoldError:
        became, result = "damaged", formatting.MISSING
    cells = (
        run.name,
        result,
        became,
        run.recipe.name,
        formatting.subset(run.subset),
        formatting.minute(run.created),
    )
    return Row(cells, {"data-state": run.state})
