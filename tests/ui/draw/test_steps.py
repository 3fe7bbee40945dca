import re
from xml.etree import ElementTree

import numpy as np
import pytest

from mnist_core.drawing.framing import frame
from mnist_core.export.images import png_uri
from tests.handwriting import drawn
from ui.draw.steps import steps_html


def steps(html: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(re.sub(r"(<img [^>]*)>", r"\1/>", str(html))).findall(".//li")


def style(element: ElementTree.Element) -> dict[str, float]:
    """Lengths of an element, in per cent."""
    return {name: float(number) for name, number in re.findall(r"([\w-]+):(-?[\d.]+)%", element.get("style"))}


@pytest.fixture
def framing():
    return frame(drawn(1))


@pytest.fixture
def shown(framing):
    return steps(steps_html(framing.ink, framing.model_input))


def test_the_last_step_shows_exactly_what_the_network_gets(framing, shown):
    assert shown[-1].find(".//img").get("src") == png_uri(framing.model_input)


def test_every_picture_says_what_it_shows(shown):
    alts = [step.find(".//img").get("alt") for step in shown]

    assert len(set(alts)) == 4
    assert all(alts)


def test_no_picture_is_sent_twice(shown):
    images = [step.find(".//img") for step in shown]

    assert sum("src" in image.keys() for image in images) == 2  # noqa: SIM118
    assert [image.get("data-like") for image in images] == ["cropped", None, "field", None]
    assert [image.get("data-name") for image in images] == [None, "cropped", None, "field"]


def test_the_ink_lies_on_the_sheet_where_it_was_written():
    ink = np.zeros((100, 200), np.float32)
    ink[20:60, 50:70] = 1
    place = style(steps(steps_html(ink, frame(ink).model_input))[0].find(".//img"))

    assert place == {"left": 25, "top": 35, "width": 10, "height": 20}  # the sheet is shown in the middle of a square


def test_the_fitted_ink_is_the_part_of_the_networks_input_that_is_not_paper(framing, shown):
    rows, columns = np.nonzero(framing.model_input)
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    window, picture = shown[2].find(".//*[@class='step-window']"), shown[2].find(".//img")

    assert style(window) == pytest.approx({"width": 100 * width / 28, "height": 100 * height / 28}, abs=0.01)
    assert style(picture) == pytest.approx(
        {
            "width": 100 * 28 / width,
            "margin-left": -100 * columns.min() / width,
            "margin-top": -100 * rows.min() / width,
        },
        abs=0.01,
    )


def test_without_ink_the_four_places_wait_empty(shown):
    empty = steps(steps_html(None))

    assert [step.find("h3").text for step in empty] == [step.find("h3").text for step in shown]
    assert all(step.find(".//img") is None for step in empty)
