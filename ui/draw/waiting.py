"""What a visitor sees while reading takes long, and how a reading ends that nobody waits for any more."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import streamlit as st

from ui import session

SHOWN_AFTER_S = 0.15  # the style sheet waits as long again: what is read within 300 ms does not flicker

_READING = '<p class="reading-on" role="status">Reading …</p>'


class Waiting:
    """A visitor who waits for an answer."""

    def __init__(self) -> None:
        self._place = st.empty()
        self._since = monotonic()
        self._is_told = False

    def tell(self) -> None:
        """Shows that something is being read, unless it is read soon."""
        if not self._is_told:
            self._place.html(_READING)
            self._is_told = True

    def check(self) -> None:
        """Ends the reading where nobody waits for it any more; says that it goes on where it takes long."""
        session.give_way()
        if monotonic() - self._since > SHOWN_AFTER_S:
            self.tell()

    def end(self) -> None:
        """Takes back what was said."""
        if self._is_told:
            self._place.empty()


@contextmanager
def waiting() -> Iterator[Waiting]:
    """Lets a visitor wait; what they are told meanwhile stands where this is called."""
    visitor = Waiting()
    try:
        yield visitor
    finally:
        visitor.end()
