import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from mnist_core import files
from mnist_core.evaluation import results
from mnist_core.evaluation.drawn import Drawn
from mnist_core.evaluation.metrics import evaluate
from mnist_core.evaluation.pairs import (
    Discordant,
    NoPair,
    discordant,
    discordant_drawn,
    require_same_images,
    sort_mistakes,
    written,
)
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model


def read(digits: list[int], confidences: list[float], labels: np.ndarray) -> results.Tested:
    """An evaluation in which these digits were read with these confidences."""
    probabilities = np.full((len(labels), 10), 0.01, np.float32)
    probabilities[np.arange(len(labels)), digits] = confidences
    return evaluate(probabilities, np.ones(len(labels), np.float32), labels, 0.5)


LABELS = np.array([1, 1, 1, 1, 1])
FIRST = read([7, 7, 1, 7, 1], [0.5, 0.6, 0.99, 0.7, 0.9], LABELS)
SECOND = read([7, 1, 2, 1, 1], [0.9, 0.99, 0.6, 0.99, 0.9], LABELS)


def test_the_mistakes_of_two_models_are_sorted_by_who_makes_them_the_most_confident_first():
    assert sort_mistakes(FIRST, SECOND, LABELS) == {"both": [0], "first": [3, 1], "second": [2]}


def test_what_only_one_reads_right_is_what_the_other_alone_reads_wrong():
    assert discordant(("a", "b"), FIRST, SECOND, LABELS) == Discordant("a", "b", first_alone=1, second_alone=2)


def drew(misread: tuple[int, ...] | None, of: int = 10) -> Drawn:
    """What a model reads of ten of a pack's digits."""
    return Drawn(
        digits=10,
        of=of,
        writers=1,
        accuracy=0.8,
        false_rejection_rate=0.0,
        expected_calibration_error=0.0,
        per_digit={},
        per_writer={},
        confusions=[],
        misread=misread,
    )


def test_of_pen_drawn_digits_those_count_that_only_one_model_reads_right():
    found = discordant_drawn(("a", "b"), drew((1, 5)), drew((2, 3, 5)))
    assert (found.first_alone, found.second_alone) == (2, 1)
    assert found.counts == "Only a reads 2 pen-drawn digits right, only b 1."
    assert discordant_drawn(("a", "b"), drew((1,)), drew((1,))).verdict == (
        "Both read the same pen-drawn digits right: nothing speaks for either."
    )


@pytest.mark.parametrize(
    ("other", "said"),
    [(drew((1,), of=20), "measured on different pen-drawn digits"), (drew(None), "b reads wrong is not kept")],
)
def test_other_drawings_and_those_of_which_only_the_number_is_known_are_not_compared(other, said):
    with pytest.raises(NoPair, match=said):
        discordant_drawn(("a", "b"), drew((1,)), other)


@pytest.mark.parametrize(
    ("first", "second", "p_value"),
    [
        (0, 0, 1),
        (1, 0, 1),  # one toss of a coin always falls on one side
        (2, 1, 1),
        (5, 0, 2 / 32),
        (6, 0, 2 / 64),
        (8, 4, 2 * (1 + 12 + 66 + 220 + 495) / 2**12),
        (4, 8, 2 * (1 + 12 + 66 + 220 + 495) / 2**12),
    ],
)
def test_the_p_value_is_that_of_a_coin_worked_out_by_hand(first, second, p_value):
    assert Discordant("a", "b", first, second).p_value == pytest.approx(p_value, rel=1e-12)


@pytest.mark.parametrize(("first", "second"), [(3, 9), (17, 40), (59, 121), (86, 150), (400, 500), (4000, 4300)])
def test_the_p_value_is_that_of_scipys_binomial_test(first, second):
    expected = binomtest(first, first + second, 0.5).pvalue
    assert Discordant("a", "b", first, second).p_value == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (0, 0, "Both read the same test digits right: nothing speaks for either."),
        (1, 0, "The one digit that only one reads right could be chance: p = 1.00."),
        (8, 4, "The 12 digits that only one reads right could be chance: p = 0.39."),
        (4, 8, "The 12 digits that only one reads right could be chance: p = 0.39."),
        (
            6,
            0,
            "The 6 digits that only one reads right speak for a, hardly by chance: p = 0.031.",
        ),
        (
            900,
            1100,
            "The 2,000 digits that only one reads right speak for b, hardly by chance: p < 0.001.",
        ),
    ],
)
def test_the_verdict_says_in_a_sentence_whether_it_could_be_chance(first, second, said):
    assert Discordant("a", "b", first, second).verdict == said


def test_both_counts_are_named():
    assert Discordant("a", "b", 1, 1100).counts == "Only a reads 1 test digit right, only b 1,100."


@pytest.mark.parametrize(
    ("p_value", "said"),
    [(1, "p = 1.00"), (0.3876, "p = 0.39"), (0.0504, "p = 0.050"), (0.0012, "p = 0.001"), (1e-9, "p < 0.001")],
)
def test_p_values_are_written_as_papers_do(p_value, said):
    assert written(p_value) == said


def test_readings_of_another_number_of_images_are_refused():
    fewer = read([7, 1], [0.9, 0.9], LABELS[:2])
    with pytest.raises(NoPair, match="a and b were measured on 5 and 2 test images, and 5 are at hand"):
        discordant(("a", "b"), FIRST, fewer, LABELS)


def test_models_that_were_measured_on_different_images_are_refused(own_model):
    shipped, mine = registry.shipped(), Model.open(own_model)
    require_same_images(shipped, mine)

    evaluation = json.loads((own_model / model_folder.EVALUATION).read_text(encoding="utf-8"))
    evaluation["data"]["t10k-images-idx3-ubyte"] = "of others"
    files.write_json(own_model / model_folder.EVALUATION, evaluation)
    with pytest.raises(NoPair, match="“shipped” and “mine” were measured on different test images"):
        require_same_images(shipped, Model.open(own_model))


def test_an_evaluation_that_does_not_name_its_images_was_made_on_those_of_the_card(own_model):
    evaluation = json.loads((own_model / model_folder.EVALUATION).read_text(encoding="utf-8"))
    del evaluation["data"]
    files.write_json(own_model / model_folder.EVALUATION, evaluation)
    mine = Model.open(own_model)

    require_same_images(registry.shipped(), mine)
    elsewhere = replace(mine, card=mine.card | {"data": {}})
    with pytest.raises(NoPair):
        require_same_images(registry.shipped(), elsewhere)
