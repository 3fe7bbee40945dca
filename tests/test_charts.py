import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.charts import Curve, confusion_html, curves_svg, round_steps, spread

NUMBERS = st.floats(-1e6, 1e6).filter(lambda number: number == 0 or abs(number) > 1e-6)


@given(NUMBERS, NUMBERS)
def test_the_steps_of_an_axis_are_few_even_and_hold_all_values(a, b):
    low, high = min(a, b), max(a, b)
    steps = round_steps(low, high)
    gaps = [after - before for before, after in pairwise(steps)]
    tolerance = 1e-6 * gaps[0]

    assert 2 <= len(steps) <= 7
    assert max(gaps) - min(gaps) <= tolerance + 1e-9 * max(abs(low), abs(high))
    assert steps[0] <= low + tolerance
    assert steps[-1] >= high - tolerance


@pytest.mark.parametrize(
    ("low", "high", "steps"),
    [
        (0.947, 0.994, [0.94, 0.96, 0.98, 1.0]),
        (0.285, 0.415, [0.25, 0.3, 0.35, 0.4, 0.45]),
        (3, 3, [3, 4]),
    ],
)
def test_the_steps_of_an_axis_are_round_numbers(low, high, steps):
    assert round_steps(low, high) == pytest.approx(steps)


@given(st.lists(st.floats(0, 200), min_size=1, max_size=6))
def test_names_at_the_ends_of_lines_never_overlap(positions):
    moved = spread(positions, 17)
    ordered = sorted(moved)

    assert all(after - before >= 17 - 1e-6 for before, after in pairwise(ordered))
    assert sum(moved) == pytest.approx(sum(positions), abs=1e-6)


def chart(curves: list[Curve], **options: bool) -> ElementTree.Element:
    return ElementTree.fromstring(curves_svg("Accuracy", curves, **options))


def points(line: ElementTree.Element) -> list[tuple[float, ...]]:
    return [tuple(map(float, point.split(","))) for point in line.get("points").split()]


def test_a_rising_curve_rises_on_the_screen_and_runs_to_the_right():
    (line,) = chart([Curve("training", [0.9, 0.95, 0.99])]).findall(".//polyline")
    xs, ys = zip(*points(line), strict=True)

    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys, reverse=True)


def test_the_chart_says_its_content_as_text():
    figure = chart([Curve("training", [0.9, 0.99]), Curve("validation", [0.95, 0.98], accented=True)], per_cent=True)

    assert figure.find("svg").get("aria-label") == (
        "Accuracy over 2 epochs: training from 90 % to 99 %; validation from 95 % to 98 %"
    )
    assert [name.text for name in figure.findall(".//text") if "curve-name" in name.get("class")] == [
        "training",
        "validation",
    ]


def test_a_single_epoch_makes_a_chart():
    (line,) = chart([Curve("training", [0.9])]).findall(".//polyline")

    assert len(points(line)) == 1


def test_names_from_elsewhere_are_escaped():
    assert "<b>" not in curves_svg("<b>", [Curve("<b>", [1, 2])])


def rows(confusion: list[list[int]]) -> list[list[ElementTree.Element]]:
    table = ElementTree.fromstring(confusion_html(confusion))
    return [list(row)[1:] for row in table.findall(".//tbody/tr")]


def test_the_confusion_matrix_shows_right_readings_mistakes_and_shares():
    cells = rows([[98, 2, 0], [0, 100, 0], [8, 0, 92]])

    assert [[cell.text for cell in row] for row in cells] == [
        ["98", "2", "·", "98.0"],
        ["·", "100", "·", "100.0"],
        ["8", "·", "92", "92.0"],
    ]
    assert [cells[digit][digit].get("class") for digit in range(3)] == ["right"] * 3


def test_the_more_frequent_a_mistake_the_stronger_its_tint():
    cells = rows([[98, 2, 0], [0, 100, 0], [8, 0, 92]])
    tint = {
        cell.text: float(re.search(r"[\d.]+", cell.get("style"))[0])
        for row in cells
        for cell in row
        if cell.get("style")
    }

    assert tint == {"2": 0.5, "8": 1.0}


def test_a_model_without_mistakes_has_a_table_too():
    assert [[cell.text for cell in row] for row in rows([[5, 0], [0, 7]])] == [["5", "·", "100.0"], ["·", "7", "100.0"]]
