from xml.etree import ElementTree

import numpy as np
import pytest

from mnist_core.evaluation.results import Reading
from mnist_core.export.readings import read, readings_html

SHARES = [0.0, 0.0, 0.0, 0.0, 0.3, 0.0, 0.0, 0.0, 0.0, 0.7]
WRONG = Reading(index=1, label=4, probabilities=SHARES)
RIGHT = Reading(index=0, label=9, probabilities=SHARES)
IMAGES = np.zeros((2, 28, 28), np.uint8)


def tiles(readings: list[list[Reading]], images: np.ndarray | None = IMAGES) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(readings_html(readings, images)))


def said(tile: ElementTree.Element) -> list[str]:
    return ["".join(words.itertext()) for words in tile.findall("div/p")]


def test_a_mistake_says_what_was_read_and_what_it_is():
    right, wrong = tiles([[RIGHT], [WRONG]])

    assert said(right) == ["9 70 %"]
    assert said(wrong) == ["9 70 %, is 4"]
    assert [tile.find("div").get("data-state") for tile in (right, wrong)] == ["right", "wrong"]
    assert wrong.find("img").get("alt") == "Test image 1, a 4"


def test_the_ten_probabilities_are_bars_as_high_as_they_are_probable():
    (tile,) = tiles([[WRONG]])
    bars = tile.findall("div/svg/rect")
    heights = np.array([float(bar.get("height")) for bar in bars])

    assert heights / heights.sum() == pytest.approx(SHARES, abs=0.01)
    assert [bar.get("class") for bar in bars if bar.get("class")] == ["true", "best"]
    assert "4: 30 %" in tile.find("div/svg").get("aria-label")


def test_two_networks_stand_below_one_image_by_their_names():
    both = readings_html([[WRONG, Reading(1, 4, SHARES[::-1])]], IMAGES, ["mine", "<yours>"])
    (tile,) = ElementTree.fromstring(both)

    assert len(tile.findall("img")) == 1
    assert said(tile) == ["mine", "9 70 %, is 4", "<yours>", "0 70 %, is 4"]


def test_without_images_the_readings_are_still_told():
    (tile,) = tiles([[WRONG]], None)

    assert tile.find("img") is None
    assert said(tile) == ["9 70 %, is 4"]


def test_a_network_reads_the_images_asked_for():
    def network(images):
        assert images[:, 0, 0].tolist() == [2, 0]
        return np.eye(10, dtype=np.float32)[images[:, 0, 0]], np.ones(len(images))

    images = np.zeros((3, 28, 28), np.uint8)
    images[:, 0, 0] = [0, 1, 2]
    found = read(network, images, np.array([5, 6, 7], np.uint8), [2, 0])

    assert [(reading.index, reading.label, reading.digit) for reading in found] == [(2, 7, 2), (0, 5, 0)]
    assert read(network, images, np.array([5, 6, 7], np.uint8), []) == []
