from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from mnist_core.export.tables import Cell, Column, Row, cards_html, table_html

COLUMNS = (Column("Run"), Column("Accuracy", number=True))


def test_each_cell_of_a_card_knows_its_column_for_where_the_head_is_not_shown():
    table = ElementTree.fromstring(cards_html(COLUMNS, [Row(["one", "99 %"], {"data-state": "finished"})]))
    (row,) = table.findall(".//tbody/tr")

    assert [head.text for head in table.findall(".//thead/tr/th")] == ["Run", "Accuracy"]
    assert row.get("data-state") == "finished"
    assert row.find("th").text == "one"
    assert [(cell.get("data-column"), cell.get("class"), cell.text) for cell in row.findall("td")] == [
        ("Accuracy", "number", "99 %")
    ]
    assert table.find(".//tfoot") is None


@pytest.mark.parametrize(
    "cells", [["one"], ["one", "two", "three"], [Cell("one", span=3)], ["one", Cell("two", span=2)]]
)
def test_a_row_has_a_cell_for_every_column(cells):
    with pytest.raises(ValueError, match="one for each column"):
        table_html(COLUMNS, [cells])


def test_a_cell_goes_over_several_columns_and_the_foot_sums_up():
    columns = ("Layer", "Kind", Column("Parameters", number=True))
    table = ElementTree.fromstring(
        table_html(columns, [["a", Cell("no figures", span=2)]], foot=(Cell("All", span=2), "7"))
    )

    assert table.find("tbody/tr/td").get("colspan") == "2"
    assert [cell.text for cell in table.find("tfoot/tr")] == ["All", "7"]


def test_text_is_escaped_and_markup_is_not():
    table = ElementTree.fromstring(table_html(("<a>", "b"), [["<i>", Markup("<em>now</em>")]], caption="<c>"))

    assert table.find("caption").text == "<c>"
    assert table.find("thead/tr/th").text == "<a>"
    assert table.find("tbody/tr/th").text == "<i>"
    assert table.find("tbody/tr/td/em").text == "now"
