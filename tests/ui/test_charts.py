import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.evaluation.metrics import Bin
from ui.charts import (
    BOTTOM,
    HEIGHT,
    TOP,
    Curve,
    Reliability,
    accuracy_svg,
    confusion_html,
    levels_svg,
    likely,
    loss_svg,
    reliability_svg,
    round_counts,
    round_steps,
    spread,
)

NUMBERS = st.floats(-1e6, 1e6).filter(lambda number: number == 0 or abs(number) > 1e-6)


@given(NUMBERS, NUMBERS)
def test_the_steps_of_an_axis_are_few_even_and_hold_all_values(a, b):
    low, high = min(a, b), max(a, b)
    steps = round_steps(low, high)
    gaps = [after - before for before, after in pairwise(steps)]
    tolerance = 1e-6 * gaps[0] + 1e-9 * max(abs(low), abs(high))  # and that of floating-point numbers

    assert 2 <= len(steps) <= 7
    assert max(gaps) - min(gaps) <= tolerance
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


@given(st.lists(st.floats(0, 250), min_size=1, max_size=6))
def test_names_at_the_ends_of_lines_never_overlap_and_keep_their_order_within_the_chart(positions):
    moved = spread(positions, 34, 14, 199)
    ordered = [place for _, place in sorted(zip(positions, moved, strict=True))]

    assert all(after - before >= 34 - 1e-6 for before, after in pairwise(ordered))
    assert 14 <= min(moved) <= max(moved) <= 199


def test_names_stay_beside_the_ends_of_their_lines_where_there_is_room():
    assert spread([100, 20], 34, 14, 199) == [100, 20]
    assert spread([100, 100], 34, 14, 199) == [83, 117]


def chart(curves: list[Curve], **options: Any) -> ElementTree.Element:
    """A chart of accuracies over four epochs, where nothing else is said."""
    return ElementTree.fromstring(accuracy_svg(curves, **{"epochs": 4, **options}))


def loss_chart(values: list[float], **options: Any) -> ElementTree.Element:
    return ElementTree.fromstring(loss_svg([Curve("training", values)], epochs=len(values), **options))


def points(line: ElementTree.Element) -> list[tuple[float, ...]]:
    return [tuple(map(float, point.split(","))) for point in line.get("points").split()]


def heights(figure: ElementTree.Element) -> list[float]:
    return [y for _, y in points(figure.find(".//polyline"))]


def ticks(figure: ElementTree.Element, anchor: str) -> list[str]:
    """What stands at the axis: "end" is the vertical one, "middle" the horizontal one."""
    return [tick.text for tick in figure.findall(".//text") if tick.get("text-anchor") == anchor]


def test_a_rising_curve_rises_on_the_screen_and_runs_to_the_right():
    (line,) = chart([Curve("training", [0.9, 0.95, 0.99])]).findall(".//polyline")
    xs, ys = zip(*points(line), strict=True)

    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys, reverse=True)


def test_a_tenth_of_the_mistakes_is_as_high_a_step_wherever_it_is_made():
    nothing, ninety, ninety_nine, top, above = heights(chart([Curve("", [0, 0.9, 0.99, 0.999, 1])], epochs=5))

    assert nothing - ninety == pytest.approx(ninety - ninety_nine, abs=0.2)
    assert ninety - ninety_nine == pytest.approx(ninety_nine - top, abs=0.2)
    assert above == top


def test_the_axes_stay_the_same_from_the_first_batch_to_the_last_epoch():
    first = [Curve("training", [0.1], at=[0.01])]
    all_ = [Curve("training", [0.1, 0.52, 0.95, 0.995], at=[0.01, 0.05, 1, 4])]
    early, late = chart(first), chart(all_)

    assert ticks(early, "end") == ticks(late, "end") == ["0 %", "90 %", "99 %", "99.9 %"]
    assert ticks(early, "middle") == ticks(late, "middle") == ["0", "1", "2", "3", "4"]
    assert points(late.find(".//polyline"))[0] == points(early.find(".//polyline"))[0]
    assert ticks(loss_chart([2.3]), "end") == ticks(loss_chart([2.3, 0.5, 0.02]), "end")


def test_a_single_epoch_is_counted_in_batches():
    figure = chart([Curve("training", [0.5, 0.9], at=[0.1, 1])], epochs=1, batches=594)

    assert ticks(figure, "middle") == ["0", "100", "200", "300", "400", "500"]
    assert figure.find("svg").get("aria-label").startswith("Accuracy over 594 batches: training from 50 % to 90 %")
    assert ticks(chart([], epochs=1, batches=0), "middle") == ["0"]
    assert ticks(chart([Curve("training", [0.5])], epochs=1), "middle") == ["0", "1"]


@pytest.mark.parametrize(
    ("most", "counts"),
    [
        (1, [0, 1]),
        (5, [0, 1, 2, 3, 4, 5]),
        (10, [0, 2, 4, 6, 8, 10]),
        (13, [0, 5, 10]),
        (40, [0, 10, 20, 30, 40]),
    ],
)
def test_epochs_are_counted_in_whole_round_steps(most, counts):
    assert round_counts(most) == counts


@given(st.integers(1, 100_000))
def test_counts_are_few_and_reach_far(most):
    counts = round_counts(most)

    assert 2 <= len(counts) <= 7
    assert most - counts[-1] < counts[1] <= most


@pytest.mark.parametrize(
    ("values", "least", "steps"),
    [
        ([2.3, 0.05], 0, ["0.01", "0.03", "0.1", "0.3", "1", "3"]),
        ([11.5, 0.002], 0, ["0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10", "30"]),
        ([2.3, 0.55], 0.5003, ["0.3", "1", "3"]),  # labels smoothed by 0.1: no network comes below
        ([], 0, ["0.01", "0.03", "0.1", "0.3", "1", "3"]),
        ([0.0], 0, ["0.01", "0.03", "0.1", "0.3", "1", "3"]),
    ],
)
def test_losses_stand_between_round_steps_of_one_ladder(values, least, steps):
    assert ticks(ElementTree.fromstring(loss_svg([Curve("", values)], epochs=2, least=least)), "end") == steps


def test_the_same_ratio_of_losses_is_as_high_a_step_wherever_it_is():
    first, second, third = heights(loss_chart([2.0, 0.2, 0.02]))

    assert third - second == pytest.approx(second - first, abs=0.2)


def test_the_chart_says_its_content_as_text():
    curves = [Curve("training", [0.9, 0.99]), Curve("validation", [0.95, 0.98], accented=True)]
    figure = chart(curves, epochs=2)
    names = [name for name in figure.findall(".//text") if "curve-name" in name.get("class")]

    assert figure.find("svg").get("aria-label") == (
        "Accuracy over 2 epochs: training from 90 % to 99 %; validation from 95 % to 98 %"
    )
    assert [(name.text, name.find("tspan").text) for name in names] == [("training", "99 %"), ("validation", "98 %")]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_names_at_the_ends_of_lines_stay_within_the_chart(shares):
    figure = chart([Curve("a", [share]) for share in shares])
    names = [float(name.get("y")) for name in figure.findall(".//text") if "curve-name" in name.get("class")]

    assert min(names) >= TOP
    assert max(names) <= HEIGHT - BOTTOM


def test_curves_that_grow_leave_room_for_the_epochs_to_come():
    (line,) = chart([Curve("training", [0.5, 0.6, 0.7], at=[1, 1.5, 2])]).findall(".//polyline")
    (whole,) = chart([Curve("training", [0.5, 0.7], at=[0.4, 4])]).findall(".//polyline")
    first, middle, last = (x for x, _ in points(line))
    begin, end = (x for x, _ in points(whole))

    assert middle - first == pytest.approx(last - middle)
    assert end - last == pytest.approx(2 * (last - first), abs=0.2)
    assert begin < first


def test_what_is_no_number_is_not_drawn():
    figure = chart([Curve("training", [0.5, float("nan"), 0.3, float("inf")])])
    (line,) = figure.findall(".//polyline")

    assert len(points(line)) == 2
    assert "nan" not in ElementTree.tostring(figure, encoding="unicode")


def test_before_the_first_value_there_are_axes_and_a_sentence():
    figure = chart([Curve("training", []), Curve("validation", [])], epochs=5)

    assert figure.findall(".//polyline") == []
    assert figure.find("svg").get("aria-label") == "Accuracy: nothing to draw yet"


def test_curves_of_unequal_length_share_their_epochs():
    lines = chart([Curve("short", [0.5, 0.6], tone=1), Curve("long", [0.5, 0.6, 0.7, 0.8], tone=2)])
    short, long = (points(line) for line in lines.findall(".//polyline"))

    assert short == long[:2]
    assert [line.get("class") for line in lines.findall(".//polyline")] == ["line tone-1", "line tone-2"]


def test_names_from_elsewhere_are_escaped():
    assert "<b>" not in accuracy_svg([Curve("<b>", [0.1, 0.2])], title="<b>", epochs=2)


def levels(curves: list[Curve], at: list[float]) -> ElementTree.Element:
    return ElementTree.fromstring(levels_svg("Pen", "px", at, curves))


def test_shares_are_drawn_between_none_at_the_bottom_and_all_at_the_top():
    (line,) = levels([Curve("mine", [0, 1, 0.5])], [-1, 0, 1]).findall(".//polyline")
    (left, bottom), (middle, top), (right, half) = points(line)

    assert middle - left == pytest.approx(right - middle)
    assert top < half < bottom
    assert half == pytest.approx((top + bottom) / 2)


def test_levels_and_values_are_said_as_text():
    svg = levels([Curve("mine", [0.75, 1])], [-1, 0]).find("svg")

    assert svg.get("aria-label") == "Pen, px: mine: 75.0 % at -1, 100.0 % at 0"
    assert [tick.text for tick in svg.findall("text")][-2:] == ["−1", "0"]


def test_the_accented_curve_lies_on_top():
    lines = levels([Curve("first", [1, 1], accented=True), Curve("second", [1, 1])], [0, 1]).findall(".//polyline")

    assert [line.get("class") for line in lines] == ["line", "line accented"]


@pytest.mark.parametrize(("share", "count"), [(0.9, 10), (0.5, 2), (0.25, 400)])
def test_at_the_ends_of_what_is_likely_the_share_seen_is_two_standard_deviations_away(share, count):
    for truth in likely(share, count):
        assert abs(share - truth) == pytest.approx(1.96 * (truth * (1 - truth) / count) ** 0.5)


@given(st.integers(1, 10_000), st.data())
def test_what_was_seen_lies_within_what_is_likely(count, data):
    share = data.draw(st.integers(0, count)) / count
    low, high = likely(share, count)

    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1


def test_who_is_as_sure_as_right_stands_on_the_dashed_line():
    bins = [Bin(10, 0.25, 0.25), Bin(1000, 1.0, 1.0)]
    figure = ElementTree.fromstring(reliability_svg([Reliability("mine", bins)]))
    (ideal,) = (line for line in figure.findall(".//line") if line.get("class") == "ideal")
    x1, x2, y1, y2 = (float(ideal.get(name)) for name in ("x1", "x2", "y1", "y2"))
    quarter, full = figure.findall(".//circle")

    assert (float(full.get("cx")), float(full.get("cy"))) == pytest.approx((x2, y2))
    assert float(quarter.get("cx")) == pytest.approx(x1 + (x2 - x1) / 4, abs=0.1)
    assert float(quarter.get("cy")) == pytest.approx(y1 + (y2 - y1) / 4, abs=0.1)
    assert float(quarter.get("r")) < float(full.get("r"))
    assert [title.text for title in figure.findall(".//title")] == [
        "mine, 10 images: 25 % sure, 25 % right",
        "mine, 1,000 images: 100 % sure, 100 % right",
    ]


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
