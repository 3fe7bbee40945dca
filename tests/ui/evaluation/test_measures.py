import math
import re
from dataclasses import replace

import numpy as np
import pytest

from mnist_core.evaluation.metrics import Evaluation, OnTraining, evaluate
from mnist_core.evaluation.robustness import DISTURBANCES
from mnist_core.models import registry
from ui.evaluation import measures
from ui.evaluation.measures import DISTURBED, Measured


@pytest.fixture
def shipped() -> Measured:
    model = registry.shipped()
    return Measured(model, Evaluation.from_json(model.evaluation))


@pytest.fixture
def other(shipped) -> Measured:
    """A model of the same card with more mistakes."""
    confusion = [row.copy() for row in shipped.evaluation.confusion]
    confusion[3][3] -= 100
    confusion[3][8] += 100
    card = shipped.model.card | {"name": "<other>"}
    evaluation = replace(shipped.evaluation, accuracy=shipped.evaluation.accuracy - 0.01, confusion=confusion)
    return Measured(replace(shipped.model, card=card), evaluation)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_the_gap_is_training_less_test_accuracy(shipped):
    measured = replace(
        shipped, evaluation=replace(shipped.evaluation, accuracy=0.98, training=OnTraining(10, 0.995, 0.1))
    )

    assert measured.gap == pytest.approx(0.015)
    assert "Gap +1.50 points" in words(measures.figures_html([measured]))


def test_what_it_bears_is_the_mean_over_all_levels_but_none(shipped):
    kept = replace(
        shipped.evaluation.robustness,
        levels={"blur": [0.0, 1.0, 2.0], "pen": [-1.0, 0.0]},
        accuracies={"blur": [1.0, 0.9, 0.5], "pen": [0.7, 1.0]},
    )

    assert replace(shipped, evaluation=replace(shipped.evaluation, robustness=kept)).bearing == pytest.approx(0.7)


@pytest.mark.parametrize(("share", "written"), [(0.0007, "+0.07 points"), (-0.0123, "−1.23 points")])
def test_differences_of_shares_are_written_in_points(share, written):
    assert measures.points(share) == written


def test_a_share_of_nothing_is_a_dash():
    assert measures.exact_per_cent(math.nan) == "–"


def test_of_two_models_the_better_figure_is_bold_and_only_where_one_is_better(shipped, other):
    html = measures.figures_html([other, shipped])
    mistakes, *_ = re.findall(r"<dt>Mistakes</dt>(.*?)</div>", html)
    (parameters,) = re.findall(r"<dt>Parameters</dt>(.*?)</div>", html)

    assert re.findall(r'class="value([^"]*)">([\d,]+)<', mistakes) == [
        ("", str(other.mistakes)),
        (" best", str(shipped.mistakes)),
    ]
    assert other.mistakes == shipped.mistakes + 100
    assert "best" not in parameters


def test_what_one_model_reaches_is_said_with_its_mistakes(shipped, other):
    said = words(measures.reached_html([shipped, other]))

    assert said.startswith(
        f"On paper from 1998 {100 * shipped.evaluation.accuracy:.2f} % shipped : {shipped.mistakes} mistakes"
    )
    assert "<other>" not in measures.reached_html([shipped, other])


def test_one_model_has_precision_recall_and_f1_and_two_have_f1_each(shipped, other):
    one, two = measures.per_digit_html([shipped]), measures.per_digit_html([shipped, other])
    three = shipped.evaluation.confusion[3]

    assert f"{100 * three[3] / sum(three):.2f} %" in one
    assert one.count("<tr>") == two.count("<tr>") == 11
    assert [len(re.findall("<td>[^<]", html)) for html in (one, two)] == [40, 21]


def test_every_disturbance_has_a_chart_in_words_people_know(shipped, other):
    sample = np.zeros((28, 28), np.uint8)
    html = measures.robustness_html([shipped, other], sample)

    assert set(DISTURBED) == {disturbance.name for disturbance in DISTURBANCES}
    assert html.count("<svg") == len(DISTURBANCES)
    assert html.count("<img") == sum(len(disturbance.levels) for disturbance in DISTURBANCES)
    assert "<img" not in measures.robustness_html([shipped], None)


def test_the_most_frequent_mistake_is_found_beside_the_diagonal():
    assert measures.most_frequent_mistake([[90, 1, 0], [4, 80, 7], [0, 2, 70]]) == (1, 2)
    assert measures.most_frequent_mistake([[5, 0], [0, 5]]) == (0, 0)


@pytest.mark.parametrize(
    ("choice", "cell"),
    [("4-9", (4, 9)), ("0-0", (0, 0)), ("49", None), ("10-2", None), ("4-x", None), (None, None), (["4-9"], None)],
)
def test_only_what_names_a_cell_is_taken_for_one(choice, cell):
    assert measures.cell(choice) == cell


def test_the_mistakes_of_two_models_are_sorted_by_who_makes_them_the_surest_first():
    labels = np.array([1, 1, 1, 1, 1])

    def read(digits, sureness):
        probabilities = np.full((5, 10), 0.01, np.float32)
        probabilities[np.arange(5), digits] = sureness
        return evaluate(probabilities, np.ones(5, np.float32), labels, 0.5)

    first = read([7, 7, 1, 7, 1], [0.5, 0.6, 0.99, 0.7, 0.9])
    second = read([7, 1, 2, 1, 1], [0.9, 0.99, 0.6, 0.99, 0.9])

    assert measures.mistakes_of_two(first, second, labels) == {"both": [0], "first": [3, 1], "second": [2]}


@pytest.mark.parametrize(
    ("count", "true", "read", "said"),
    [
        (0, 4, 9, "4, but read as 9 shipped: no image."),
        (1, 4, 9, "4, but read as 9 shipped: 1 image."),
        (5, 4, 9, "4, but read as 9 shipped: 5 images, the surest first."),
        (979, 4, 4, "4, and read as such shipped: 979 images, the least sure first."),
    ],
)
def test_a_cell_says_what_it_shows(shipped, count, true, read, said):
    assert words(measures.cell_html(shipped, true, read, count, "")) == said
