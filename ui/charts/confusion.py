"""Confusion matrices, to choose cells from."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from mnist_core import formatting
from mnist_core.export.tables import Cell, Column, table_html

_BUTTON = Markup(
    '<button type="button" data-choice="{true}-{read}" aria-pressed="{pressed}" '
    'aria-label="{said}" title="{said}">{count}</button>'
)


def confusion_html(title: str, confusion: Sequence[Sequence[int]], chosen: tuple[int, int] | None = None) -> Markup:
    """Shows a confusion matrix as a table to choose from: a row for each true digit, a column for each digit read.

    Right readings stand in the diagonal; mistakes are tinted, the more the stronger. The last column is the recall, in
    per cent.

    Args:
        title: whose it is.
        confusion: the counts.
        chosen: the cell that is marked: the true digit and the one read.
    """
    worst = max((n for row, counts in enumerate(confusion) for n in _without(counts, row)), default=0) or 1
    columns = [
        Column(""),
        *(Column(str(digit)) for digit in range(len(confusion))),
        Column("%", attributes={"title": "Recall, per cent"}),
    ]
    rows = [
        [
            str(digit),
            *(
                _cell(digit, column, n, math.sqrt(n / worst), (digit, column) == chosen)
                for column, n in enumerate(counts)
            ),
            Cell(_recall(counts, digit), {"class": "share"}),
        ]
        for digit, counts in enumerate(confusion)
    ]
    return Markup('<div class="confusion">{}</div>').format(table_html(columns, rows, caption=title))


def _recall(counts: Sequence[int], digit: int) -> str:
    total = sum(counts)
    return formatting.per_cent(counts[digit] / total if total else None, 1).removesuffix(" %")


def _cell(true: int, read: int, count: int, share: float, chosen: bool) -> Cell:
    if not count:
        return Cell("·", {})
    written = formatting.count(count)
    kind = {"class": "right"} if true == read else {"class": "mistake", "style": f"--share:{share:.2f}"}
    said = f"{true} read as {read}: {written}"
    pressed = str(chosen).lower()
    return Cell(_BUTTON.format(true=true, read=read, pressed=pressed, said=said, count=written), kind)


def _without(counts: Sequence[int], index: int) -> list[int]:
    return [*counts[:index], *counts[index + 1 :]]
