"""The parts of the Evaluation page, each for one model or two side by side."""

from collections.abc import Callable, Sequence

import streamlit as st
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.data.mnist import FILES, Mnist
from mnist_core.evaluation.measured import Measured
from mnist_core.evaluation.metrics import WORST, indices_in_cell
from mnist_core.evaluation.pairs import NoPair, discordant, require_same_images, sort_mistakes
from mnist_core.export.readings import read, readings_html
from mnist_core.reading.network import Network
from mnist_core.reading.recognizer import Recognizer
from ui import pictures, resources, session
from ui.evaluation import curves, drawn, figures, mistakes, outputs, predictions, state
from ui.live import live_html

IN_A_CELL = 60  # images of a cell that are shown at most
HOW_MANY = (24, 100, WORST)


def test_images(measured: Sequence[Measured]) -> Mnist | None:
    """Returns the data that models were measured on; where they are not at hand, says so and returns None."""
    mnist = resources.mnist()
    for name in ("x_test", "y_test"):
        if any(m.evaluation.data.get(FILES[name]) != mnist.checksum(name) for m in measured):
            st.info("This model was tested on other images than those at hand, so only its figures are shown.")
            return None
    return mnist


def show_figures(measured: Sequence[Measured], mnist: Mnist | None) -> None:
    """Shows the accuracy on pen-drawn digits, all figures, precision and recall of each digit, and the calibration.

    Of two models it says first whether their difference is more than chance.
    """
    if len(measured) == 2:
        _show_difference(measured, mnist)
    drawn.show(
        [m.name for m in measured],
        lambda look: live_html(figures.drawn_html(measured, look.shares, look.note), key="drawn"),
    )
    live_html(figures.figures_html(measured), key="figures")
    with st.container(key="halves"):
        live_html(figures.per_digit_html(measured), key="per_digit")
        with st.container():
            live_html(curves.calibration_html(measured), key="calibration")
            pictures.offer("calibration", _named(measured))


def _show_difference(measured: Sequence[Measured], mnist: Mnist | None) -> None:
    """Says whether the difference between two models is more than chance, where the labels are at hand."""
    first, second = measured
    try:
        require_same_images(first.model, second.model)
    except NoPair as error:
        st.info(str(error))
        return
    if mnist is not None:
        found = discordant((first.name, second.name), first.evaluation, second.evaluation, mnist.y_test)
        live_html(figures.difference_html(found), key="difference")


def show_confusion(measured: Sequence[Measured], mnist: Mnist | None) -> None:
    """Shows the confusion matrices, and the images of the cell that was chosen."""
    chosen = mistakes.cell(session.asked(state.CELL).get("chosen"))
    true, got = chosen or mistakes.most_frequent_mistake(measured[0].evaluation.confusion)
    with st.container(key=f"confusion_of_{len(measured)}"):
        live_html(mistakes.confusions_html(measured, (true, got)), key=state.CELL)
        _offer_each("confusion", measured)
        if mnist is None:
            return
        shown = Markup("")
        for m in measured:
            indices = indices_in_cell(m.evaluation, mnist.y_test, true, got)
            readings = read(_network(m), mnist.x_test, mnist.y_test, indices[:IN_A_CELL].tolist())
            tiles = readings_html([[reading] for reading in readings], mnist.x_test)
            shown += mistakes.cell_html(m, true, got, len(indices), tiles)
        live_html(Markup('<div class="cells">{}</div>').format(shown), key="cell_images")


def show_mistakes(measured: Sequence[Measured], mnist: Mnist | None) -> None:
    """Shows the mistakes, the worst first; of two models those of both, and of each alone."""
    if len(measured) == 1 or mnist is None:
        listed = [(m, [[mistake] for mistake in m.evaluation.mistakes]) for m in measured]
        count = _how_many(max(len(readings) for _, readings in listed))
        for number, (m, readings) in enumerate(listed):
            images = None if mnist is None else mnist.x_test
            live_html(mistakes.mistakes_html(m, readings_html(readings[:count], images)), key=f"mistakes_{number}")
        _offer_each("mistakes", measured)
        return
    first, second = (m.evaluation for m in measured)
    groups = sort_mistakes(first, second, mnist.y_test)
    words = {"both": "Both", "first": f"{measured[0].name} alone", "second": f"{measured[1].name} alone"}
    whose = st.segmented_control(
        "Whose mistakes",
        groups,
        format_func=lambda group: f"{words[group]}: {formatting.count(len(groups[group]))}",
        default="both",
        required=True,
        key=state.WHOSE,
        label_visibility="collapsed",
    )
    indices = groups[whose][: _how_many(len(groups[whose]))]
    pairs = zip(*(read(_network(m), mnist.x_test, mnist.y_test, indices) for m in measured), strict=True)
    live_html(readings_html(list(pairs), mnist.x_test, [m.name for m in measured]), key="mistakes_0")


def show_robustness(measured: Sequence[Measured], mnist: Mnist | None) -> None:
    """Shows how accuracy falls when images are disturbed."""
    live_html(curves.robustness_html(measured, None if mnist is None else mnist.x_test[0]), key="robustness")
    if mnist is not None:
        pictures.offer("robustness", _named(measured))


def show_one_by_one(measured: Sequence[Measured], mnist: Mnist | None) -> None:
    """Shows the first test images as tutorials do, the ten outputs for any one, and all of them as CSV."""
    rows = list(zip(*(m.evaluation.first for m in measured), strict=True))
    names = [m.name for m in measured] if len(measured) > 1 else [""]
    live_html(outputs.first_html(readings_html(rows, None if mnist is None else mnist.x_test, names)), key="first")
    if mnist is None:
        return
    _offer_each("predictions", measured)
    with st.container(key="single"):
        index = st.number_input(
            "Test image", 0, len(mnist.x_test) - 1, 0, key=state.TEST_INDEX, help="Counted from 0, as in x_test[0]."
        )
        image = mnist.x_test[index]
        readings = [read(_network(m), mnist.x_test, mnist.y_test, [index])[0] for m in measured]
        logits = [outputs.ten_logits(_network(m), image) for m in measured]
        live_html(outputs.single_html(measured, readings, logits, image), key="outputs")
        _offer_each("outputs", measured, f"--index={index}")
    predictions.offer(measured, mnist)


PARTS: dict[str, Callable[[Sequence[Measured], Mnist | None], None]] = {
    "Figures": show_figures,
    "Confusion": show_confusion,
    "Mistakes": show_mistakes,
    "Robustness": show_robustness,
    "One by one": show_one_by_one,
}


def _named(measured: Sequence[Measured]) -> list[str]:
    """Names models to the command `figure`."""
    return [f"--model={m.name}" for m in measured]


def _offer_each(figure: str, measured: Sequence[Measured], *arguments: str) -> None:
    """Offers a figure of each model."""
    with st.container(key=f"pictures_of_{figure}", horizontal=True):
        for number, m in enumerate(measured):
            name = f"Save as picture: {m.name}" if len(measured) > 1 else pictures.OFFER
            pictures.offer(figure, [*_named([m]), *arguments], label=name, key=f"{figure}_{number}")


def _network(measured: Measured) -> Network:
    return Recognizer(measured.model).network


def _how_many(total: int) -> int:
    """Lets a visitor choose how many images are shown at most, where there are many."""
    if total <= HOW_MANY[0]:
        return total
    chosen = st.segmented_control(
        "How many",
        HOW_MANY,
        format_func=lambda count: f"up to {count}",
        default=HOW_MANY[0],
        required=True,
        key=state.HOW_MANY,
        label_visibility="collapsed",
    )
    return int(chosen)
