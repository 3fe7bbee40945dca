"""Tables in HTML, all made here; on a phone they become lists of cards where asked, with no column out of sight."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

_HEAD = Markup('<th scope="col"{}>{}</th>')
_ROW_HEAD = Markup('<th scope="row"{}>{}</th>')
_CELL = Markup("<td{}>{}</td>")
_ROW = Markup("<tr{}>{}</tr>")
_CORNER = Markup("<td></td>")
_CAPTION = Markup("<caption>{}</caption>")
_FOOT = Markup("<tfoot>{}</tfoot>")
_TABLE = Markup("<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table>")
_ATTRIBUTE = Markup(' {}="{}"')


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    """An empty one leaves the corner empty."""
    number: bool = False
    """Whether it holds numbers, which stand at the right."""
    attributes: Mapping[str, object] = field(default_factory=dict)
    """Further HTML attributes of its head."""


@dataclass(frozen=True)
class Cell:
    """What a cell holds, with HTML attributes; what has none needs no `Cell`."""

    content: object
    """Text, which is escaped, or `Markup`."""
    attributes: Mapping[str, object] = field(default_factory=dict)
    span: int = 1
    """Over how many columns it goes."""


@dataclass(frozen=True)
class Row:
    """A row of a table."""

    cells: Sequence[object]
    """Text, which is escaped, `Markup` or a `Cell`; the first names the row."""
    attributes: Mapping[str, object] = field(default_factory=dict)


def table_html(
    columns: Sequence[Column | str],
    rows: Iterable[Row | Sequence[object]],
    *,
    caption: str = "",
    foot: Sequence[object] = (),
) -> Markup:
    """Lays out a table.

    Args:
        columns: from the left; a mere name is a column without numbers.
        rows: from the top; a row without attributes may be its cells alone.
        caption: what the table is of.
        foot: the cells of a last row, which sums the others up.

    Raises:
        ValueError: a row has more or fewer cells than there are columns.
    """
    return _table_html(columns, rows, caption, foot, are_cards=False)


def cards_html(
    columns: Sequence[Column | str], rows: Iterable[Row | Sequence[object]], *, foot: Sequence[object] = ()
) -> Markup:
    """Lays out a table, as `table_html` does, that becomes a list of cards on a phone."""
    return Markup('<div class="sheet cards">{}</div>').format(_table_html(columns, rows, "", foot, are_cards=True))


def _table_html(
    columns: Sequence[Column | str],
    rows: Iterable[Row | Sequence[object]],
    caption: str,
    foot: Sequence[object],
    *,
    are_cards: bool,
) -> Markup:
    known = [Column(column) if isinstance(column, str) else column for column in columns]
    head = Markup("").join(
        _HEAD.format(_attributes({**_kind(column), **column.attributes}), column.name) if column.name else _CORNER
        for column in known
    )
    return _TABLE.format(
        caption=_CAPTION.format(caption) if caption else "",
        head=head,
        body=Markup("").join(_row_html(known, row, are_cards) for row in rows),
        foot=_FOOT.format(_row_html(known, foot, are_cards)) if foot else "",
    )


def _row_html(columns: Sequence[Column], row: Row | Sequence[object], is_card: bool) -> Markup:
    cells, attributes = (row.cells, row.attributes) if isinstance(row, Row) else (row, {})
    shown, number = [], 0
    for cell in (cell if isinstance(cell, Cell) else Cell(cell) for cell in cells):
        if number + cell.span > len(columns):
            raise ValueError(f"A row has more than {len(columns)} cells, one for each column.")
        column, own = columns[number], {**_kind(columns[number]), **cell.attributes}
        if cell.span > 1:
            own["colspan"] = cell.span
        elif is_card and number:
            own["data-column"] = column.name
        shown.append((_CELL if number else _ROW_HEAD).format(_attributes(own), cell.content))
        number += cell.span
    if number < len(columns):
        raise ValueError(f"A row has {number} cells, and not {len(columns)}, one for each column.")
    return _ROW.format(_attributes(attributes), Markup("").join(shown))


def _kind(column: Column) -> dict[str, object]:
    return {"class": "number"} if column.number else {}


def _attributes(values: Mapping[str, object]) -> Markup:
    return Markup("").join(_ATTRIBUTE.format(name, value) for name, value in values.items())
