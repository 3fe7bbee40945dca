import numpy as np
import pytest

from mnist_core.evaluation.metrics import evaluate
from tests.ui.words import words
from ui.evaluation import mistakes


def test_the_most_frequent_mistake_is_found_beside_the_diagonal():
    assert mistakes.most_frequent_mistake([[90, 1, 0], [4, 80, 7], [0, 2, 70]]) == (1, 2)
    assert mistakes.most_frequent_mistake([[5, 0], [0, 5]]) == (0, 0)


@pytest.mark.parametrize(
    ("choice", "cell"),
    [("4-9", (4, 9)), ("0-0", (0, 0)), ("49", None), ("10-2", None), ("4-x", None), (None, None), (["4-9"], None)],
)
def test_only_what_names_a_cell_is_taken_for_one(choice, cell):
    assert mistakes.cell(choice) == cell


def test_the_mistakes_of_two_models_are_sorted_by_who_makes_them_the_most_confident_first():
    labels = np.array([1, 1, 1, 1, 1])

    def read(digits, confidences):
        probabilities = np.full((5, 10), 0.01, np.float32)
        probabilities[np.arange(5), digits] = confidences
        return evaluate(probabilities, np.ones(5, np.float32), labels, 0.5)

    first = read([7, 7, 1, 7, 1], [0.5, 0.6, 0.99, 0.7, 0.9])
    second = read([7, 1, 2, 1, 1], [0.9, 0.99, 0.6, 0.99, 0.9])

    assert mistakes.mistakes_of_two(first, second, labels) == {"both": [0], "first": [3, 1], "second": [2]}


@pytest.mark.parametrize(
    ("count", "true", "read", "said"),
    [
        (0, 4, 9, "4, but read as 9 shipped: no image."),
        (1, 4, 9, "4, but read as 9 shipped: 1 image."),
        (5, 4, 9, "4, but read as 9 shipped: 5 images, the most confident first."),
        (979, 4, 4, "4, read as 4 shipped: 979 images, the least confident first."),
    ],
)
def test_a_cell_says_what_it_shows(shipped, count, true, read, said):
    assert words(mistakes.cell_html(shipped, true, read, count, "")) == said
