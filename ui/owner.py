"""Whose kept drawings a visitor's browser may see and change: those that were kept with its own key."""

import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from mnist_core import formatting
from mnist_core.errors import StudioError
from ui.server import HAND

LONGEST_KEY = 200  # characters; ours has 43


class NoKey(StudioError):
    """A browser takes no cookies."""

    def __init__(self) -> None:
        super().__init__(
            "Your browser takes no cookies, and without one your drawings could not be found again: nothing is kept."
        )


def of_visitor() -> str | None:
    """Returns by which name the database knows this visitor's browser: its key's digest; None for one without a key."""
    key = st.context.cookies.get(HAND)
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY:
        return None
    return known_as(key)


def known_as(key: str) -> str:
    """Returns by which name the database knows a browser: its key's digest."""
    return hashlib.sha256(key.encode()).hexdigest()


def required() -> str:
    """Returns by which name the database knows this visitor's browser.

    Raises:
        NoKey: it has no key.
    """
    owner = of_visitor()
    if owner is None:
        raise NoKey
    return owner


def when(kept: float) -> str:
    """Writes when a drawing was kept, as the visitor's own clock has it."""
    zone = _zone()
    return formatting.recently(datetime.fromtimestamp(kept, zone), datetime.now(zone))


def _zone() -> ZoneInfo:
    """Returns the visitor's time zone, as far as their browser says it and this machine knows it."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
