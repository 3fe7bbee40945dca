"""What models read wrong: the confusion matrices, the images of their cells, the mistakes of one and of two models."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.evaluation.measured import Measured
from ui.charts.confusion import confusion_html


def confusions_html(measured: Sequence[Measured], chosen: tuple[int, int]) -> Markup:
    """Shows the confusion matrices, each cell to choose."""
    matrices = Markup("").join(confusion_html(m.name, m.evaluation.confusion, chosen) for m in measured)
    return Markup(
        '<section class="mistakes"><h2>Confusion matrix</h2><p>Rows: the true digit. Columns: the digit that was read. '
        'Choose a cell to see its images.</p><div class="pair" data-models="{}">{}</div></section>'
    ).format(len(measured), matrices)


def cell_html(measured: Measured, true: int, read: int, count: int, readings: Markup) -> Markup:
    """Puts a heading over the images of one cell of the confusion matrix.

    Args:
        measured: the model.
        true: the digit that was written.
        read: the digit that was read.
        count: how many images there are.
        readings: some of them.
    """
    if true == read:
        title, order = f"{true}, read as {read}", "the least confident first"
    else:
        title, order = f"{true}, but read as {read}", "the most confident first"
    number = formatting.counted(count, "image") if count else "no image"
    ordered = f", {order}" if count > 1 else ""
    return Markup('<section class="cell"><h2>{}</h2><p>{}: {}{}.</p>{}</section>').format(
        title, measured.name, number, ordered, readings
    )


def mistakes_html(measured: Measured, readings: Markup) -> Markup:
    """Puts a heading over a model's mistakes."""
    return Markup(
        '<section class="cell"><h2>The mistakes of {}</h2><p>The worst first: those whose true digit had the lowest '
        "probability. Below each image are the ten probabilities.</p>{}</section>"
    ).format(measured.name, readings)


def most_frequent_mistake(confusion: Sequence[Sequence[int]]) -> tuple[int, int]:
    """Returns the cell with the most mistakes: the true digit and the one read; without mistakes that of zeros."""
    counts = np.array(confusion)
    np.fill_diagonal(counts, 0)
    true, read = divmod(int(counts.argmax()), len(counts))
    return true, read


def cell(choice: object) -> tuple[int, int] | None:
    """Reads which cell was chosen; None where it is none, as a stranger's browser may have sent anything."""
    match choice:
        case str() if len(choice) == 3 and choice[1] == "-" and f"{choice[0]}{choice[2]}".isdecimal():
            return int(choice[0]), int(choice[2])
    return None
