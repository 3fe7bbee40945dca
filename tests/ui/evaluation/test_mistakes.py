import pytest

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
