"""The people in a room: each draws the digits that they are asked for, in an order of their own."""

import time
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from sqlalchemy import func, insert, select, update

from mnist_core.kept import database
from mnist_core.kept.schema import guests, room_drawings
from mnist_core.rooms import store
from mnist_core.rooms.store import Room, RoomError, State

LONGEST_NAME = 24  # characters
MOST = 1000  # in a room


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Somebody in a room."""

    id: int
    room: int
    name: str
    """Empty where they gave none."""
    drawn: int = 0
    """How many digits they have drawn."""

    @property
    def asked(self) -> int:
        """The digit that they shall draw next.

        Every ten are all ten digits in random order: each person draws, and so all together draw, as many of one digit
        as of another.
        """
        return _order(self.id, self.drawn // 10)[self.drawn % 10]


@lru_cache(MOST)
def _order(guest: int, ten: int) -> tuple[int, ...]:
    return tuple(np.random.default_rng([guest, ten]).permutation(10).tolist())


def find(room: int, owner: str) -> Guest | None:
    """Returns a browser's guest; None where it has not joined.

    Raises:
        DatabaseError: the database cannot be used.
    """
    drawn = select(func.count()).where(room_drawings.c.guest == guests.c.id).scalar_subquery().label("drawn")
    query = select(guests.c.id, guests.c.room, guests.c.name, drawn)
    with database.reading() as connection:
        row = connection.execute(query.where(guests.c.room == room, guests.c.owner == owner)).mappings().first()
    return None if row is None else Guest(**row)


def join(room: int, owner: str) -> Guest:
    """Lets a browser into a room; one that was there before goes on where it was.

    Raises:
        RoomError: the room is gone, closed or full.
        DatabaseError: the database cannot be used.
    """
    if (found := find(room, owner)) is not None:
        return found
    with database.writing() as connection:
        if store.current(connection, room).state_now() is State.CLOSED:
            raise RoomError("This room is closed.")
        if (connection.scalar(select(func.count()).where(guests.c.room == room)) or 0) >= MOST:
            raise RoomError(f"This room is full: {MOST} people are in it.")
        joined = connection.scalar(select(guests.c.id).where(guests.c.room == room, guests.c.owner == owner))
        if joined is None:  # the same browser may have come twice at once
            values = {"room": room, "owner": owner, "name": "", "joined": time.time()}
            joined = connection.scalars(insert(guests).values(values).returning(guests.c.id)).one()
            store.touch(connection, room)
    return Guest(id=joined, room=room, name="")


def rename(guest: Guest, name: str) -> Guest:
    """Lets a guest be called by a name; an empty one takes it away.

    Raises:
        RoomError: it is too long or cannot be printed, or the room is gone.
        DatabaseError: the database cannot be used.
    """
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise RoomError(f"A name has at most {LONGEST_NAME} characters, all of them printable.")
    with database.writing() as connection:
        store.current(connection, guest.room)
        connection.execute(update(guests).where(guests.c.id == guest.id).values(name=name))
        store.touch(connection, guest.room)
    return replace(guest, name=name)


def count(room: Room) -> int:
    """Counts the people who have joined a room.

    Raises:
        DatabaseError: the database cannot be used.
    """
    with database.reading() as connection:
        return int(connection.scalar(select(func.count()).where(guests.c.room == room.id)) or 0)
