"""How a room stands and what it trains, laid out once for all who watch."""

import threading
from dataclasses import dataclass

from cachetools import LRUCache

from mnist_core.evaluation import own as own_figures
from mnist_core.evaluation.own import Own
from mnist_core.kept.database import DatabaseError
from mnist_core.models.model_folder import ModelError
from mnist_core.rooms import souvenirs, standing, store
from mnist_core.rooms.standing import Standing
from mnist_core.rooms.store import State
from mnist_core.runs import store as runs
from mnist_core.runs.outcomes import State as RunState
from mnist_core.runs.store import Run, RunError
from ui.watching import Looks

MOST_WATCHED = 100  # rooms whose last look is kept


@dataclass(frozen=True)
class Training:
    """The training that a room has started last."""

    run: Run
    own: Own | None = None
    """What the new model and the one before read of the room's drawings, as soon as it is known."""
    accuracy: float | None = None
    """What the new model reads of MNIST's test images."""

    @property
    def is_shown(self) -> bool:
        """Whether it is at work, or has made a model."""
        return self.run.is_on or self.accuracy is not None


@dataclass(frozen=True)
class RoomLook:
    """A room, and what it trains; None where it is gone."""

    standing: Standing | None
    training: Training | None = None
    network: str | None = None
    """The model that people take home, once the room is closed."""

    @property
    def is_on(self) -> bool:
        """Whether the room is expected to change soon."""
        return self.standing is not None and self.standing.room.closed is None

    @property
    def news(self) -> tuple[object, ...]:
        """Returns what, once it changes, changes the speaker's controls."""
        if self.standing is None:
            return ()
        found = self.training
        run = None if found is None else (found.run.id, found.run.is_on, found.accuracy is not None)
        room = self.standing.room
        shows = room.counts_people, room.names_leaders
        return (self.standing.state, room.round, self.standing.digits > 0, shows, run, room.network, self.network)


class _Watched:
    """Looks at a room, and again only where it has changed; while the database cannot be used, at what it was."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._last: RoomLook | None = None

    def __call__(self) -> RoomLook:
        try:
            self._last = self._look(None if self._last is None else self._last.standing)
        except DatabaseError:
            if self._last is None:
                raise
        return self._last

    def _look(self, before: Standing | None) -> RoomLook:
        room = store.find(self._code)
        if room is None:
            return RoomLook(None)
        store.attend(room)
        if before is None or before.room != room or before.state is not room.state_now():
            before = standing.of(room)
        network = souvenirs.network(room) if before.state is State.CLOSED else None
        return RoomLook(before, _training(room.run), network)


_watched: LRUCache[str, Looks[RoomLook]] = LRUCache(MOST_WATCHED)
_watching = threading.Lock()


def looks(code: str) -> Looks[RoomLook]:
    """Returns the look at a room that all who watch it share."""
    with _watching:
        if code not in _watched:
            _watched[code] = Looks(_Watched(code))
        return _watched[code]


def _training(id_: str | None) -> Training | None:
    if id_ is None:
        return None
    try:
        run = runs.read(id_)
        model = runs.model_of(run) if run.is_on or run.state is RunState.FINISHED else None
        if model is None:
            return Training(run)
        return Training(run, own_figures.kept(model), float(model.evaluation["accuracy"]))
    except (RunError, ModelError):
        return None
