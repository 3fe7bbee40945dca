"""Long readings take turns, so that many at once neither fill the memory nor keep the short ones waiting."""

import threading
from collections.abc import Callable
from time import monotonic

from mnist_core.errors import StudioError

WAIT_S = 0.02  # between two attempts to take a turn

_one_long_reading = threading.Lock()


class Busy(StudioError):
    """Other long readings took all the time that there was."""

    def __init__(self) -> None:
        super().__init__("Others are having long numbers read at this moment: try again in a few seconds.")


class Turn:
    """The time that a reading may take, and its turn among the long ones; a context that gives the turn back."""

    def __init__(self, check: Callable[[], None], longest_s: float) -> None:
        """Starts the reading's clock.

        Args:
            check: called whenever the reading waits or goes on; it ends with whatever this raises.
            longest_s: how long the reading may take, waiting included.
        """
        self.check = check
        self._ends = monotonic() + longest_s
        self._is_held = False

    @property
    def is_over(self) -> bool:
        """Whether the reading has taken as long as it may."""
        return monotonic() > self._ends

    def take(self) -> None:
        """Waits until no other long reading goes on, and keeps others waiting from then on.

        Raises:
            Busy: the time was over before.
        """
        while not self._is_held:
            self.check()
            self._is_held = _one_long_reading.acquire(timeout=WAIT_S)
            if not self._is_held and self.is_over:
                raise Busy

    def __enter__(self) -> "Turn":
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_held:
            _one_long_reading.release()
