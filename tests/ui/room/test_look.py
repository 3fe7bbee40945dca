"""A room is looked at once for all, and again only where it has changed; a database that is away changes nothing."""

import time

import pytest
from sqlalchemy import update

from mnist_core.kept import database
from mnist_core.kept.database import DatabaseError
from mnist_core.kept.schema import rooms as rooms_table
from mnist_core.networks import recipes
from mnist_core.rooms import drawings, guests, standing, store
from mnist_core.rooms.store import State
from mnist_core.runs import control
from mnist_core.runs import store as runs
from mnist_core.runs.outcomes import State as RunState
from tests.pages.test_train import ended
from tests.rooms.test_rooms import ANNA, SPEAKER, draws
from ui.room import look as looking
from ui.room import phone

pytestmark = pytest.mark.usefixtures("sqlite")


@pytest.fixture
def room() -> store.Room:
    return store.open_for(SPEAKER)


@pytest.fixture
def counted(monkeypatch) -> list[int]:
    """Notes the rooms of which all figures are read."""
    found: list[int] = []
    of = standing.of
    monkeypatch.setattr(standing, "of", lambda room: found.append(room.id) or of(room))
    return found


def away(*_: object, **__: object) -> None:
    raise DatabaseError("The database cannot be reached.")


def test_only_a_room_that_has_changed_is_counted_again(room, counted):
    watched = looking._Watched(room.code)
    for _ in range(3):
        assert watched().standing.digits == 0
    assert counted == [room.id]
    draws(room, ANNA)
    assert [watched().standing.digits for _ in range(2)] == [1, 1]
    assert counted == [room.id] * 2


@pytest.mark.parametrize(
    "change",
    [
        lambda room: guests.join(room.id, ANNA),
        lambda room: guests.rename(guests.join(room.id, ANNA), "Anna"),
        lambda room: draws(room, ANNA),
        lambda room: store.freeze(room.id, True),
        lambda room: store.begin_round(room.id, 60),
        lambda room: store.show(room.id, counts_people=False, names_leaders=True),
        lambda room: store.note_run(room.id, "a-run"),
        lambda room: store.close(room.id),
        lambda room: store.hand_out(room.id, "mine"),
    ],
)
def test_whatever_changes_is_seen_at_the_next_look(room, change):
    watched = looking._Watched(room.code)
    before = watched()
    change(room)
    after = watched()
    assert after.standing == standing.find(room.code) != before.standing
    assert after.standing.room.revision > before.standing.room.revision


def test_a_hidden_drawing_is_gone_at_the_next_look(room):
    draws(room, ANNA)
    watched = looking._Watched(room.code)
    (shown,) = watched().standing.latest
    drawings.hide(room.id, shown.id)
    assert watched().standing.latest == ()


def test_a_round_that_ends_by_itself_changes_the_controls_and_wakes_the_phones(room, monkeypatch):
    store.begin_round(room.id, 30)
    watched, doors = looking._Watched(room.code), phone._doors.__wrapped__(room.code)
    before, opened = watched(), doors.now()
    assert watched().news == before.news
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 31)
    after, closed = watched(), doors.now()
    assert (before.standing.state, after.standing.state) == (State.OPEN, State.OVER)
    assert before.news != after.news
    assert (opened.news, closed.news) == ((State.OPEN, 2, None), (State.OVER, 2, None))


def test_while_the_database_is_away_a_room_stays_as_it_was(room, monkeypatch):
    draws(room, ANNA)
    watched, doors = looking._Watched(room.code), phone._doors.__wrapped__(room.code)
    before, opened = watched(), doors.now()
    with monkeypatch.context() as patch:
        patch.setattr(store, "find", away)
        assert watched() is before
        assert doors.now() == opened
        with pytest.raises(DatabaseError):
            looking._Watched(room.code)()
    draws(room, ANNA)
    assert watched().standing.digits == 2


def test_a_deleted_room_is_gone_for_who_watches_it(room):
    watched, doors = looking._Watched(room.code), phone._doors.__wrapped__(room.code)
    before, opened = watched(), doors.now()
    store.remove(room.id)
    after = watched()
    assert (after.standing, after.training, after.is_on, after.news) == (None, None, False, ())
    assert (before.is_on, opened.news, doors.now().news) == (True, (State.OPEN, 1, None), None)


def test_a_room_that_is_watched_is_not_left_alone(room):
    half_an_hour_ago = time.time() - 1800
    with database.writing() as connection:
        connection.execute(update(rooms_table).values(attended=half_an_hour_ago))
    looking._Watched(room.code)()
    assert store.find(room.code).attended > half_an_hour_ago + 1700


def test_all_who_watch_a_room_share_a_look(room, counted):
    seen = [looking.looks(room.code).recent() for _ in range(50)]
    assert all(one is seen[0] for one in seen)
    assert counted == [room.id]


def test_a_training_is_shown_from_its_start_and_compared_when_its_model_is_ready(room, fake_worker, monkeypatch):
    monkeypatch.setenv("FAKE_TRAINING", "bug")
    failed = ended(control.start(recipes.DEFAULT).id)
    watched = looking._Watched(room.code)
    assert watched().training is None
    store.note_run(room.id, failed.id)
    before = watched()
    assert (before.training.run.state, before.training.accuracy) == (RunState.FAILED, None)
    monkeypatch.setenv("FAKE_TRAINING", "0")
    done = ended(control.start(recipes.QUICK).id)
    store.note_run(room.id, done.id)
    after = watched()
    assert (after.training.run.id, after.training.own) == (done.id, None)
    assert after.training.accuracy == runs.model_of(done).evaluation["accuracy"]
    assert before.news != after.news
    store.note_run(room.id, "20200101-000000-never")
    assert watched().training is None


def test_only_a_closed_room_shows_which_network_is_taken_home(room, own_model):
    watched = looking._Watched(room.code)
    assert watched().network is None
    store.close(room.id)
    closed = watched()
    assert closed.network == "shipped"
    store.hand_out(room.id, "mine")
    assert watched().network == "mine"
    assert watched().news != closed.news
