"""Rooms open, take what people draw, count it, and are closed or deleted; on both databases."""

import io
import time

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import update

from mnist_core.drawing.framing import BlankDrawing
from mnist_core.drawing.strokes import StrokePack, Writing
from mnist_core.kept import database
from mnist_core.kept.packs import PackError
from mnist_core.kept.schema import rooms as rooms_table
from mnist_core.models import registry
from mnist_core.rooms import codes, drawings, guests, learning, souvenirs, standing, store
from mnist_core.rooms.store import RoomError, State
from mnist_core.synthesis.non_digits import NONE
from mnist_core.training.own_drawings import TooFewDrawings, TooFewPeople
from tests.handwriting import DIGITS, placed, with_pen

SPEAKER, ANNA, BO = "speaker", "anna", "bo"


def draws(room: store.Room, owner: str, *, predicted: int | None = None) -> int:
    """Lets somebody draw what they are asked for; returns what that was."""
    guest = guests.join(room.id, owner)
    writing = with_pen(placed(DIGITS[guest.asked], 200, 60, 80), 28)
    read = guest.asked if predicted is None else predicted
    drawings.keep(guest, writing, predicted=read, confidence=0.9, model="shipped")
    return guest.asked


def left_alone(room: store.Room) -> None:
    with database.writing() as connection:
        long_ago = time.time() - store.LEFT_ALONE_S - 1
        connection.execute(update(rooms_table).where(rooms_table.c.id == room.id).values(attended=long_ago))


def test_a_code_is_read_aloud_and_typed_in_any_case():
    for _ in range(200):
        code = codes.new()
        assert codes.normalized(f" {code[:3].lower()} {code[3:]}\n") == code
    for typed in ("", "KAVOM", "KAVOMIX", "AKAVOM", "KAVOM1", "<b>KAV", "K" * 10_000):
        assert codes.normalized(typed) is None


def test_a_room_is_found_by_its_code_and_by_who_opened_it(either):
    assert store.find("KAVOMI") is None
    room = store.open_for(SPEAKER)
    assert store.find(room.code) == room
    assert store.of_owner(SPEAKER) == [room]
    assert store.of_owner(ANNA) == []
    assert room.state(time.time()) is State.OPEN


def test_one_person_opens_only_so_many_rooms_and_all_together_too(either, monkeypatch):
    opened = [store.open_for(SPEAKER) for _ in range(store.MOST_OF_OWNER)]
    assert len({room.code for room in opened}) == len(opened)
    with pytest.raises(RoomError, match="close one of them"):
        store.open_for(SPEAKER)
    monkeypatch.setattr(store, "MOST_OPEN", 4)
    store.open_for(ANNA)
    with pytest.raises(RoomError, match="4 rooms are open"):
        store.open_for(BO)
    store.close(opened[0].id)
    left_alone(opened[1])
    assert store.open_for(SPEAKER)


def test_everybody_draws_each_digit_equally_often_in_an_order_of_their_own(either):
    room = store.open_for(SPEAKER)
    orders = [[draws(room, owner) for _ in range(20)] for owner in (ANNA, BO)]
    for order in orders:
        assert sorted(order[:10]) == sorted(order[10:]) == list(range(10))
    assert orders[0] != orders[1]


def test_a_phone_that_comes_back_goes_on_where_it_was(either):
    room = store.open_for(SPEAKER)
    draws(room, ANNA)
    before = guests.find(room.id, ANNA)
    assert guests.join(room.id, ANNA) == before
    assert (before.drawn, guests.find(room.id, BO)) == (1, None)
    assert guests.count(room) == 1


def test_the_same_drawing_sent_twice_is_kept_once(either):
    room = store.open_for(SPEAKER)
    guest = guests.join(room.id, ANNA)
    for _ in range(2):
        drawings.keep(guest, with_pen(placed(DIGITS[7], 200, 60, 80), 28), predicted=7, confidence=1, model="shipped")
    assert guests.find(room.id, ANNA).drawn == 1


def test_what_was_drawn_is_counted_and_shown_unless_it_is_hidden(either):
    room = store.open_for(SPEAKER)
    asked = [draws(room, ANNA), draws(room, BO, predicted=NONE)]
    stands = standing.find(room.code)
    assert (stands.people, stands.digits, stands.right, stands.accuracy) == (2, 2, 1, 0.5)
    assert stands.confusion[asked[0]][asked[0]] == stands.confusion[asked[1]][10] == 1
    low, high = stands.interval
    assert 0 < low < 0.5 < high < 1
    (fooled,) = stands.fooled
    assert (fooled.asked, fooled.predicted, fooled.fooled) == (asked[1], NONE, True)
    assert [one.asked for one in stands.latest] == asked[::-1]

    drawings.hide(store.open_for(ANNA).id, fooled.id)  # from another room
    assert standing.find(room.code).digits == 2
    drawings.hide(room.id, fooled.id)
    stands = standing.find(room.code)
    assert (stands.digits, stands.accuracy, stands.fooled) == (1, 1.0, ())
    assert len(list(drawings.all_of(room.id))) == 1
    assert stands.room.revision > room.revision


def test_an_empty_room_has_no_accuracy(either):
    stands = standing.of(store.open_for(SPEAKER))
    assert (stands.digits, stands.accuracy, stands.interval, stands.latest) == (0, None, None, ())


def test_nobody_draws_in_a_room_that_is_frozen_over_or_closed(either):
    room = store.open_for(SPEAKER)
    draws(room, ANNA)
    for act, sentence in (
        (lambda: store.freeze(room.id, True), "paused"),
        (lambda: (store.begin_round(room.id, 60), store.end_round(room.id)), "round is over"),
        (lambda: store.close(room.id), "closed"),
    ):
        act()
        with pytest.raises(RoomError, match=sentence):
            draws(room, ANNA)
    with pytest.raises(RoomError, match="closed"):
        guests.join(room.id, BO)
    assert standing.find(room.code).digits == 1


def test_the_next_round_ends_by_itself_and_opens_a_frozen_room(either):
    room = store.open_for(SPEAKER)
    store.freeze(room.id, True)
    store.begin_round(room.id, 30)
    begun = store.find(room.code)
    now = time.time()
    assert (begun.round, begun.frozen, begun.state(now), begun.state(now + 31)) == (2, False, State.OPEN, State.OVER)
    store.begin_round(room.id, None)
    assert store.find(room.code).state(now + 3600) is State.OPEN


def test_a_room_left_alone_closes_itself_and_keeps_its_drawings(either):
    room = store.open_for(SPEAKER)
    draws(room, ANNA)
    left_alone(room)
    alone = store.find(room.code)
    assert alone.state(time.time()) is State.CLOSED
    store.attend(alone)  # nobody opens it again by looking
    assert store.find(room.code).state(time.time()) is State.CLOSED
    assert len(list(drawings.all_of(room.id))) == 1


def test_who_fooled_it_most_is_named_for_this_round_if_the_speaker_wants_it(either):
    room = store.open_for(SPEAKER)
    for owner, name, often in ((ANNA, "Anna", 1), (BO, "Bo", 2), ("cy", "", 3)):
        guests.rename(guests.join(room.id, owner), name)
        for _ in range(often):
            draws(room, owner, predicted=NONE)
    assert standing.find(room.code).leaders == ()
    store.show(room.id, counts_people=False, names_leaders=True)
    stands = standing.find(room.code)
    assert stands.leaders == (("Bo", 2), ("Anna", 1))
    assert not stands.room.counts_people
    store.begin_round(room.id, None)
    assert standing.find(room.code).leaders == ()


@pytest.mark.parametrize("name", ["x" * 25, "a\x07b"])
def test_a_name_that_cannot_be_shown_is_refused(sqlite, name):
    guest = guests.join(store.open_for(SPEAKER).id, ANNA)
    with pytest.raises(RoomError, match="at most 24 characters"):
        guests.rename(guest, name)


def test_limits_hold_and_blank_paper_is_not_kept(either, monkeypatch):
    room = store.open_for(SPEAKER)
    guest = guests.join(room.id, ANNA)
    with pytest.raises(BlankDrawing):
        drawings.keep(guest, Writing(np.zeros((480, 480), np.float32)), predicted=1, confidence=1, model="shipped")
    for limit, sentence in (("MOST_OF_GUEST", "of one person"), ("MOST_OF_ROOM", "is full")):
        with monkeypatch.context() as patch:
            patch.setattr(drawings, limit, 0)
            with pytest.raises(RoomError, match=sentence):
                draws(room, ANNA)
    monkeypatch.setattr(guests, "MOST", 1)
    with pytest.raises(RoomError, match="full: 1 people"):
        guests.join(room.id, BO)


def test_a_deleted_room_is_gone_with_all_that_was_drawn(either):
    room, other = store.open_for(SPEAKER), store.open_for(SPEAKER)
    draws(room, ANNA)
    draws(other, ANNA)
    guest = guests.find(room.id, ANNA)
    store.remove(room.id)
    assert store.find(room.code) is None
    assert list(drawings.all_of(room.id)) == []
    assert guests.find(room.id, ANNA) is None
    assert len(list(drawings.all_of(other.id))) == 1
    for act in (lambda: store.freeze(room.id, True), lambda: guests.rename(guest, "Anna")):
        with pytest.raises(RoomError, match="gone"):
            act()


def test_people_are_divided_between_learning_and_testing(either):
    room = store.open_for(SPEAKER)
    with pytest.raises(TooFewDrawings):
        learning.divided(room.id)
    asked = [draws(room, ANNA) for _ in range(6)]
    with pytest.raises(TooFewPeople):
        learning.divided(room.id)
    asked += [draws(room, owner) for owner in (BO, "cy", "di", "ed") for _ in range(3)]
    own = learning.divided(room.id)
    people = np.array([one.guest for one in drawings.all_of(room.id)])
    assert own.labels.tolist() == asked
    held_back, learned = set(people[own.held_back]), set(people[~own.held_back])
    assert held_back
    assert learned
    assert not held_back & learned
    assert 0.2 <= own.held_back.mean() < 0.5


def test_a_pack_and_a_mosaic_are_taken_home(either, tmp_path):
    room = store.open_for(SPEAKER)
    path = tmp_path / "room.npz"
    with path.open("wb") as file, pytest.raises(PackError):
        souvenirs.write_pack(room.id, file)
    with pytest.raises(RoomError, match="Nothing has been drawn"):
        souvenirs.mosaic(room.id)
    asked = [draws(room, owner) for owner in (ANNA, ANNA, BO)]
    with path.open("wb") as file:
        assert souvenirs.write_pack(room.id, file) == 3
    pack = StrokePack.load(path)
    assert pack.labels.tolist() == asked
    first, second, third = pack.writers.tolist()
    assert first == second != third
    picture = np.asarray(Image.open(io.BytesIO(souvenirs.mosaic(room.id))))
    pitch = souvenirs.TILE_PX + souvenirs.GAP_PX
    assert picture.shape == (pitch + souvenirs.GAP_PX, 3 * pitch + souvenirs.GAP_PX)
    for column in range(3):
        assert picture[:, column * pitch : (column + 1) * pitch].min() < 50


def test_the_speakers_choice_is_taken_home_while_it_is_there_and_else_the_active_network(sqlite, own_model):
    room = store.open_for(SPEAKER)
    assert souvenirs.network(room) == "shipped"
    store.hand_out(room.id, "mine")
    assert souvenirs.network(store.find(room.code)) == "mine"
    own_model.rename(own_model.with_name("renamed"))
    assert souvenirs.network(store.find(room.code)) == "shipped"
    store.hand_out(room.id, None)
    registry.activate("renamed")
    assert souvenirs.network(store.find(room.code)) == "renamed"
