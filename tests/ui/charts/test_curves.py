from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ui.charts.curves import EPOCHS, Curve, accuracy_svg, levels_svg, loss_svg, spread


@settings(deadline=None)
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


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_names_at_the_ends_of_lines_stay_within_the_chart(shares):
    figure = chart([Curve("a", [share]) for share in shares])
    names = [float(name.get("y")) for name in figure.findall(".//text") if "curve-name" in name.get("class")]

    assert min(names) >= EPOCHS.top
    assert max(names) <= EPOCHS.y(0)


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

    assert svg.get("aria-label") == "Pen, px: mine: 75.0 % at −1, 100.0 % at 0"
    assert [tick.text for tick in svg.findall("text")][-2:] == ["−1", "0"]


def test_the_accented_curve_lies_on_top():
    lines = levels([Curve("first", [1, 1], accented=True), Curve("second", [1, 1])], [0, 1]).findall(".//polyline")

    assert [line.get("class") for line in lines] == ["line", "line accented"]
