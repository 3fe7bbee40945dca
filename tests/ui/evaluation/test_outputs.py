from xml.etree import ElementTree

import pytest
from scipy import special

from mnist_core.evaluation.results import Reading
from mnist_core.models import registry
from mnist_core.reading.recognizer import Recognizer
from ui.evaluation.outputs import outputs_html, ten_logits

WRONG = Reading(index=1, label=4, probabilities=[0.0, 0.0, 0.0, 0.0, 0.3, 0.0, 0.0, 0.0, 0.0, 0.7])
LOGITS = [-1.0, 0.0, 0.0, 0.0, 3.5, 0.0, 0.0, 0.0, 0.0, 7.382]


def outputs(logits: list[float] | None, temperature: float) -> tuple[list[str], list[str], str]:
    """The table's head, its last row, and what is said below it."""
    figure = ElementTree.fromstring(outputs_html("<mine>", WRONG, logits, temperature))
    rows = figure.findall("table/tbody/tr")
    assert "".join(figure.find("figcaption").itertext()) == "<mine> reads 9: but it is a 4"
    assert [row.get("class") for row in rows].index("best") == 9
    head, last = (["".join(cell.itertext()) for cell in row] for row in (figure.find("table/thead/tr"), rows[9]))
    return head, last, "".join(figure.find("p").itertext())


def test_the_ten_outputs_come_with_their_logits_and_the_argmax_is_marked():
    head, last, said = outputs(LOGITS, 1.0)
    assert head == ["digit", "logit", "probability"]
    assert last == ["9", "7.382", "0.700000"]
    assert "temperature" not in said


def test_of_a_calibrated_network_the_logits_are_shown_before_and_after_the_temperature():
    head, last, said = outputs(LOGITS, 2.0)
    assert head == ["digit", "logit", "÷ 2.00", "probability"]
    assert last == ["9", "14.764", "7.382", "0.700000"]
    assert "divided by the temperature, 2.00" in said


def test_a_model_saved_without_logits_says_how_it_comes_to_have_some():
    head, last, said = outputs(None, 2.0)
    assert (head, last) == (["digit", "probability"], ["9", "0.700000"])
    assert "models --export <mine> adds them" in said


def test_the_logits_of_one_image_are_those_of_the_network(small_mnist):
    network = Recognizer(registry.shipped()).network
    ten = ten_logits(network, small_mnist.x_test[3])
    assert special.softmax(ten) == pytest.approx(network(small_mnist.x_test[3:4])[0][0], abs=1e-6)
