from xml.etree import ElementTree

import pytest

from ui.tables import Column, row_html, table_html

COLUMNS = (Column("Run"), Column("Accuracy", number=True))


def test_each_cell_knows_its_column_for_where_the_head_is_not_shown():
    table = ElementTree.fromstring(table_html(COLUMNS, [row_html(COLUMNS, ["one", "99 %"], "finished")]))
    (row,) = table.findall(".//tbody/tr")

    assert [head.text for head in table.findall(".//thead/tr/th")] == ["Run", "Accuracy"]
    assert row.get("data-state") == "finished"
    assert row.find("th").text == "one"
    assert [(cell.get("data-column"), cell.get("class"), cell.text) for cell in row.findall("td")] == [
        ("Accuracy", "number", "99 %")
    ]
    assert table.find(".//tfoot") is None


def test_a_row_has_a_cell_for_every_column():
    with pytest.raises(ValueError, match="shorter"):
        row_html(COLUMNS, ["one"])
