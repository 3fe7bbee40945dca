from xml.etree import ElementTree

import pytest

from mnist_core.evaluation.results import Bin
from ui.charts.reliability import Reliability, reliability_svg


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
