"""Watching what other processes do: all visitors share one look, and the more they are, the more rarely each looks."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from mnist_core.runs.store import Run

POLL_S, IDLE_S = 0.5, 3.0  # how often a page looks while a run is on, and while none is
WATCHER_S = 0.03  # for each watcher: 100 look every 4 s, and 20 who draw beside them hardly notice (docs/load.md)
RECENT_S = 0.25  # how old a look at most is that another visitor took
WINDOW_S = 10.0  # over which watchers are counted


@dataclass(frozen=True)
class Look:
    """A run, and how it is shown to everybody who looks now."""

    run: Run | None
    lay_out: Callable[[Run], Mapping[str, str]]

    @property
    def is_on(self) -> bool:
        """Whether it will soon look different."""
        return self.run is not None and self.run.is_on

    @property
    def place(self) -> tuple[str, bool] | None:
        """Returns what, once it changes, changes the whole page."""
        return None if self.run is None else (self.run.id, self.run.is_on)

    @cached_property
    def html(self) -> Mapping[str, str]:
        """The parts of the page that are the same for all, by their keys; none while there is no run."""
        return {} if self.run is None else self.lay_out(self.run)


class Looks:
    """Looks that all visitors share.

    Args:
        find: finds the run to look at.
        lay_out: turns it into HTML, by the keys of the places on the page.
        clock: tells the seconds.
    """

    def __init__(
        self,
        find: Callable[[], Run | None],
        lay_out: Callable[[Run], Mapping[str, str]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._find, self._lay_out, self._clock = find, lay_out, clock
        self._lock = threading.Lock()
        self._last: tuple[Look, float] | None = None

    def now(self) -> Look:
        """Looks now; whoever is content with a recent look gets this one."""
        began = self._clock()
        look = Look(self._find(), self._lay_out)
        self._last = look, began
        return look

    def recent(self) -> Look:
        """Returns the last look, and looks again only if that is some time ago."""
        with self._lock:  # whoever comes meanwhile waits for the look that is being taken
            if self._last is not None:
                look, taken = self._last
                if self._clock() - taken <= RECENT_S:
                    return look
            return self.now()


class Audience:
    """How many watch: each look counts for the time until the next one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._looks: deque[tuple[float, float]] = deque()

    def note(self, period_s: float) -> None:
        """Notes that somebody looks who looks every so often."""
        with self._lock:
            self._looks.append((self._clock(), period_s))

    def period_s(self) -> float:
        """Returns how often each may look: `POLL_S` while they are few, doubled as they become more."""
        with self._lock:
            while self._looks and self._looks[0][0] < self._clock() - WINDOW_S:
                self._looks.popleft()
            watchers = sum(period_s for _, period_s in self._looks) / WINDOW_S
        period_s = POLL_S
        while period_s < watchers * WATCHER_S:
            period_s *= 2
        return period_s


_audience = Audience()


def watch(looks: Looks, draw: Callable[[Look], None]) -> None:
    """Shows what is to be seen, and goes on by itself.

    While nothing is on, the page only asks whether there is news, and sends nothing.

    Args:
        looks: of those who watch the same.
        draw: shows one.
    """
    first = looks.now()
    period_s = _audience.period_s() if first.is_on else IDLE_S

    def show() -> None:
        draw(looks.now())

    def follow() -> None:
        look = looks.recent()
        if look.place != first.place:
            st.rerun()
        if first.is_on:
            _audience.note(period_s)
            if not period_s / 2 <= _audience.period_s() <= period_s:
                st.rerun()
            draw(look)

    if not first.is_on:
        st.fragment(show)()
    st.fragment(follow, run_every=period_s)()
