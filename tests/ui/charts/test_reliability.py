from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_core.evaluation.metrics import Bin
from ui.charts.reliability import Reliability, likely, reliability_svg


@pytest.mark.parametrize(("share", "count"), [(0.9, 10), (0.5, 2), (0.25, 400)])
def test_at_the_ends_of_what_is_likely_the_share_seen_is_two_standard_deviations_away(share, count):
    for truth in likely(share, count):
        assert abs(share - truth) == pytest.approx(1.96 * (truth * (1 - truth) / count) ** 0.5)


@settings(deadline=None)
@given(st.integers(1, 10_000), st.data())
def test_what_was_seen_lies_within_what_is_likely(count, data):
    share = data.draw(st.integers(0, count)) / count
    low, high = likely(share, count)

    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1


def test_a_calibrated_network_lies_on_the_dashed_line():
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
        "mine, 10 images: confidence 25 %, accuracy 25 %",
        "mine, 1,000 images: confidence 100 %, accuracy 100 %",
    ]
