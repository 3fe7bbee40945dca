"""Lets visitors take turns at what is made for them in a process of its own.

So many at once do not fill the machine. A turn ends early where its visitor has gone or has asked for something else.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

from mnist_core.errors import StudioError
from mnist_core.runs import aside
from ui import session

CHECK_S = 0.1  # how often somebody who waits for their turn is asked whether they still do


class TooManyWait(StudioError):
    """Others had all the turns that there were."""


class Superseded(Exception):
    """Nobody waits any more for what is made; what was asked for instead begins when this run of the page has ended."""


class Turns:
    """The turns at one kind of thing: one visitor has it, the others wait.

    Args:
        busy: a sentence for those who have waited in vain.
        patience_s: how long somebody waits for their turn.
    """

    def __init__(self, busy: str, patience_s: float) -> None:
        self.busy = busy
        self.patience_s = patience_s
        self._one = threading.Lock()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Waits until nobody else has the turn, and keeps others waiting until this context ends.

        Raises:
            TooManyWait: others had it all the time.
            Superseded: the visitor waits no longer.
        """
        ends = monotonic() + self.patience_s
        while not self._one.acquire(timeout=max(0.0, min(CHECK_S, ends - monotonic()))):
            check()
            if monotonic() >= ends:
                raise TooManyWait(self.busy)
        try:
            yield
        finally:
            self._one.release()


def output(arguments: Sequence[str], *, sent: bytes = b"") -> bytes:
    """Returns what a command of this program writes, run as long as its visitor waits for it; call it within a turn.

    Args:
        arguments: the command and its arguments.
        sent: what it finds at its standard input.

    Raises:
        CommandFailed: it failed, or took too long.
        Superseded: the visitor waits no longer.
    """
    return aside.output(arguments, sent=sent, check=check)


def check() -> None:
    """Ends what nobody waits for any more.

    Raises:
        Superseded: the visitor has gone, or has asked for something else.
    """
    if session.is_superseded():
        raise Superseded
