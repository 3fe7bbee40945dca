"""Drawings are kept for their owner, all or none, within limits, and nobody else reaches them."""

import time
from dataclasses import replace

import numpy as np
import pytest

from mnist_core import settings
from mnist_core.drawing.framing import BlankDrawing, to_model_input
from mnist_core.drawing.strokes import PenStroke, Writing
from mnist_core.kept import drawings, encoding, hands, learning
from mnist_core.kept.database import DatabaseError
from mnist_core.kept.drawings import Filter, KeepingError, Kept
from mnist_core.kept.hands import HandError
from mnist_core.synthesis.non_digits import NONE, NUMBER
from tests.handwriting import DIGITS, drawn, placed, with_pen

ANNA, BO = "anna", "bo"


def digit(label: int, predicted: int | None = None, kept: float | None = None) -> Kept:
    """A drawn digit, prepared to be kept."""
    writing = with_pen(placed(DIGITS[label % 10], 200, 60, 80), 28)
    read = label if predicted is None else predicted
    return drawings.of_writing(writing, label=label, predicted=read, confidence=0.9, model="shipped", kept=kept)


def test_a_kept_drawing_comes_back_as_it_was(either):
    writing = with_pen(placed(DIGITS[4], 200, 60, 80), 28)
    (kept,) = drawings.keep(
        ANNA, [drawings.of_writing(writing, label=4, predicted=9, confidence=0.7, model="shipped", kept=1000.5)]
    )
    found = drawings.one(ANNA, kept.id)
    assert found == kept
    assert (found.label, found.predicted, found.confidence, found.model, found.kept) == (4, 9, 0.7, "shipped", 1000.5)
    assert not found.was_right
    np.testing.assert_array_equal(to_model_input(found.writing.ink), to_model_input(writing.ink))
    assert len(found.pen_strokes) == len(writing.pen_strokes)
    for before, after in zip(writing.pen_strokes, found.pen_strokes, strict=True):
        moved = after.points - before.points
        assert np.ptp(moved, axis=0).max() <= 0.11  # all points by the same way, rounded to a tenth of a pixel


def test_nobody_sees_changes_or_deletes_anothers_drawings(either):
    (kept,) = drawings.keep(ANNA, [digit(3)])
    drawings.keep(BO, [digit(5)])
    assert drawings.one(BO, kept.id) is None
    assert [found.label for found in drawings.find(BO)] == [5]
    for forbidden in (
        lambda: drawings.relabel(BO, kept.id, 8),
        lambda: drawings.remove(BO, kept.id),
    ):
        with pytest.raises(KeepingError, match="not kept any more"):
            forbidden()
    for refused in (
        lambda: drawings.keep(BO, [digit(1)], kept.hand),
        lambda: hands.choose(BO, kept.hand),
        lambda: hands.rename(BO, kept.hand, "mine"),
        lambda: hands.forget(BO, kept.hand),
        lambda: hands.merge(BO, kept.hand, hands.current(BO).id),
        lambda: hands.merge(BO, hands.current(BO).id, kept.hand),
    ):
        with pytest.raises(HandError, match="no such hand"):
            refused()
    assert drawings.remove_all(BO, Filter(hand=kept.hand)) == 0
    assert drawings.find(ANNA) == [kept]


def test_relabelling_deleting_and_every_change_makes_another_revision(either):
    (kept,) = drawings.keep(ANNA, [digit(3)])
    revisions = [hands.current(ANNA).revision]
    drawings.relabel(ANNA, kept.id, 8)
    revisions.append(hands.current(ANNA).revision)
    assert drawings.one(ANNA, kept.id).label == 8
    drawings.remove(ANNA, kept.id)
    revisions.append(hands.current(ANNA).revision)
    drawings.keep(ANNA, [digit(1), digit(2)])
    revisions.append(hands.current(ANNA).revision)
    assert drawings.remove_all(ANNA, Filter(label=1)) == 1
    revisions.append(hands.current(ANNA).revision)
    assert len(set(revisions)) == len(revisions)
    assert [found.label for found in drawings.find(ANNA)] == [2]


def test_the_number_of_a_deleted_hand_is_never_given_again(either):
    first = hands.make(ANNA)
    hands.forget(ANNA, first.id)
    assert hands.make(BO).id > first.id


@pytest.mark.parametrize("label", [10, -3, 99])
def test_a_label_that_is_none_is_refused(sqlite, label):
    with pytest.raises(KeepingError, match="from 0 to 9, no digit, or several"):
        drawings.of_writing(Writing(drawn(3)), label=label, predicted=3, confidence=1, model="")
    (kept,) = drawings.keep(ANNA, [digit(3)])
    with pytest.raises(KeepingError):
        drawings.relabel(ANNA, kept.id, label)


def test_limits_are_told_and_all_or_none_is_kept(either, monkeypatch):
    monkeypatch.setenv("MNIST_STUDIO_KEPT_PER_HAND", "3")
    monkeypatch.setenv("MNIST_STUDIO_KEPT_IN_TOTAL", "4")
    drawings.keep(ANNA, [digit(1), digit(2)])
    with pytest.raises(KeepingError, match="At most 3 drawings of one hand are kept, and there are 2"):
        drawings.keep(ANNA, [digit(3), digit(4)])
    assert drawings.count(ANNA) == 2
    with pytest.raises(KeepingError, match="keeps at most 4 drawings"):
        drawings.keep(BO, [digit(3), digit(4), digit(5)])
    assert hands.current(BO) is None
    drawings.keep(BO, [digit(3), digit(4)])


def test_what_the_database_refuses_midway_leaves_nothing_behind(either):
    with pytest.raises(DatabaseError, match="reports an error"):
        drawings.keep(ANNA, [digit(1), replace(digit(2), ink=None)])
    assert drawings.count(ANNA) == 0
    assert hands.current(ANNA) is None


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5"])
def test_an_impossible_limit_is_told(sqlite, monkeypatch, value):
    monkeypatch.setenv("MNIST_STUDIO_KEPT_PER_HAND", value)
    with pytest.raises(settings.SettingsError, match="positive whole number"):
        drawings.keep(ANNA, [digit(1)])


def test_drawings_are_found_by_label_hand_reading_and_time_the_latest_first(either):
    now = time.time()
    first = hands.make(ANNA, "first")
    drawings.keep(ANNA, [digit(1, kept=now - 100), digit(7, predicted=1, kept=now - 50)])
    second = hands.make(ANNA, "second")
    drawings.keep(ANNA, [digit(7, kept=now - 10)])

    def labels(**wanted):
        return [found.label for found in drawings.find(ANNA, Filter(**wanted))]

    assert labels() == [7, 7, 1]
    assert labels(label=1) == [1]
    assert labels(hand=first.id) == [7, 1]
    assert labels(hand=second.id) == [7]
    assert labels(was_right=False) == [7]
    assert labels(was_right=True) == [7, 1]
    assert labels(since=now - 60) == [7, 7]
    assert [kept.label for some in drawings.batches(ANNA, drawings.ANY, 2) for kept in some] == [7, 7, 1]
    assert drawings.count(ANNA, Filter(label=7, was_right=True)) == 1


def test_hands_are_named_chosen_merged_and_deleted_with_their_drawings(either):
    anna = hands.make(ANNA, "  Anna  B ")
    drawings.keep(ANNA, [digit(1)])
    left = hands.make(ANNA, "left")
    drawings.keep(ANNA, [digit(2), digit(3)])
    assert [(hand.name, hand.drawings) for hand in hands.all_of(ANNA)] == [("left", 2), ("Anna B", 1)]
    hands.choose(ANNA, anna.id)
    assert hands.current(ANNA).name == "Anna B"
    with pytest.raises(HandError, match="already"):
        hands.rename(ANNA, anna.id, "left")
    with pytest.raises(HandError, match="at most 40"):
        hands.make(ANNA, "x" * 41)
    hands.merge(ANNA, left.id, anna.id)
    assert [(hand.name, hand.drawings) for hand in hands.all_of(ANNA)] == [("Anna B", 3)]
    with pytest.raises(HandError, match="itself"):
        hands.merge(ANNA, anna.id, anna.id)
    hands.forget(ANNA, anna.id)
    assert hands.all_of(ANNA) == []
    assert drawings.count(ANNA) == 0


def test_a_browser_has_no_more_than_twenty_hands(sqlite):
    for number in range(hands.MOST):
        hands.make(ANNA, str(number))
    with pytest.raises(HandError, match="at most 20 hands"):
        hands.make(ANNA, "one more")


def test_large_ink_is_reduced_to_what_a_network_needs_and_reads_the_same():
    writing = with_pen(placed(DIGITS[5], 1000, 100, 80), 120, canvas_px=1200)
    kept = drawings.of_writing(writing, label=5, predicted=5, confidence=1, model="")
    ink = encoding.ink_of(kept.ink)
    assert max(ink.shape) == encoding.LONGEST_PX
    assert np.abs(to_model_input(ink).astype(int) - to_model_input(writing.ink)).max() < 90
    drawn_length = sum(np.hypot(*np.diff(stroke.points, axis=0).T).sum() for stroke in kept.pen_strokes)
    assert drawn_length < 4 * encoding.LONGEST_PX


def test_no_drawing_takes_more_than_a_bounded_room():
    rng = np.random.default_rng(0)
    noise = rng.random((1600, 1600), np.float32)
    scribble = [PenStroke(rng.uniform(0, 1600, (20_000, 2)), 10)]
    kept = drawings.of_writing(Writing(noise, scribble), label=NONE, predicted=NONE, confidence=1, model="")
    assert len(kept.ink) < 70_000
    assert kept.strokes is None


def test_blank_paper_cannot_be_kept():
    with pytest.raises(BlankDrawing):
        drawings.of_writing(Writing(np.zeros((10, 10), np.float32)), label=1, predicted=1, confidence=1, model="")


def test_a_training_gets_images_and_labels_and_no_owner(either):
    drawings.keep(ANNA, [digit(3, kept=1.0), digit(NUMBER, kept=2.0)])
    images, labels = learning.images(ANNA, drawings.ANY)
    assert labels.tolist() == [NUMBER, 3]
    np.testing.assert_array_equal(images[1], to_model_input(encoding.ink_of(digit(3).ink)))
    nothing, none = learning.images(BO, drawings.ANY)
    assert nothing.shape == (0, 28, 28)
    assert len(none) == 0


def test_damaged_strokes_are_told():
    for damaged in ("", "[[1]]", '[[28, "x"]]', "[[28, [[1, 2, 3]]]]", "[" * 5000):
        with pytest.raises(encoding.EncodingError, match="damaged"):
            encoding.strokes_of(damaged)
