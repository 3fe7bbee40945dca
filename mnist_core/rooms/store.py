"""Opens, changes, closes and deletes rooms."""

import time
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from mnist_core import settings
from mnist_core.errors import StudioError
from mnist_core.kept import database
from mnist_core.kept.schema import rooms
from mnist_core.rooms import codes

MOST_OF_OWNER = 3  # open at once
MOST_OPEN = 50
LEFT_ALONE_S = 3 * 3600.0
"""A room closes itself when its speaker has not looked and nobody has drawn for so long."""
ATTENDED_S = 60.0  # how exactly it is noted


class RoomError(StudioError):
    """A room is not there, does not take what it is given, or cannot be opened."""


class State(StrEnum):
    """Whether people may draw in a room."""

    OPEN = "open"
    FROZEN = "frozen"
    OVER = "over"
    """The round has ended."""
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Room:
    """A room, as it was when it was looked at."""

    id: int
    code: str
    owner: str
    """The digest of the key of the browser that opened it."""
    opened: float
    """When, in seconds since 1970; so are all times here."""
    attended: float
    """When its speaker looked at it last, or somebody drew, within `ATTENDED_S`."""
    closed: float | None
    frozen: bool
    counts_people: bool
    """Whether the screen shows how many people are there."""
    names_leaders: bool
    """Whether the screen shows who fooled the network most."""
    round: int
    """Counted from 1."""
    ends: float | None
    """When the round ends; None where it has no end."""
    run: str | None
    """The training that was started last with its drawings."""
    revision: int
    """Another one whenever the room or its drawings have changed."""
    network: str | None
    """The model that people take home at its end, by the speaker's choice; None for the active one."""

    def state_now(self) -> State:
        """Returns whether people may draw now."""
        return self.state(time.time())

    def state(self, now: float) -> State:
        """Returns whether people may draw at a moment."""
        if self.closed is not None or now - self.attended > LEFT_ALONE_S:
            return State.CLOSED
        if self.frozen:
            return State.FROZEN
        return State.OVER if self.ends is not None and now >= self.ends else State.OPEN


def open_for(owner: str) -> Room:
    """Opens a room.

    Raises:
        RoomError: the owner, or all together, have as many open as may be.
        DatabaseError: the database cannot be used.
    """
    now = time.time()
    is_open = rooms.c.closed.is_(None) & (rooms.c.attended > now - LEFT_ALONE_S)
    with database.writing() as connection:
        if _count(connection, select(func.count()).where(is_open, rooms.c.owner == owner)) >= MOST_OF_OWNER:
            raise RoomError(f"You have {MOST_OF_OWNER} rooms open: close one of them first.")
        if _count(connection, select(func.count()).where(is_open)) >= MOST_OPEN:
            raise RoomError(f"{MOST_OPEN} rooms are open on this server, as many as it takes: try again later.")
        taken = set(connection.scalars(select(rooms.c.code)))
        code = next(code for code in iter(codes.new, "") if code not in taken)
        values = {
            "code": code,
            "owner": owner,
            "opened": now,
            "attended": now,
            "frozen": False,
            "counts_people": True,
            "names_leaders": False,
            "round": 1,
            "revision": 0,
        }
        made = connection.execute(insert(rooms).values(values).returning(*rooms.c)).mappings().one()
    return Room(**made)


def find(code: str) -> Room | None:
    """Returns the room with a code, also a closed one; None where there is none.

    Raises:
        DatabaseError: the database cannot be used.
    """
    if not settings.may_have_drawings():
        return None
    with database.reading() as connection:
        row = connection.execute(select(rooms).where(rooms.c.code == code)).mappings().first()
    return None if row is None else Room(**row)


def of_owner(owner: str) -> list[Room]:
    """Returns the rooms that a browser has opened and not deleted, the latest first.

    Raises:
        DatabaseError: the database cannot be used.
    """
    if not settings.may_have_drawings():
        return []
    with database.reading() as connection:
        rows = connection.execute(
            select(rooms).where(rooms.c.owner == owner).order_by(rooms.c.opened.desc(), rooms.c.id.desc())
        ).mappings()
        return [Room(**row) for row in rows]


def attend(room: Room) -> None:
    """Notes that the speaker looks at a room, unless that was noted a moment ago.

    Raises:
        DatabaseError: the database cannot be used.
    """
    now = time.time()
    if ATTENDED_S < now - room.attended <= LEFT_ALONE_S:
        with database.writing() as connection:
            connection.execute(update(rooms).where(rooms.c.id == room.id).values(attended=now))


def freeze(room: int, frozen: bool) -> None:
    """Lets nobody draw, or everybody again.

    Raises:
        RoomError: the room is gone.
        DatabaseError: the database cannot be used.
    """
    _change(room, frozen=frozen)


def begin_round(room: int, duration_s: float | None) -> None:
    """Begins the next round, which ends after a time, or never. What was trained before is not shown any more.

    Raises:
        RoomError: the room is gone.
        DatabaseError: the database cannot be used.
    """
    ends = None if duration_s is None else time.time() + duration_s
    _change(room, round=rooms.c.round + 1, ends=ends, frozen=False, run=None)


def end_round(room: int) -> None:
    """Ends the round now.

    Raises:
        RoomError: the room is gone.
        DatabaseError: the database cannot be used.
    """
    _change(room, ends=time.time())


def show(room: int, *, counts_people: bool, names_leaders: bool) -> None:
    """Chooses what the screen shows of people.

    Raises:
        RoomError: the room is gone.
        DatabaseError: the database cannot be used.
    """
    _change(room, counts_people=counts_people, names_leaders=names_leaders)


def note_run(room: int, run: str) -> None:
    """Notes which training was started with a room's drawings.

    Raises:
        RoomError: the room is gone.
        DatabaseError: the database cannot be used.
    """
    _change(room, run=run)


def hand_out(room: int, network: str | None) -> None:
    """Chooses which model people take home at a room's end: one by name, or, with None, the active one.

    Raises:
        RoomError: the room is gone.
        DatabaseError: the database cannot be used.
    """
    _change(room, network=network)


def close(room: int) -> None:
    """Closes a room for good; its drawings stay.

    Raises:
        RoomError: the room is gone.
        DatabaseError: the database cannot be used.
    """
    _change(room, closed=time.time())


def remove(room: int) -> None:
    """Deletes a room with its guests and all that they drew, at once and for good.

    Raises:
        DatabaseError: the database cannot be used.
    """
    with database.writing() as connection:
        connection.execute(delete(rooms).where(rooms.c.id == room))


def current(connection: Connection, room: int) -> Room:
    """Returns a room as it is now.

    Raises:
        RoomError: it is gone.
    """
    row = connection.execute(select(rooms).where(rooms.c.id == room)).mappings().first()
    if row is None:
        raise RoomError("This room is gone, and all that was drawn in it.")
    return Room(**row)


def touch(connection: Connection, room: int) -> None:
    """Notes that something has changed in a room."""
    connection.execute(
        update(rooms).where(rooms.c.id == room).values(revision=rooms.c.revision + 1, attended=time.time())
    )


def _change(room: int, **values: object) -> None:
    with database.writing() as connection:
        current(connection, room)
        connection.execute(update(rooms).where(rooms.c.id == room).values(values))
        touch(connection, room)


def _count(connection: Connection, query: Select[int]) -> int:
    return int(connection.scalar(query) or 0)
