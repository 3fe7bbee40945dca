"""K-fold validations on the page: asked for, watched fold by fold, and seen again."""

from html import escape

import streamlit as st

from mnist_core.networks.recipes import Recipe
from mnist_core.runs import control, store
from mnist_core.runs.outcomes import State
from mnist_core.runs.store import Run
from mnist_core.training import kfold
from mnist_core.training.kfold import Validation
from mnist_core.training.progress import Track
from ui import page, tables
from ui.charts import round_steps
from ui.live import live_html
from ui.tables import Column
from ui.training.recipe_form import choose_share
from ui.training.run import bars_html, end_or_go_on, images, left, spoken_html
from ui.training.watching import Look, Looks, watch

MOST_FOLDS = 10
WIDTH, HEIGHT = 440, 220
LEFT, RIGHT, TOP, BOTTOM = 58, 62, 22, 34  # margins, in the chart's own units
LEAST_REACH = 0.005  # on either side of the mean: smaller differences shall look small

COLUMNS = [Column(name) for name in ("Name", "Found", "Outcome", "Recipe", "Images", "Begun")]

WHAT = (
    "The training images are divided into K parts. The recipe is trained K times, each time without another part, and "
    "judged by that part: the mean says how good it is, the spread how much of that is chance. No model comes of it, "
    "and the test images are not looked at."
)
EMPTY = "No recipe has been judged here yet."


def ask(recipe: Recipe) -> None:
    """Lets the person have a recipe judged."""
    st.caption(WHAT)
    folds = st.slider("Parts (K)", 2, MOST_FOLDS, 5, key="number_of_folds", persist_state="session")
    st.caption("More parts leave more images to learn from each time and show chance more exactly, but take longer.")
    with page.problems_told():
        subset = choose_share("Share of the training images to divide", "share_to_divide")
        st.caption("Fewer are quicker to judge, but the figure then speaks of a training with as few.")
        if st.button(f"Judge {recipe.name}", key="judge", width="stretch"):
            control.start(recipe, subset=subset, folds=folds)


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
    if not run.is_on:
        with page.problems_told(), st.popover("Forget", key=f"ask_to_forget_{run.id}"):
            st.write(f"{run.name} and its figures will be gone.")
            if st.button(f"Forget {run.name}", key="forget_validation"):
                control.delete(run.id)
                st.rerun()


def _latest() -> Run | None:
    return next(iter(store.validations()), None)


def _laid_out(run: Run) -> dict[str, str]:
    validation, track = store.validation_of(run), run.track
    words = headline(run, validation, track), detail(run, validation, track)
    return {
        "folds_headline": spoken_html(run.state, *words),
        "folds_found": folds_html(run, validation, track),
    }


_looks = Looks(_latest, _laid_out)


def _show(run: Run, look: Look) -> None:
    with page.problems_told():
        live_html(look.html["folds_headline"], key="folds_headline")
        with st.container(key="folds_actions", horizontal=True):
            end_or_go_on(run, cancel_key="cancel_validation", resume_key="resume_validation")
        live_html(look.html["folds_found"], key="folds_found")


def headline(run: Run, validation: Validation, track: Track) -> str:
    """Says in a few words where a validation is, or what it has found."""
    if run.is_on:
        if track.phase or track.latest is None:
            return track.phase or "Starting"
        fold, _ = kfold.within(run.recipe, track.latest)
        return f"Fold {fold} of {run.folds}"
    if run.state is State.FINISHED:
        return found(validation)
    return run.state.capitalize()


def found(validation: Validation) -> str:
    """Writes mean and spread, as far as they are known."""
    mean = "–" if validation.mean is None else f"{100 * validation.mean:.2f} %"
    return mean if validation.spread is None else f"{mean} ± {100 * validation.spread:.2f}"


def detail(run: Run, validation: Validation, track: Track) -> str:
    """Says what is judged and how long it will take, or what came out."""
    if run.state is State.FINISHED:
        return f"{kfold.verdict(validation)} Judged by {run.folds} folds of {images(run)}."
    if not run.is_on:
        return store.describe(run)
    words = f"{run.recipe.name} is judged by {run.folds} folds of {images(run)}."
    if track.phase or track.latest is None or track.seconds_left is None:
        return words
    _, step = kfold.within(run.recipe, track.latest)
    return f"{words} Epoch {step.epoch} of {step.epochs}, {left(track.seconds_left)}."


def folds_html(run: Run, validation: Validation, track: Track) -> str:
    """Lays out how far a validation is, and the accuracy of each fold so far."""
    share, within = 0.0, 0.0
    if track.latest is not None:
        share = track.latest.share
        within = kfold.within(run.recipe, track.latest)[1].share
    elif validation.is_finished:
        share = within = 1.0
    bars = bars_html("Validation", share, within, run.folds or 1) if run.state is not State.FINISHED else ""
    return (
        f'<section class="run folds" data-state="{run.state}">{bars}{folds_svg(run.folds or 1, validation)}</section>'
    )


def folds_svg(folds: int, validation: Validation) -> str:
    """Draws the accuracy of each fold, their mean as a line and their spread as a band around it."""
    mean, spread = validation.mean, validation.spread or 0.0
    shares = [fold.accuracy for fold in validation.finished]
    reach = max(spread, LEAST_REACH)
    ends = [0.0, 1.0] if mean is None else [*shares, max(0.0, mean - reach), min(1.0, mean + reach)]
    ticks = round_steps(min(ends), max(ends))
    low, high = ticks[0], ticks[-1]

    def x(fold: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (fold - 0.5) / folds

    def y(share: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - share) / (high - low)

    grid = "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        f'<text class="tick" x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{100 * tick:.5g} %</text>'
        for tick in ticks
    )
    labels = "".join(
        f'<text class="tick" x="{x(fold):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{fold}</text>'
        for fold in range(1, folds + 1)
    )
    middle = ""
    if mean is not None:
        band = (HEIGHT - TOP - BOTTOM) * 2 * spread / (high - low)
        middle = (
            f'<rect class="band" x="{LEFT}" width="{WIDTH - LEFT - RIGHT}" y="{y(mean + spread):.1f}" '
            f'height="{band:.1f}"/><line class="mean" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(mean):.1f}" '
            f'y2="{y(mean):.1f}"/><text class="curve-name" x="{WIDTH - RIGHT + 8}" y="{y(mean) + 5:.1f}">mean</text>'
        )
    dots = "".join(
        f'<circle class="fold" cx="{x(fold.number):.1f}" cy="{y(fold.accuracy):.1f}" r="5"/>'
        f'<text class="value" x="{x(fold.number):.1f}" y="{y(fold.accuracy) - 9:.1f}" text-anchor="middle">'
        f"{100 * fold.accuracy:.1f}</text>"
        for fold in validation.finished
    )
    said = "; ".join(f"fold {fold.number}: {100 * fold.accuracy:.2f} %" for fold in validation.finished)
    return (
        '<figure class="curves"><figcaption>Digits held out that were read right</figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(said or "No fold has finished yet")}">'
        f'{grid}{labels}<text class="tick" x="{WIDTH - RIGHT + 8}" y="{HEIGHT - BOTTOM + 20}">fold</text>'
        f"{middle}{dots}</svg></figure>"
    )


def table_html(past: list[Run]) -> str:
    """Lists validations: what was judged, by how many folds of how many images, and what came out."""
    return f'<section class="runs">{tables.table_html(COLUMNS, map(_row, past))}</section>'


def _row(run: Run) -> str:
    try:
        validation = store.validation_of(run)
        became, result = f"{run.state}, {len(validation.finished)} of {run.folds} folds", found(validation)
    except kfold.KFoldError:
        became, result = "damaged", "–"
    cells = (
        run.name,
        result,
        became,
        run.recipe.name,
        "all" if run.subset is None else f"{run.subset:,}",
        f"{run.created.day} {run.created:%b %Y, %H:%M} UTC",
    )
    return tables.row_html(COLUMNS, [escape(cell) for cell in cells], run.state)
