"""Keeps, lists, relabels and deletes drawings. Every function asks whose they are: nobody reaches another's."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from mnist_core import formatting, settings
from mnist_core.drawing.strokes import PenStroke, Writing
from mnist_core.errors import StudioError
from mnist_core.kept import database, encoding, hands
from mnist_core.kept.schema import drawings
from mnist_core.kept.schema import hands as hands_table
from mnist_core.synthesis.non_digits import NONE, NUMBER

LABELS = (*range(10), NONE, NUMBER)
"""What a drawing may be called: a digit, no digit, several digits."""


class KeepingError(StudioError):
    """A drawing is not kept, or is not there."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A drawing with what a person said it is; nothing about the person."""

    id: int = 0
    """0 while it is not in the database."""
    hand: int = 0
    label: int
    """One of `LABELS`."""
    predicted: int
    """What was read: one of `LABELS`."""
    confidence: float
    """That of what was read, 0 to 1."""
    model: str
    """The name of the model that read it."""
    kept: float
    """When, in seconds since 1970."""
    ink: bytes
    """A PNG, dark ink on white paper, as `encoding.png_of` makes it."""
    strokes: str | None
    """JSON, as `encoding.json_of` makes it; None where the pen's strokes are not known."""

    @property
    def was_right(self) -> bool:
        """Whether it was read as what it is."""
        return self.label == self.predicted

    @property
    def writing(self) -> Writing:
        """The drawing as ink and strokes."""
        return Writing(encoding.ink_of(self.ink), self.pen_strokes)

    @property
    def pen_strokes(self) -> list[PenStroke]:
        """How it was drawn, in the ink's pixels; empty where that is not known."""
        return [] if self.strokes is None else encoding.strokes_of(self.strokes)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which drawings are wanted; None is any."""

    label: int | None = None
    hand: int | None = None
    was_right: bool | None = None
    since: float | None = None
    """Seconds since 1970."""

    def condition(self, owner: str) -> ColumnElement[bool]:
        """Returns what holds for an owner's drawings that are wanted."""
        parts: list[ColumnElement[bool]] = [hands_table.c.owner == owner]
        if self.label is not None:
            parts.append(drawings.c.label == self.label)
        if self.hand is not None:
            parts.append(drawings.c.hand == self.hand)
        if self.was_right is not None:
            right = drawings.c.label == drawings.c.predicted
            parts.append(right if self.was_right else ~right)
        if self.since is not None:
            parts.append(drawings.c.kept >= self.since)
        met = parts[0]
        for part in parts[1:]:
            met &= part
        return met


ANY = Filter()
_JOINED = drawings.join(hands_table, drawings.c.hand == hands_table.c.id)


def of_writing(
    writing: Writing, *, label: int, predicted: int, confidence: float, model: str, kept: float | None = None
) -> Kept:
    """Prepares a drawing to be kept: its ink within bounds, and its strokes where they are not too many.

    Raises:
        KeepingError: the label is none.
        BlankDrawing: there is no ink.
    """
    _check_label(label)
    ink, strokes = encoding.fitted(writing)
    return Kept(
        label=label,
        predicted=predicted,
        confidence=confidence,
        model=model,
        kept=time.time() if kept is None else kept,
        ink=encoding.png_of(ink),
        strokes=encoding.json_of(strokes),
    )


def keep(owner: str, kept: Sequence[Kept], hand: int | None = None) -> list[Kept]:
    """Keeps drawings, all or none.

    Args:
        owner: whose they are.
        kept: what is kept.
        hand: one of the owner's; by default the current one, which is made where there is none.

    Returns:
        The drawings with their ids and hand.

    Raises:
        KeepingError: as many are kept as the settings allow.
        HandError: the owner has no such hand.
        DatabaseError: the database cannot be used, or does not take it.
    """
    with database.writing() as connection:
        of = hands.current_or_new(connection, owner) if hand is None else hands.owned(connection, owner, hand)
        _check_room(connection, of.id, len(kept))
        held = [_inserted(connection, one, of.id) for one in kept]
        hands.touch(connection, of.id)
    return held


def check_room(owner: str, more: int, hand: int | None = None) -> None:
    """Checks whether so many more drawings could be kept now, before anybody prepares them.

    Raises:
        KeepingError: there is no room for them.
        HandError: the owner has no such hand.
        DatabaseError: the database cannot be used.
    """
    if hand is None and (current := hands.current(owner)) is not None:
        hand = current.id
    with database.reading() as connection:
        of = 0 if hand is None else hands.owned(connection, owner, hand).id
        _check_room(connection, of, more)


def relabel(owner: str, id_: int, label: int) -> None:
    """Calls a drawing something else.

    Raises:
        KeepingError: there is no such drawing, or no such label.
        DatabaseError: the database cannot be used.
    """
    _check_label(label)
    with database.writing() as connection:
        hand = _hand_of(connection, owner, id_)
        connection.execute(update(drawings).where(drawings.c.id == id_).values(label=label))
        hands.touch(connection, hand)


def remove(owner: str, id_: int) -> None:
    """Deletes a drawing for good.

    Raises:
        KeepingError: there is no such drawing.
        DatabaseError: the database cannot be used.
    """
    with database.writing() as connection:
        hand = _hand_of(connection, owner, id_)
        connection.execute(delete(drawings).where(drawings.c.id == id_))
        hands.touch(connection, hand)


def remove_all(owner: str, wanted: Filter = ANY) -> int:
    """Deletes all drawings that are wanted, for good; returns how many.

    Raises:
        DatabaseError: the database cannot be used.
    """
    if not settings.may_have_drawings():
        return 0
    with database.writing() as connection:
        chosen = select(drawings.c.id).select_from(_JOINED).where(wanted.condition(owner))
        touched = connection.scalars(
            select(drawings.c.hand).select_from(_JOINED).where(wanted.condition(owner)).distinct()
        ).all()
        removed = connection.execute(delete(drawings).where(drawings.c.id.in_(chosen))).rowcount
        for hand in touched:
            hands.touch(connection, hand)
    return int(removed)


def count(owner: str, wanted: Filter = ANY) -> int:
    """Counts the drawings that are wanted.

    Raises:
        DatabaseError: the database cannot be used.
    """
    if not settings.may_have_drawings():
        return 0
    with database.reading() as connection:
        query = select(func.count()).select_from(_JOINED).where(wanted.condition(owner))
        return int(connection.scalar(query) or 0)


def find(owner: str, wanted: Filter = ANY, *, limit: int | None = None, offset: int = 0) -> list[Kept]:
    """Returns the drawings that are wanted, the latest first.

    Raises:
        DatabaseError: the database cannot be used.
    """
    if not settings.may_have_drawings():
        return []
    query = (
        select(drawings)
        .select_from(_JOINED)
        .where(wanted.condition(owner))
        .order_by(drawings.c.kept.desc(), drawings.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    with database.reading() as connection:
        return [Kept(**row) for row in connection.execute(query).mappings()]


def one(owner: str, id_: int) -> Kept | None:
    """Returns a drawing; None where the owner has no such one.

    Raises:
        DatabaseError: the database cannot be used.
    """
    query = select(drawings).select_from(_JOINED).where(drawings.c.id == id_, hands_table.c.owner == owner)
    with database.reading() as connection:
        row = connection.execute(query).mappings().first()
    return None if row is None else Kept(**row)


def _inserted(connection: Connection, kept: Kept, hand: int) -> Kept:
    values = {
        "hand": hand,
        "label": kept.label,
        "predicted": kept.predicted,
        "confidence": kept.confidence,
        "model": kept.model,
        "kept": kept.kept,
        "ink": kept.ink,
        "strokes": kept.strokes,
    }
    made = insert(drawings).values(values).returning(drawings.c.id)
    return replace(kept, id=connection.scalars(made).one(), hand=hand)


def _check_room(connection: Connection, hand: int, more: int) -> None:
    """Raises a `KeepingError` where so many more drawings are too many."""
    of_hand = connection.scalar(select(func.count()).where(drawings.c.hand == hand)) or 0
    if of_hand + more > settings.kept_per_hand():
        raise KeepingError(
            f"At most {formatting.count(settings.kept_per_hand())} drawings of one hand are kept, and there are "
            f"{formatting.count(of_hand)}: delete some on My drawings first."
        )
    in_total = connection.scalar(select(func.count()).select_from(drawings)) or 0
    if in_total + more > settings.kept_in_total():
        raise KeepingError(
            f"This server keeps at most {formatting.count(settings.kept_in_total())} drawings, and has no room for "
            "more: whoever runs it can raise MNIST_STUDIO_KEPT_IN_TOTAL."
        )


def _check_label(label: int) -> None:
    if label not in LABELS:
        raise KeepingError("A drawing is a digit from 0 to 9, no digit, or several digits.")


def _hand_of(connection: Connection, owner: str, id_: int) -> int:
    query = select(drawings.c.hand).select_from(_JOINED).where(drawings.c.id == id_, hands_table.c.owner == owner)
    hand = connection.scalar(query)
    if hand is None:
        raise KeepingError("This drawing is not kept any more.")
    return int(hand)


def batches(owner: str, wanted: Filter, size: int) -> Iterator[list[Kept]]:
    """Yields all drawings that are wanted, some at a time, the latest first.

    Raises:
        DatabaseError: the database cannot be used.
    """
    offset = 0
    while found := find(owner, wanted, limit=size, offset=offset):
        yield found
        offset += len(found)
