"""Who knows a room's code comes in; codes cannot be guessed; only the speaker leads."""

import pytest
import streamlit as st
from sqlalchemy import func, select

from mnist_core import settings
from mnist_core.kept import database
from mnist_core.kept.schema import tries
from mnist_core.kept.tries import TooManyTries
from mnist_core.rooms import guests, store
from mnist_core.rooms.store import RoomError
from tests.rooms.test_rooms import ANNA, BO, SPEAKER
from ui import owner, presenter, session
from ui.room import entrance

WRONG = "BABEBI"


class Visitor:
    """A browser that comes to a room: its name, its address and its session."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self.comes(ANNA)

    def comes(self, browser: str | None, address: str = "192.0.2.1") -> None:
        """Lets another browser come, in a new session."""
        self._patch.setattr(owner, "of_visitor", lambda: browser)
        self._patch.setattr(presenter, "address", lambda: address)
        self._patch.setattr(st, "session_state", {})


@pytest.fixture
def visitor(monkeypatch, sqlite) -> Visitor:
    return Visitor(monkeypatch)


@pytest.fixture
def room(visitor) -> store.Room:
    room = store.open_for(SPEAKER)
    while room.code == WRONG:
        store.remove(room.id)
        room = store.open_for(SPEAKER)
    return room


def guess(typed: str = WRONG) -> None:
    with pytest.raises(RoomError, match="There is no room"):
        entrance.find(typed)


def counted() -> int:
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(tries)) or 0


def test_a_code_is_taken_as_people_type_it(visitor, room):
    for browser, typed in enumerate((room.code, f" {room.code.lower()} ", f"{room.code[:3]} {room.code[3:]}")):
        visitor.comes(str(browser))
        assert entrance.find(typed) == room
    assert counted() == 0


def test_a_browser_that_guesses_is_stopped_and_a_right_code_too(visitor, room):
    for _ in range(entrance.MOST_OF_BROWSER):
        visitor.comes(ANNA)
        guess()
    for typed in (WRONG, room.code):
        visitor.comes(ANNA, "192.0.2.99")
        with pytest.raises(TooManyTries):
            entrance.find(typed)
    visitor.comes(BO)
    assert entrance.find(room.code) == room


def test_an_address_that_guesses_with_ever_new_browsers_is_stopped(visitor, room, monkeypatch):
    monkeypatch.setattr(entrance, "MOST_OF_ADDRESS", 4)
    for browser in (None, "a", "b", None):
        visitor.comes(browser)
        guess()
    visitor.comes(BO)
    with pytest.raises(TooManyTries):
        entrance.find(room.code)
    visitor.comes(BO, "192.0.2.2")
    assert entrance.find(room.code) == room


def test_what_can_be_no_code_counts_as_well(visitor, room):
    for typed in ("KAVOM1", "x" * 10_000, "Ж" * 6):
        guess(typed)
    assert counted() == 6  # under the browser's name and the address's


def test_those_who_are_in_are_let_in_again_whoever_guesses_beside_them(visitor, room, monkeypatch):
    guests.join(room.id, ANNA)
    monkeypatch.setattr(entrance, "MOST_OF_ADDRESS", 2)
    for browser in ("a", "b"):
        visitor.comes(browser)
        guess()
    for browser in (ANNA, SPEAKER):
        visitor.comes(browser)
        assert entrance.find(room.code).id == room.id
    visitor.comes(BO)
    with pytest.raises(TooManyTries):
        entrance.find(room.code)
    assert counted() == 4


def test_a_screen_stays_when_others_at_its_address_guess(visitor, room, monkeypatch):
    monkeypatch.setattr(entrance, "MOST_OF_ADDRESS", 1)
    visitor.comes(None)
    assert entrance.find(room.code) == room
    guess()
    assert entrance.find(room.code) == room


def test_a_hall_whose_room_is_deleted_is_not_taken_for_guessers(visitor, room):
    assert entrance.find(room.code) == room
    store.remove(room.id)
    for _ in range(3):
        with pytest.raises(RoomError, match="This room is gone"):
            entrance.find(room.code)
    assert counted() == 0
    visitor.comes(ANNA)
    guess(room.code)
    assert counted() == 2


def test_a_made_up_session_lets_nobody_guess_for_nothing(visitor, room):
    for made_up in (WRONG, [WRONG], {WRONG: True}, {"value": WRONG}):
        st.session_state["room_let_in"] = made_up
        guess()
    assert counted() == 8  # each under two names


def test_where_there_is_no_database_a_wrong_code_makes_none(visitor):
    guess()
    assert not settings.database_path().exists()


@pytest.mark.parametrize("typed", ["[a](http://x.y)", "<b>x</b>", "![](//x)", "`*_x_*`"])
def test_the_sentence_about_a_wrong_code_holds_no_markup(visitor, typed):
    with pytest.raises(RoomError) as told:
        entrance.find(typed)
    assert not set("[]()<>/`*_!") & set(str(told.value))


def test_who_opened_a_room_leads_it_and_nobody_else(visitor, room):
    for browser, leads in ((SPEAKER, True), (ANNA, False), (None, False)):
        visitor.comes(browser)
        assert entrance.may_lead(room) is leads
    with pytest.raises(RoomError, match="Only whoever opened this room"):
        entrance.check_may_lead(room)


def test_the_passphrase_lets_others_lead(visitor, room, monkeypatch):
    monkeypatch.setenv("PRESENTER_PASSPHRASE", "a horse reads digits")
    visitor.comes(ANNA)
    assert not entrance.may_lead(room)
    session.admit_presenter()
    assert entrance.may_lead(room)
    monkeypatch.delenv("PRESENTER_PASSPHRASE")
    assert not entrance.may_lead(room)
    visitor.comes(SPEAKER)
    assert entrance.may_lead(room)
