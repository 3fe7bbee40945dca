"""Limits how often somebody may guess a secret: wrong tries are counted in the database, for all processes at once."""

import math
import time
from collections.abc import Mapping

from sqlalchemy import delete, insert, select

from mnist_core import formatting
from mnist_core.errors import StudioError
from mnist_core.kept import database
from mnist_core.kept.schema import tries


class TooManyTries(StudioError):
    """Somebody has guessed too often."""

    def __init__(self, left_s: float) -> None:
        super().__init__(f"Too many tries: wait {formatting.counted(max(1, math.ceil(left_s / 60)), 'minute')}.")


def check_and_note(kind: str, most: Mapping[str, int], within_s: float, *, was_right: bool) -> None:
    """Notes a wrong try, unless there were too many before it; then a right one is refused as well.

    Both happen in one transaction, so tries that come at once are counted one after the other.

    Args:
        kind: what is guessed.
        most: whose try it is, under each of their names, and how many wrong ones each name has.
        within_s: for how long a wrong try counts, in seconds.
        was_right: whether it is no wrong one.

    Raises:
        TooManyTries: one of the names has none left.
        DatabaseError: the database cannot be used; the try must not succeed.
    """
    now = time.time()
    with database.writing() as connection:
        left_s = 0.0
        for who, allowed in most.items():
            latest = (
                select(tries.c.at)
                .where(tries.c.kind == kind, tries.c.who == who, tries.c.at > now - within_s)
                .order_by(tries.c.at.desc())
                .limit(allowed)
            )
            counted = connection.scalars(latest).all()
            if len(counted) == allowed:
                left_s = max(left_s, counted[-1] + within_s - now)
        if left_s > 0:
            raise TooManyTries(left_s)
        if not was_right:
            connection.execute(delete(tries).where(tries.c.kind == kind, tries.c.at <= now - within_s))
            connection.execute(insert(tries), [{"kind": kind, "who": who, "at": now} for who in most])


def forget(kind: str, who: str) -> None:
    """Forgets the wrong tries of somebody who has succeeded.

    Raises:
        DatabaseError: the database cannot be used.
    """
    with database.writing() as connection:
        connection.execute(delete(tries).where(tries.c.kind == kind, tries.c.who == who))
