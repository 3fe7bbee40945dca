"""How a room stands: how many people drew how many digits, and how well the network read them."""

from dataclasses import dataclass

from mnist_core.evaluation.intervals import wilson_interval
from mnist_core.rooms import drawings, guests, store
from mnist_core.rooms.drawings import Drawing
from mnist_core.rooms.store import Room, State
from mnist_core.synthesis.non_digits import NONE

ON_THE_WALL = 48  # drawings
FOOLED = 7
LEADERS = 5


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A room with all that its screen shows."""

    room: Room
    state: State
    people: int
    confusion: tuple[tuple[int, ...], ...]
    """10 rows of 11 columns: how often each digit was read as 0 to 9, or rejected as no digit."""
    latest: tuple[Drawing, ...]
    fooled: tuple[Drawing, ...]
    """The latest that were read as something else."""
    leaders: tuple[tuple[str, int], ...]
    """Who fooled the network most in this round, and how often; empty where the room does not show it."""

    @property
    def digits(self) -> int:
        """How many digits were drawn."""
        return sum(map(sum, self.confusion))

    @property
    def right(self) -> int:
        """How many of them were read right."""
        return sum(row[digit] for digit, row in enumerate(self.confusion))

    @property
    def accuracy(self) -> float | None:
        """The share of digits that were read right; None where there are none."""
        return self.right / self.digits if self.digits else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where that share truly lies, in 95 of 100 cases."""
        return None if self.accuracy is None else wilson_interval(self.accuracy, self.digits)


def of(room: Room) -> Standing:
    """Looks at a room.

    Raises:
        DatabaseError: the database cannot be used.
    """
    counted = drawings.confusion(room.id)
    columns = (*range(10), NONE)
    return Standing(
        room=room,
        state=room.state_now(),
        people=guests.count(room),
        confusion=tuple(tuple(counted.get((digit, read), 0) for read in columns) for digit in range(10)),
        latest=tuple(drawings.latest(room.id, ON_THE_WALL)),
        fooled=tuple(drawings.latest(room.id, FOOLED, fooled=True)),
        leaders=tuple(drawings.leaders(room.id, room.round, LEADERS)) if room.names_leaders else (),
    )


def find(code: str) -> Standing | None:
    """Looks at the room with a code; None where there is none.

    Raises:
        DatabaseError: the database cannot be used.
    """
    room = store.find(code)
    return None if room is None else of(room)
