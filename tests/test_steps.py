import re
from xml.etree import ElementTree

import pytest

from mnist_core.preprocessing import frame
from tests.handwriting import drawn
from ui.images import png_uri
from ui.steps import steps_html


def steps(html: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(re.sub(r"(<img [^>]*)>", r"\1/>", html)).findall(".//li")


@pytest.fixture
def framing():
    return frame(drawn(1))


def test_the_last_step_shows_exactly_what_the_network_gets(framing):
    assert steps(steps_html(framing))[-1].find(".//img").get("src") == png_uri(framing.model_input)


def test_every_picture_says_what_it_shows(framing):
    alts = [step.find(".//img").get("alt") for step in steps(steps_html(framing))]

    assert len(set(alts)) == 4
    assert all(alts)


def test_fitted_and_centred_pictures_have_the_same_scale(framing):
    height, width = framing.fitted.shape
    fitted, centred = (step.find(".//img").get("style") for step in steps(steps_html(framing))[2:])

    assert fitted == f"width:{100 * width / 28:.2f}%;height:{100 * height / 28:.2f}%"
    assert centred == "width:100.00%;height:100.00%"


def test_without_ink_the_four_places_wait_empty(framing):
    empty = steps(steps_html(None))

    assert [step.find("h3").text for step in empty] == [step.find("h3").text for step in steps(steps_html(framing))]
    assert all(step.find(".//img") is None for step in empty)
