from datetime import UTC, datetime

import pytest
from markupsafe import Markup
from streamlit.testing.v1 import AppTest

from mnist_core.networks import recipes
from mnist_core.runs.outcomes import State
from mnist_core.runs.store import Run
from ui import session
from ui.training.look import Look
from ui.watching import POLL_S, RECENT_S, WINDOW_S, Audience, Looks

RUN = Run("id", "default-1", recipes.DEFAULT, None, datetime(2026, 11, 22, tzinfo=UTC), State.RUNNING)


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_all_who_look_within_a_moment_share_one_look_and_its_html(clock):
    found, laid_out = [], []
    looks = Looks(lambda: Look(found.append(1) or RUN, lambda run: laid_out.append(run) or {"run": Markup()}), clock)
    seen = [looks.recent() for _ in range(100)]

    assert len(found) == 1
    assert {look.html["run"] for look in seen} == {Markup()}
    assert laid_out == [RUN]


def test_a_look_is_taken_anew_once_it_is_old_and_at_once_by_who_opens_the_page(clock):
    found = iter([None, RUN, None, RUN])
    looks = Looks(lambda: Look(next(found), lambda run: {}), clock)

    assert looks.recent().run is None
    clock.now += 2 * RECENT_S
    assert looks.recent().run is RUN
    assert looks.now().run is None
    assert looks.recent().run is None


def test_a_page_without_a_run_has_nothing_to_lay_out():
    assert Look(None, lambda run: {"run": Markup()}).html == {}


def settled_period_s(watchers: int, clock: Clock) -> float:
    """How often each looks when so many have been watching for a while."""
    audience = Audience(clock)
    for _ in range(5):
        period_s = audience.period_s()
        for _ in range(round(2 * WINDOW_S / period_s)):
            clock.now += period_s
            for _ in range(watchers):
                audience.note(period_s)
    return audience.period_s()


def test_a_speaker_sees_the_curves_grow_twice_a_second(clock):
    assert settled_period_s(10, clock) == POLL_S


def test_a_hundred_watchers_together_look_hardly_more_often_than_a_few(clock):
    assert 100 / settled_period_s(100, clock) < 2 * 10 / POLL_S


def test_who_has_gone_is_no_longer_counted(clock):
    audience = Audience(clock)
    for _ in range(1000):
        audience.note(POLL_S)
    assert audience.period_s() > POLL_S
    clock.now += 2 * WINDOW_S
    assert audience.period_s() == POLL_S


def press_and_be_refused():
    """A page whose press is refused, and which has news of its own at the same moment."""
    from dataclasses import dataclass

    import streamlit as st

    from mnist_core.errors import StudioError
    from ui import page
    from ui.watching import watch

    @dataclass
    class View:
        news: int
        is_on: bool = False

    page.open_bare("Train")
    with page.problems_told():
        pressed = st.button("Retrain")
        older = [0] if pressed else []
        if pressed:
            raise StudioError("Somebody trains already.")
    watch(lambda: View(older.pop() if older else 1), lambda view: None, idle_s=None)


@pytest.mark.parametrize(("read_s", "told"), [(60.0, ["Somebody trains already."]), (0.0, [])])
def test_a_page_with_news_begins_anew_once_its_visitor_has_read_a_refusal(read_s, told, monkeypatch):
    monkeypatch.setattr(session, "READ_S", read_s)
    app = AppTest.from_function(press_and_be_refused).run()
    assert not app.error
    app.button[0].click().run()
    assert [one.value for one in app.error] == told


def test_what_is_told_again_and_again_does_not_keep_a_page_as_it_is(monkeypatch):
    monkeypatch.setattr(session.st, "session_state", {})
    now = iter([0.0, 4.0, 6.0])
    monkeypatch.setattr(session, "monotonic", lambda: next(now))
    session.forget_told()
    assert not session.is_reading()
    session.note_told("Somebody trains already.")
    session.note_told("Somebody trains already.")
    assert not session.is_reading()  # since 0, and not since 4
