import re
from xml.etree import ElementTree

from ui.charts.confusion import confusion_html


def rows(confusion: list[list[int]], **options: tuple[int, int]) -> list[list[ElementTree.Element]]:
    table = ElementTree.fromstring(confusion_html("mine", confusion, **options))
    return [list(row)[1:] for row in table.findall(".//tbody/tr")]


def texts(cells: list[list[ElementTree.Element]]) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in cells]


def test_the_confusion_matrix_shows_right_readings_mistakes_and_shares():
    cells = rows([[98, 2, 0], [0, 100, 0], [8, 0, 92]])

    assert texts(cells) == [["98", "2", "·", "98.0"], ["·", "100", "·", "100.0"], ["8", "·", "92", "92.0"]]
    assert [cells[digit][digit].get("class") for digit in range(3)] == ["right"] * 3


def test_the_more_frequent_a_mistake_the_stronger_its_tint():
    cells = rows([[98, 2, 0], [0, 100, 0], [8, 0, 92]])
    tint = {
        "".join(cell.itertext()): float(re.search(r"[\d.]+", cell.get("style"))[0])
        for row in cells
        for cell in row
        if cell.get("style")
    }

    assert tint == {"2": 0.5, "8": 1.0}


def test_every_cell_with_images_can_be_chosen_and_the_chosen_one_is_marked():
    cells = rows([[98, 2, 0], [0, 100, 0], [8, 0, 92]], chosen=(0, 1))
    buttons = [button for row in cells for cell in row for button in cell.findall("button")]

    assert [button.get("data-choice") for button in buttons] == ["0-0", "0-1", "1-1", "2-0", "2-2"]
    assert [button.get("data-choice") for button in buttons if button.get("aria-pressed") == "true"] == ["0-1"]
    assert buttons[1].get("aria-label") == "0 read as 1: 2"


def test_a_model_without_mistakes_has_a_table_too():
    assert texts(rows([[5, 0], [0, 7]])) == [["5", "·", "100.0"], ["·", "7", "100.0"]]


def test_a_digit_that_was_not_tested_has_no_share():
    assert texts(rows([[5, 0], [0, 0]]))[1] == ["·", "·", "–"]
