import re
from xml.etree import ElementTree

import numpy as np
import pytest

from mnist_core.data.statistics import digit_statistics
from ui.dataset.overview import arrays_html, balance, counts_html, means_html


def test_bars_are_as_high_as_the_counts_and_say_them():
    counts = {"Training": [5, 10, 0, 0, 0, 0, 0, 0, 0, 0], "Test": [1] * 10}
    training, test = ElementTree.fromstring(counts_html(counts)).findall(".//figure")
    bars = training.findall(".//li")

    assert [bar.get("style") for bar in bars[:3]] == ["--share:0.5000", "--share:1.0000", "--share:0.0000"]
    assert [bar.find("span").text for bar in bars[:3]] == ["5", "10", "0"]
    assert test.find("figcaption").text == "Test: 10"


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([10] * 10, "Every digit comes equally often, 10 times."),
        ([9, 11, 10, 10, 10, 10, 10, 10, 10, 10], "Nearly balanced: the 1 is the most frequent with 11 images"),
        ([1, 99, 10, 10, 10, 10, 10, 10, 10, 10], "Not balanced: the 1 is the most frequent"),
    ],
)
def test_the_balance_is_put_into_words(counts, words):
    assert words in balance(counts)


def test_the_arrays_are_listed_with_the_form_that_networks_take(small_mnist):
    table = ElementTree.fromstring(arrays_html(small_mnist)).find(".//table")
    rows = {row.find("th").text: [cell.text for cell in row.findall("td")] for row in table.findall(".//tbody/tr")}

    phone_labels = [cell.get("data-column") for cell in table.find(".//tbody/tr").findall("td")]
    assert phone_labels == ["Shape", "Type", "Values", "Memory"]
    low, high = small_mnist.x_test.min(), small_mnist.x_test.max()
    assert rows["x_test"] == ["100 × 28 × 28", "uint8", f"{low} to {high}", "0.08 MB"]
    assert rows["images for a network"][:2] == ["300 × 28 × 28 × 1", "float32"]
    assert rows["labels for a network"][:3] == ["300 × 10", "float32", "0 or 1"]


def test_every_digit_has_its_mean_and_its_spread_each_with_words():
    images = np.random.default_rng(0).integers(0, 256, (50, 28, 28), np.uint8)
    statistics = digit_statistics(images, np.arange(50, dtype=np.uint8) % 10)
    alts = re.findall(r'alt="([^"]+)"', means_html(statistics))

    assert len(alts) == len(set(alts)) == 20
