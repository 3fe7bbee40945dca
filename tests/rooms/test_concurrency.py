"""Many guests draw at once, through one process or several, and nothing of it is lost or counted twice."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from mnist_core.kept import database
from mnist_core.kept.schema import room_drawings
from mnist_core.rooms import drawings, guests, standing, store
from tests.handwriting import DIGITS, placed, with_pen
from tests.kept.test_database import carry_out_at_once
from tests.rooms.test_rooms import ANNA, SPEAKER, draws

GUESTS, EACH = 8, 6


def numbers(room: store.Room) -> dict[int, list[int]]:
    """Returns the numbers of each guest's drawings."""
    found: dict[int, list[int]] = {}
    with database.reading() as connection:
        query = select(room_drawings.c.guest, room_drawings.c.number).where(room_drawings.c.room == room.id)
        for guest, number in connection.execute(query.order_by(room_drawings.c.number)):
            found.setdefault(guest, []).append(number)
    return found


def test_guests_who_draw_at_once_lose_nothing(either):
    room = store.open_for(SPEAKER)

    def guest(name: str) -> list[int]:
        return [draws(room, name) for _ in range(EACH)]

    with ThreadPoolExecutor(GUESTS) as hall:
        asked = list(hall.map(guest, map(str, range(GUESTS))))
    stands = standing.find(room.code)
    assert (stands.people, stands.digits) == (GUESTS, GUESTS * EACH)
    assert list(numbers(room).values()) == [list(range(EACH))] * GUESTS
    assert stands.room.revision == GUESTS + GUESTS * EACH  # each who joined, and each drawing
    assert sorted(digit for of in asked for digit in of) == sorted(one.asked for one in drawings.all_of(room.id))


def test_one_browser_that_comes_and_presses_many_times_at_once_counts_once(either):
    room = store.open_for(SPEAKER)
    writing = with_pen(placed(DIGITS[7], 200, 60, 80), 28)
    with ThreadPoolExecutor(GUESTS) as presses:
        joined = list(presses.map(lambda _: guests.join(room.id, ANNA), range(GUESTS)))
        assert len(set(joined)) == 1
        kept = list(
            presses.map(lambda guest: drawings.keep(guest, writing, predicted=7, confidence=1, model="shipped"), joined)
        )
    assert {guest.drawn for guest in kept} == {1}
    assert numbers(room) == {joined[0].id: [0]}
    assert store.find(room.code).revision == 2


def test_a_room_that_is_closed_while_people_draw_keeps_what_was_confirmed(either):
    room = store.open_for(SPEAKER)
    for name in map(str, range(GUESTS)):
        guests.join(room.id, name)

    def guest(name: str) -> int:
        for count in range(EACH):
            try:
                draws(room, name)
            except store.RoomError:
                return count
        return EACH

    with ThreadPoolExecutor(GUESTS + 1) as hall:
        confirmed = [hall.submit(guest, str(name)) for name in range(GUESTS)]
        hall.submit(store.close, room.id).result()
        counts = [one.result() for one in confirmed]
    assert standing.find(room.code).digits == sum(counts) < GUESTS * EACH


def test_processes_of_the_app_share_a_room(either):
    room = store.open_for(SPEAKER)
    imports = "from mnist_core.rooms import store\nfrom tests.rooms.test_rooms import draws"
    draw = f"room = store.find({room.code!r}); [draws(room, argument) for _ in range({EACH})]"
    carry_out_at_once(imports, draw, ("a", "b", "c"))
    stands = standing.find(room.code)
    assert (stands.people, stands.digits, stands.room.revision) == (3, 3 * EACH, 3 + 3 * EACH)
    assert list(numbers(room).values()) == [list(range(EACH))] * 3
