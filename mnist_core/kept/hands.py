"""Hands: whose drawings count together. A hand belongs to the browser in which it was made, and to nobody else.

An owner is the digest of a random key that a browser keeps itself: nobody who reads the database can pass for it.
"""

import time
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from mnist_core import settings
from mnist_core.errors import StudioError
from mnist_core.kept import database
from mnist_core.kept.schema import drawings, hands

LONGEST_NAME = 40  # characters
MOST = 20  # hands of one browser


class HandError(StudioError):
    """There is no such hand, or no other one can be made."""


@dataclass(frozen=True)
class Hand:
    """Whose drawings count together."""

    id: int
    name: str
    """Empty where the person gave none."""
    revision: int
    """Another one whenever its drawings have changed."""
    drawings: int = 0
    """How many of its drawings are kept, where they were counted."""

    @property
    def title(self) -> str:
        """What it is called on pages."""
        return self.name or "This browser’s hand"


def current(owner: str) -> Hand | None:
    """Returns the hand that a browser has taken last; None where it has none yet.

    Raises:
        DatabaseError: the database cannot be used.
    """
    if not settings.may_have_drawings():
        return None
    with database.reading() as connection:
        return _current(connection, owner)


def all_of(owner: str) -> list[Hand]:
    """Returns a browser's hands with how many drawings they have, the current one first.

    Raises:
        DatabaseError: the database cannot be used.
    """
    if not settings.may_have_drawings():
        return []
    counted = select(func.count()).where(drawings.c.hand == hands.c.id).scalar_subquery()
    with database.reading() as connection:
        rows = connection.execute(
            select(hands.c.id, hands.c.name, hands.c.revision, counted)
            .where(hands.c.owner == owner)
            .order_by(hands.c.chosen.desc(), hands.c.id.desc())
        )
        return [Hand(*row) for row in rows]


def make(owner: str, name: str = "") -> Hand:
    """Makes a hand, which is the browser's current one from then on.

    Raises:
        HandError: the name is too long or taken, or the browser has too many hands.
        DatabaseError: the database cannot be used.
    """
    with database.writing() as connection:
        return making(connection, owner, name)


def making(connection: Connection, owner: str, name: str = "") -> Hand:
    """Makes a hand as `make` does, within a transaction that writes."""
    name = _free_name(connection, owner, name)
    count = connection.scalar(select(func.count()).where(hands.c.owner == owner)) or 0
    if count >= MOST:
        raise HandError(f"A browser has at most {MOST} hands: delete or merge some first.")
    made = insert(hands).values(owner=owner, name=name, chosen=time.time(), revision=0).returning(hands.c.id)
    return Hand(connection.scalars(made).one(), name, 0)


def current_or_new(connection: Connection, owner: str) -> Hand:
    """Returns a browser's current hand, within a transaction that writes; makes the first one where there is none."""
    return _current(connection, owner) or making(connection, owner)


def choose(owner: str, hand: int) -> None:
    """Takes a hand: from now on it is the browser's current one.

    Raises:
        HandError: the browser has no such hand.
        DatabaseError: the database cannot be used.
    """
    _change(owner, hand, chosen=time.time())


def rename(owner: str, hand: int, name: str) -> None:
    """Gives a hand a name; an empty one takes it away.

    Raises:
        HandError: the browser has no such hand, or the name is too long or taken.
        DatabaseError: the database cannot be used.
    """
    with database.writing() as connection:
        held = owned(connection, owner, hand)
        if " ".join(name.split()) != held.name:
            connection.execute(update(hands).where(hands.c.id == hand).values(name=_free_name(connection, owner, name)))


def merge(owner: str, hand: int, into: int) -> None:
    """Moves all drawings of a hand to another one, and deletes the empty hand.

    Raises:
        HandError: the browser has no such hands, or they are the same.
        DatabaseError: the database cannot be used.
    """
    if hand == into:
        raise HandError("A hand cannot be merged with itself: choose another one.")
    with database.writing() as connection:
        owned(connection, owner, hand)
        owned(connection, owner, into)
        connection.execute(update(drawings).where(drawings.c.hand == hand).values(hand=into))
        connection.execute(delete(hands).where(hands.c.id == hand))
        touch(connection, into)


def forget(owner: str, hand: int) -> None:
    """Deletes a hand with all its drawings, for good.

    Raises:
        HandError: the browser has no such hand.
        DatabaseError: the database cannot be used.
    """
    with database.writing() as connection:
        owned(connection, owner, hand)
        connection.execute(delete(hands).where(hands.c.id == hand))


def owned(connection: Connection, owner: str, hand: int) -> Hand:
    """Returns a hand of a browser.

    Raises:
        HandError: it has no such hand.
    """
    row = connection.execute(
        select(hands.c.id, hands.c.name, hands.c.revision).where(hands.c.id == hand, hands.c.owner == owner)
    ).first()
    if row is None:
        raise HandError("This browser has no such hand any more.")
    return Hand(*row)


def touch(connection: Connection, hand: int) -> None:
    """Notes that a hand's drawings have changed."""
    connection.execute(update(hands).where(hands.c.id == hand).values(revision=hands.c.revision + 1))


def _current(connection: Connection, owner: str) -> Hand | None:
    row = connection.execute(
        select(hands.c.id, hands.c.name, hands.c.revision)
        .where(hands.c.owner == owner)
        .order_by(hands.c.chosen.desc(), hands.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else Hand(*row)


def _change(owner: str, hand: int, **values: object) -> None:
    with database.writing() as connection:
        owned(connection, owner, hand)
        connection.execute(update(hands).where(hands.c.id == hand).values(**values))


def _free_name(connection: Connection, owner: str, name: str) -> str:
    """Returns a name with single blanks.

    Raises:
        HandError: it is too long, cannot be printed, or another hand of this browser has it.
    """
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise HandError(f"A name has at most {LONGEST_NAME} characters, all of them printable.")
    if name and connection.scalar(select(hands.c.id).where(hands.c.owner == owner, hands.c.name == name)):
        raise HandError(f"There is a hand “{name}” already.")
    return name
