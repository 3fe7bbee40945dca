"""Watches what changes in other processes or through other visitors, and shows it again.

All visitors share one look where they can, and the more they are, the more rarely each looks.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

import streamlit as st

from ui import session

POLL_S, IDLE_S = 0.5, 3.0  # how often a page looks while something goes on, and while nothing does
WATCHER_S = 0.03  # for each watcher: 100 look every 4 s, and 20 who draw beside them hardly notice (docs/load.md)
RECENT_S = 0.25  # how old a look at most is that another visitor took
WINDOW_S = 10.0  # over which watchers are counted


class View(Protocol):
    """What one look has found."""

    @property
    def is_on(self) -> bool:
        """Whether it is expected to change soon."""

    @property
    def news(self) -> Hashable:
        """Changes when the whole page has to be shown again."""


V = TypeVar("V", bound=View)


class Looks(Generic[V]):
    """A look that all visitors share.

    Args:
        look: looks once.
        clock: returns seconds.
    """

    def __init__(self, look: Callable[[], V], clock: Callable[[], float] = time.monotonic) -> None:
        self._look, self._clock = look, clock
        self._lock = threading.Lock()
        self._last: tuple[V, float] | None = None

    def now(self) -> V:
        """Looks now, and keeps the result for `recent`."""
        began = self._clock()
        view = self._look()
        self._last = view, began
        return view

    def recent(self) -> V:
        """Returns the last result while it is recent; else looks again."""
        with self._lock:  # whoever comes meanwhile waits for the look that is being taken
            if self._last is not None:
                view, taken = self._last
                if self._clock() - taken <= RECENT_S:
                    return view
            return self.now()


class Audience:
    """Counts how many visitors watch; each look counts until that visitor's next one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._looks: deque[tuple[float, float]] = deque()

    def note(self, period_s: float) -> None:
        """Notes a look by a visitor who looks at this interval."""
        with self._lock:
            self._looks.append((self._clock(), period_s))

    def period_s(self) -> float:
        """Returns the interval at which each may look: `POLL_S` while they are few, doubled as they become more."""
        with self._lock:
            while self._looks and self._looks[0][0] < self._clock() - WINDOW_S:
                self._looks.popleft()
            watchers = sum(period_s for _, period_s in self._looks) / WINDOW_S
        period_s = POLL_S
        while period_s < watchers * WATCHER_S:
            period_s *= 2
        return period_s


_audience = Audience()


def watch(look: Callable[[], V] | Looks[V], draw: Callable[[V], None], *, idle_s: float | None = IDLE_S) -> None:
    """Shows a view again whenever it changes, and the whole page when there is news.

    While nothing is on, the page only asks whether there is news, and sends nothing.

    Args:
        look: looks once; as `Looks` where all visitors see the same.
        draw: shows a view.
        idle_s: how often to ask for news while nothing is on; None where only this visitor can bring some.
    """
    now, recent = (look.now, look.recent) if isinstance(look, Looks) else (look, look)
    first = now()
    period_s = _audience.period_s() if first.is_on else idle_s

    def show() -> None:
        view = now()
        draw(view)
        if view.news != first.news:
            _begin_anew()

    def follow() -> None:
        view = recent()
        if view.news != first.news:
            _begin_anew()
        if first.is_on and period_s is not None:
            _audience.note(period_s)
            if not period_s / 2 <= _audience.period_s() <= period_s:
                _begin_anew()
            draw(view)

    if not first.is_on:
        st.fragment(show)()
    if period_s is not None:
        st.fragment(follow, run_every=period_s)()


def _begin_anew() -> None:
    """Builds the page anew, which its visitor has not asked for; not while they may be reading a refusal."""
    if not session.is_reading():
        st.rerun()
