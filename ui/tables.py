"""Tables that become lists of cards on a phone, so that no column is out of sight."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    number: bool = False
    """Whether it holds numbers, which stand at the right."""


def table_html(columns: Sequence[Column], rows: Iterable[str], foot: str = "") -> str:
    """Lays out a table.

    Args:
        columns: from the left; the first one names the rows.
        rows: as `row_html` makes them.
        foot: HTML of a last row.
    """
    head = "".join(f'<th scope="col"{_kind(column)}>{escape(column.name)}</th>' for column in columns)
    ending = f"<tfoot>{foot}</tfoot>" if foot else ""
    return (
        f'<div class="sheet cards"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody>{ending}</table>'
        "</div>"
    )


def row_html(columns: Sequence[Column], cells: Sequence[str], state: str = "") -> str:
    """Lays out a row of a table.

    Args:
        columns: of the table.
        cells: HTML, one for each column.
        state: what the style sheet and tests know the row by.
    """
    name, *others = cells
    attribute = f' data-state="{state}"' if state else ""
    shown = "".join(
        f'<td{_kind(column)} data-column="{escape(column.name)}">{cell}</td>'
        for column, cell in zip(columns[1:], others, strict=True)
    )
    return f'<tr{attribute}><th scope="row">{name}</th>{shown}</tr>'


def _kind(column: Column) -> str:
    return ' class="number"' if column.number else ""
