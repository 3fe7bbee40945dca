"""A hand's drawings are its memory at once, and nobody else's."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import select

from mnist_core.kept import database, drawings, hands, memories
from mnist_core.kept.schema import features
from mnist_core.models import registry
from mnist_core.reading.recognizer import CannotRemember, Recognizer
from tests.kept.test_drawings import ANNA, BO, digit


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(registry.shipped())


def read(recognizer: Recognizer, owner: str, label: int) -> int | None:
    """Reads a digit, drawn as `digit` draws it, as an owner's hand has taught it."""
    return memories.remembering(recognizer, hands.current(owner)).recognize(digit(label).writing.ink).digit


def test_what_is_kept_is_remembered_relabelled_and_forgotten_at_once(either, recognizer):
    assert read(recognizer, ANNA, 7) == 7
    seven = drawings.of_writing(digit(7).writing, label=1, predicted=7, confidence=1, model="shipped")
    (kept,) = drawings.keep(ANNA, [seven])
    assert read(recognizer, ANNA, 7) == 1
    assert read(recognizer, BO, 7) == 7
    found = memories.remembering(recognizer, hands.current(ANNA)).recognize(digit(7).writing.ink)
    assert found.taught_by == kept.id
    drawings.relabel(ANNA, kept.id, 2)
    assert read(recognizer, ANNA, 7) == 2
    drawings.remove(ANNA, kept.id)
    assert read(recognizer, ANNA, 7) == 7


def test_another_hand_of_the_same_browser_remembers_nothing_of_it(either, recognizer):
    seven = drawings.of_writing(digit(7).writing, label=1, predicted=7, confidence=1, model="shipped")
    drawings.keep(ANNA, [seven])
    first = hands.current(ANNA)
    hands.make(ANNA, "second")
    assert read(recognizer, ANNA, 7) == 7
    hands.choose(ANNA, first.id)
    assert read(recognizer, ANNA, 7) == 1
    hands.forget(ANNA, first.id)
    assert read(recognizer, ANNA, 7) == 7


def test_features_are_kept_for_the_network_that_reads_and_found_anew_for_another(either, recognizer):
    drawings.keep(ANNA, [digit(3), digit(4)])

    def kept() -> dict[int, str]:
        with database.reading() as connection:
            rows = connection.execute(select(features.c.drawing, features.c.network, features.c.vector)).all()
        assert all(len(row.vector) == 4 * 512 for row in rows)
        return {row.drawing: row.network for row in rows}

    memories.remembering(recognizer, hands.current(ANNA))
    network = recognizer.model.card["files"]["model.tflite"]["sha256"]
    assert set(kept().values()) == {network}
    with database.writing() as connection:
        connection.execute(features.update().values(network="0" * 64))
    memories._memory.cache.clear()
    memory = memories.remembering(recognizer, hands.current(ANNA)).memory
    assert set(kept().values()) == {network}
    np.testing.assert_allclose(np.linalg.norm(memory.features, axis=1), 1, atol=1e-5)
    drawings.remove_all(ANNA)
    assert kept() == {}


def test_a_memory_from_the_database_is_the_same_as_one_made_anew(either, recognizer):
    drawings.keep(ANNA, [digit(3), digit(4), digit(5)])
    first = memories.remembering(recognizer, hands.current(ANNA)).memory
    memories._memory.cache.clear()
    second = memories.remembering(recognizer, hands.current(ANNA)).memory
    assert first.ids == second.ids
    np.testing.assert_array_equal(first.features, second.features)


def test_a_model_whose_export_has_no_features_says_that_it_cannot_remember(sqlite, recognizer):
    older = copy.copy(recognizer)
    older.network = SimpleNamespace(has_features=False)
    assert memories.remembering(older, hands.current(ANNA)) is older
    drawings.keep(ANNA, [digit(3)])
    with pytest.raises(CannotRemember, match="models --export shipped"):
        memories.remembering(older, hands.current(ANNA))
