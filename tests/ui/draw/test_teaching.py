"""What a visitor says of an answer is kept, kept otherwise, or taken back."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from mnist_core.kept import database, drawings
from mnist_core.kept.drawings import Filter
from mnist_core.models import registry
from mnist_core.reading.recognizer import Recognizer
from mnist_core.synthesis.non_digits import NONE, NUMBER
from tests.handwriting import DIGITS, placed, with_pen, written_number
from ui.draw import teaching
from ui.draw.teaching import Answer, NotThere, Said

ANNA = "anna"


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    database.close()


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(registry.shipped())


def answer_to(recognizer: Recognizer, number: str, chosen: int = 0, **options: float) -> Answer:
    """What a visitor is shown who has written a number."""
    strokes = written_number(number, **{"size_px": 100, "left_px": 20, "top_px": 180, **options})
    writing = with_pen(strokes, 22)
    return Answer("a drawing", writing, recognizer.read(*writing), chosen, "shipped")


def labels() -> list[tuple[int, int]]:
    """Returns label and prediction of all that is kept, from left to right as it was kept."""
    return [(kept.label, kept.predicted) for kept in sorted(drawings.find(ANNA), key=lambda kept: kept.id)]


def test_a_press_keeps_another_relabels_and_the_same_takes_back(recognizer):
    answer, said = answer_to(recognizer, "7"), Said("a drawing")
    said = teaching.say(ANNA, answer, said, "1")
    assert said.words == "Thank you! Remembered as a 1 of your hand."
    assert (said.label_of(0), labels()) == (1, [(1, 7)])
    said = teaching.say(ANNA, answer, said, teaching.NO_DIGIT)
    assert said.words == "Thank you! Remembered as no digit of your hand."
    assert labels() == [(NONE, 7)]
    said = teaching.say(ANNA, answer, said, teaching.NO_DIGIT)
    assert said.words.startswith("Taken back")
    assert (said.label_of(0), labels()) == (None, [])


def test_right_keeps_every_digit_of_a_number_with_its_strokes_and_takes_all_back(recognizer):
    answer = answer_to(recognizer, "204", chosen=2)
    said = teaching.say(ANNA, answer, Said("a drawing"), teaching.RIGHT)
    assert labels() == [(2, 2), (0, 0), (4, 4)]
    assert said.is_right(answer.number)
    assert [len(kept.pen_strokes) for _, kept in said.kept] == [len(DIGITS[digit]) for digit in (2, 0, 4)]
    for _, kept in said.kept:
        ink, points = kept.writing.ink, np.concatenate([stroke.points for stroke in kept.pen_strokes])
        columns, rows = np.floor(points).astype(int).T
        assert (ink[rows, columns] > 0.5).all()  # the strokes lie on the ink
    assert not teaching.say(ANNA, answer, said, teaching.RIGHT).kept
    assert labels() == []


def test_the_digit_whose_bars_are_shown_is_corrected_and_the_others_are_not(recognizer):
    answer = answer_to(recognizer, "204", chosen=1)
    said = teaching.say(ANNA, answer, Said("a drawing"), "6")
    assert labels() == [(6, 0)]
    said = teaching.say(ANNA, replace(answer, chosen=2), said, "9")
    assert labels() == [(6, 0), (9, 4)]
    assert not said.is_right(answer.number)


def test_right_after_a_correction_keeps_what_was_read_instead(recognizer):
    answer = answer_to(recognizer, "7")
    said = teaching.say(ANNA, answer, Said("a drawing"), "1")
    said = teaching.say(ANNA, answer, said, teaching.RIGHT)
    assert labels() == [(7, 7)]
    assert said.is_right(answer.number)


def test_a_number_read_as_one_drawing_is_divided_as_it_is_said(recognizer):
    strokes = [*placed(DIGITS[1], 150, 100, 150), *placed(DIGITS[0], 150, 170, 150)]
    writing = with_pen(strokes, 22)
    answer = Answer("a drawing", writing, [recognizer.recognize(writing.ink)], 0, "shipped")
    said = teaching.say_all(ANNA, answer, Said("a drawing"), " 1 0 ", recognizer)
    assert [label for label, _ in labels()] == [1, 0, NUMBER]
    assert said.written == "10"
    again = teaching.say_all(ANNA, answer, said, "10", recognizer)
    assert len(labels()) == 3  # in place of what was kept before
    assert not teaching.say(ANNA, answer, again, teaching.RIGHT).whole


def test_one_digit_that_was_divided_is_said_to_be_one(recognizer):
    answer = answer_to(recognizer, "11", size_px=150, left_px=120, step=0.3)
    teaching.say_all(ANNA, answer, Said("a drawing"), "4", recognizer)
    assert [label for label, _ in labels()] == [4]


@pytest.mark.parametrize("written", ["", "x", "1.5", "٣", "1" * 31])
def test_what_is_no_number_is_told(recognizer, written):
    with pytest.raises(NotThere, match="Type the digits"):
        teaching.say_all(ANNA, answer_to(recognizer, "7"), Said("a drawing"), written, recognizer)


def test_digits_that_are_not_there_are_told_and_nothing_is_lost(recognizer):
    answer = answer_to(recognizer, "7")
    said = teaching.say(ANNA, answer, Said("a drawing"), "1")
    with pytest.raises(NotThere, match="cannot find 5 digits"):
        teaching.say_all(ANNA, answer, said, "12345", recognizer)
    assert labels() == [(1, 7)]


def test_what_cannot_be_kept_leaves_what_was_kept(recognizer, monkeypatch):
    answer = answer_to(recognizer, "204")
    said = teaching.say(ANNA, answer, Said("a drawing"), "1")
    monkeypatch.setenv("MNIST_STUDIO_KEPT_PER_HAND", "2")
    with pytest.raises(drawings.KeepingError):
        teaching.say(ANNA, answer, said, teaching.RIGHT)
    assert drawings.count(ANNA, Filter(label=1)) == 1


def test_what_was_deleted_elsewhere_is_taken_back_all_the_same(recognizer):
    answer = answer_to(recognizer, "7")
    said = teaching.say(ANNA, answer, Said("a drawing"), teaching.RIGHT)
    drawings.remove_all(ANNA)
    assert teaching.say(ANNA, answer, said, teaching.RIGHT).words.startswith("Taken back")
