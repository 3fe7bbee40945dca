"""Rooms as the tests of what is shown of them need them."""

import time
from datetime import UTC, datetime

import pytest

from mnist_core.networks import recipes
from mnist_core.rooms.drawings import Drawing
from mnist_core.rooms.standing import Standing
from mnist_core.rooms.store import Room, State
from mnist_core.runs.outcomes import State as RunState
from mnist_core.runs.store import Run
from tests.kept.conftest import sqlite
from tests.kept.test_drawings import digit
from ui.room.look import RoomLook

__all__ = ["sqlite"]

NOW = 1_000_000.0
RUN = Run("id", "own-1", recipes.DEFAULT, None, datetime(2026, 11, 22, tzinfo=UTC), RunState.RUNNING)


@pytest.fixture
def clock(monkeypatch) -> None:
    """Lets the time stand still."""
    monkeypatch.setattr(time, "time", lambda: NOW)


def a_room(**values: object) -> Room:
    known = {"id": 1, "code": "KAVOMI", "owner": "speaker", "opened": NOW, "attended": NOW, "closed": None}
    shown = {"frozen": False, "counts_people": True, "names_leaders": False, "round": 1, "ends": None, "run": None}
    return Room(**{**known, **shown, "revision": 0, "network": None, **values})


def a_drawing(id_: int, asked: int, predicted: int) -> Drawing:
    ink = digit(7).ink
    return Drawing(
        id=id_,
        guest=1,
        round=1,
        asked=asked,
        predicted=predicted,
        confidence=0.9,
        model="shipped",
        kept=NOW,
        ink=ink,
        strokes=None,
    )


def a_look(room: Room | None = None, *, state: State = State.OPEN, training=None, **values: object) -> RoomLook:
    usual = {"people": 3, "confusion": ((0,) * 11,) * 10, "latest": (), "fooled": (), "leaders": ()}
    return RoomLook(Standing(room=room or a_room(), state=state, **{**usual, **values}), training)
