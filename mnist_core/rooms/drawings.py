"""What people draw in a room: kept when they say that it is finished, shown and counted unless the speaker hides it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, func, insert, select, update

from mnist_core.drawing.strokes import PenStroke, Writing
from mnist_core.kept import database, encoding
from mnist_core.kept.schema import guests, room_drawings
from mnist_core.rooms import store
from mnist_core.rooms.guests import Guest
from mnist_core.rooms.store import RoomError, State

MOST_OF_GUEST = 500
MOST_OF_ROOM = 10_000
AT_ONCE = 200
WAITING = {
    State.FROZEN: "The speaker has paused the room.",
    State.OVER: "This round is over.",
    State.CLOSED: "This room is closed.",
}
"""What is said to whoever draws where nobody may."""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A digit that somebody drew in a room."""

    id: int
    guest: int
    round: int
    asked: int
    """What it is: the digit that its author was asked for."""
    predicted: int
    """What the network read: 0 to 9, or NONE."""
    confidence: float
    model: str
    kept: float
    """When, in seconds since 1970."""
    ink: bytes
    """A PNG, as `mnist_core.kept.encoding.png_of` makes it."""
    strokes: str | None

    @property
    def fooled(self) -> bool:
        """Whether it was read as something else."""
        return self.asked != self.predicted

    @property
    def pen_strokes(self) -> list[PenStroke]:
        """How it was drawn, in the ink's pixels; empty where that is not known."""
        return [] if self.strokes is None else encoding.strokes_of(self.strokes)


_COLUMNS = [room_drawings.c[name] for name in Drawing.__dataclass_fields__]


def keep(guest: Guest, writing: Writing, *, predicted: int, confidence: float, model: str) -> Guest:
    """Keeps what a guest has drawn of the digit that they are asked for. The same one sent twice is kept once.

    Args:
        guest: as they were when they were asked.
        writing: what they drew.
        predicted: what was read, 0 to 9 or NONE.
        confidence: of that.
        model: the name of the model that read it.

    Returns:
        The guest, who is asked for their next digit.

    Raises:
        BlankDrawing: there is no ink.
        RoomError: the room is gone, takes no drawings now, or is full.
        DatabaseError: the database cannot be used.
    """
    ink, strokes = encoding.fitted(writing)
    values = {
        "room": guest.room,
        "guest": guest.id,
        "number": guest.drawn,
        "asked": guest.asked,
        "predicted": predicted,
        "confidence": confidence,
        "model": model[:60],
        "kept": time.time(),
        "hidden": False,
        "ink": encoding.png_of(ink),
        "strokes": encoding.json_of(strokes),
    }
    with database.writing() as connection:
        room = store.current(connection, guest.room)
        if (state := room.state_now()) is not State.OPEN:
            raise RoomError(WAITING[state])
        drawn, drawn_in_room = connection.execute(
            select(
                select(func.count()).where(room_drawings.c.guest == guest.id).scalar_subquery(),
                select(func.count()).where(room_drawings.c.room == room.id).scalar_subquery(),
            )
        ).one()
        if drawn != guest.drawn:
            return replace(guest, drawn=drawn)
        if drawn >= MOST_OF_GUEST:
            raise RoomError(f"You have drawn {MOST_OF_GUEST} digits: that is as many as a room takes of one person.")
        if drawn_in_room >= MOST_OF_ROOM:
            raise RoomError(f"This room has {MOST_OF_ROOM:,} drawings, and is full.")
        connection.execute(insert(room_drawings).values(values | {"round": room.round}))
        store.touch(connection, room.id)
    return replace(guest, drawn=drawn + 1)


def latest(room: int, limit: int, *, fooled: bool = False) -> list[Drawing]:
    """Returns the drawings of a room that are not hidden, the latest first.

    Args:
        room: which.
        limit: how many at most.
        fooled: whether only those that were read as something else.

    Raises:
        DatabaseError: the database cannot be used.
    """
    query = _shown(room).order_by(room_drawings.c.id.desc()).limit(limit)
    if fooled:
        query = query.where(room_drawings.c.asked != room_drawings.c.predicted)
    with database.reading() as connection:
        return [Drawing(**row) for row in connection.execute(query).mappings()]


def all_of(room: int) -> Iterator[Drawing]:
    """Yields the drawings of a room that are not hidden, the first ones first.

    Raises:
        DatabaseError: the database cannot be used.
    """
    last = 0
    while True:
        query = _shown(room).where(room_drawings.c.id > last).order_by(room_drawings.c.id).limit(AT_ONCE)
        with database.reading() as connection:
            found = [Drawing(**row) for row in connection.execute(query).mappings()]
        yield from found
        if len(found) < AT_ONCE:
            return
        last = found[-1].id


def hide(room: int, id_: int) -> None:
    """Hides a drawing for good: it is neither shown nor counted nor learned any more.

    Raises:
        RoomError: the room is gone.
        DatabaseError: the database cannot be used.
    """
    with database.writing() as connection:
        store.current(connection, room)
        connection.execute(
            update(room_drawings).where(room_drawings.c.id == id_, room_drawings.c.room == room).values(hidden=True)
        )
        store.touch(connection, room)


def is_shown(room: int, id_: int) -> bool:
    """Returns whether a drawing is one of a room, and not hidden.

    Raises:
        DatabaseError: the database cannot be used.
    """
    with database.reading() as connection:
        return connection.execute(_shown(room).where(room_drawings.c.id == id_)).first() is not None


def confusion(room: int) -> dict[tuple[int, int], int]:
    """Counts the drawings of a room that are not hidden, by what they are and what was read.

    Raises:
        DatabaseError: the database cannot be used.
    """
    asked, predicted = room_drawings.c.asked, room_drawings.c.predicted
    query = select(asked, predicted, func.count()).where(room_drawings.c.room == room, ~room_drawings.c.hidden)
    with database.reading() as connection:
        return {(is_, read): n for is_, read, n in connection.execute(query.group_by(asked, predicted))}


def leaders(room: int, round_: int, limit: int) -> list[tuple[str, int]]:
    """Returns who fooled the network most in a round: names, as far as people gave them, and how often.

    Raises:
        DatabaseError: the database cannot be used.
    """
    often = func.count().label("often")
    query = (
        select(guests.c.name, often)
        .join(room_drawings, room_drawings.c.guest == guests.c.id)
        .where(room_drawings.c.room == room, room_drawings.c.round == round_, ~room_drawings.c.hidden)
        .where(room_drawings.c.asked != room_drawings.c.predicted, guests.c.name != "")
        .group_by(guests.c.id, guests.c.name)
        .order_by(often.desc(), func.min(room_drawings.c.id))
        .limit(limit)
    )
    with database.reading() as connection:
        return [(name, count) for name, count in connection.execute(query)]


def _shown(room: int) -> Select[Any]:
    return select(*_COLUMNS).where(room_drawings.c.room == room, ~room_drawings.c.hidden)
