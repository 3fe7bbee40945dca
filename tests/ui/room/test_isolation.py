"""Guests whose browsers send what no page of a room would, to a real server."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.browser import App, running_app
from benchmarks.load import reported
from mnist_core.kept import database
from mnist_core.kept.schema import tries
from mnist_core.rooms import drawings, guests, standing, store
from tests.handwriting import DIGITS
from tests.rooms.test_rooms import draws
from tests.ui.test_presenter import Forger, forging
from ui import owner
from ui.room.state import DESK

SPEAKER, GUEST, OTHER = "a speaker's key", "a guest's key", "another speaker's key"
FORGED_ID = f"$$ID-{'0' * 32}-"
NO_DRAWINGS = [
    None,
    [],
    {"drawing": 7},
    {
        "drawing": {
            "raw": {"objects": [{"type": "Path", "path": [["M", "x", 1e999]]}]},
            "data": "data:image/png;base64,AAAA",
        }
    },
    {"drawing": {"raw": {"objects": [{"type": "Path"}] * 10_000}, "data": "x" * 100_000}},
]


@pytest.fixture
def app(home: Path, small_mnist_path: Path, room: store.Room) -> Iterator[App]:
    database.close()
    with running_app(environment={"MNIST_STUDIO_HOME": str(home), "MNIST_PATH": str(small_mnist_path)}) as started:
        yield started
    database.close()


@pytest.fixture
def room(home: Path) -> store.Room:
    """A speaker's room with a guest's drawing."""
    opened = store.open_for(owner.known_as(SPEAKER))
    draws(opened, owner.known_as(GUEST))
    return opened


def now(room: store.Room) -> store.Room:
    found = store.find(room.code)
    assert found is not None
    return found


def pressed(id_: str) -> WidgetState:
    return WidgetState(id=id_, trigger_value=True)


def chosen(id_: str, drawing: object) -> WidgetState:
    return WidgetState(id=id_, json_value=json.dumps({"chosen": str(drawing)}))


def screen_of(app: App, room: store.Room) -> str:
    with forging(app, key="") as screen:
        return json.loads(screen.open("room", f"screen={room.code}").shown["stage"])["html"]


def finished(forger: Forger, digit: int) -> None:
    """Draws a digit on a phone, and presses Next."""
    on_paper = WidgetState(
        id=forger.id_of(DESK.canvas_key), json_value=reported([s * 0.6 + 0.2 for s in DIGITS[digit]])
    )
    forger.send(on_paper)
    forger.press("finish", on_paper)


def test_a_speakers_buttons_do_nothing_when_somebody_else_presses_them(app, room):
    other = store.open_for(owner.known_as(OTHER))
    (drawing,) = drawings.latest(room.id, 1)
    with forging(app, key=SPEAKER) as speaker:
        speaker.open("room", f"room={room.code}")
        stage = speaker.id_of("stage")
        speaker.send(chosen(stage, drawing.id))
        keys = ("pause", "next_round", "close_room", "delete_room", f"hide_{drawing.id}", "room_teach", "room_alone")
        ids = [speaker.id_of(key) for key in keys]
        toggles = [id_ for id_ in speaker.ids if re.search(r"-(counts|names)_\d", id_)]
    assert len(toggles) == 2
    before = now(room)
    flipped = [WidgetState(id=id_, bool_value="names" in id_) for id_ in toggles]
    for key, page, query in (
        (GUEST, "join", f"room={room.code}"),
        (GUEST, "room", f"room={room.code}"),
        (GUEST, "room", f"screen={room.code}"),
        (OTHER, "room", f"room={room.code}"),
        (OTHER, "room", f"room={other.code}"),
    ):
        with forging(app, key=key) as forger:
            forger.open(page, query)
            for id_ in ids:
                forger.send(chosen(stage, drawing.id), *flipped, pressed(id_))
    assert now(room) == before
    assert standing.of(room).digits == 1
    with forging(app, key=SPEAKER) as speaker:
        speaker.open("room", f"room={room.code}").press("pause")
    assert now(room).frozen


def test_a_press_on_a_drawing_brings_the_button_that_hides_it(app, room):
    (drawing,) = drawings.latest(room.id, 1)
    with forging(app, key=SPEAKER) as speaker:
        speaker.open("room", f"room={room.code}")
        pressed_one = chosen(speaker.id_of("stage"), drawing.id)
        assert speaker.fragments["stage"]  # so a browser has only this part of the page run
        speaker.send(pressed_one, fragment=speaker.fragments["stage"])
        speaker.press(f"hide_{drawing.id}", pressed_one)
    assert standing.of(room).digits == 0


def test_another_rooms_drawing_is_neither_seen_nor_hidden_without_its_code(app, room):
    mine = store.open_for(owner.known_as(OTHER))
    (drawing,) = drawings.latest(room.id, 1)
    with forging(app, key=OTHER) as forger:
        forger.open("room", f"room={mine.code}")
        forger.send(chosen(forger.id_of("stage"), drawing.id))
        assert not [id_ for id_ in forger.ids if "-hide_" in id_]
        assert "data-choice" not in forger.shown["stage"]
        for query in ("screen=BABEBI", "room=BABEBI", f"screen={room.id}", f"room={room.id}"):
            forger.open("room", query)
            assert "stage" not in forger.shown
            assert any(told.startswith("There is no room") for told in forger.told)
    assert standing.of(room).digits == 1
    with database.reading() as connection:
        assert set(connection.scalars(select(tries.c.kind))) == {"room"}


def test_no_made_up_state_makes_a_guest_of_a_room(app, room):
    guest = guests.find(room.id, owner.known_as(GUEST))
    made_up = {"room_guest": {"id": guest.id, "room": room.id, "name": "x", "drawn": 1}, "room_let_in": ["BABEBI"]}
    with forging(app, key=OTHER) as forger:
        for key, value in made_up.items():
            for prefix in ("", FORGED_ID):
                forger.open("join", "room=BABEBI")
                forger.send(WidgetState(id=f"{prefix}{key}", json_value=json.dumps(value)))
                assert any(told.startswith("There is no room") for told in forger.told)
        forger.open("join", f"room={room.code}")
        finished(forger, 7)
    assert guests.find(room.id, owner.known_as(GUEST)).drawn == 1
    assert guests.find(room.id, owner.known_as(OTHER)).drawn == 1


def test_what_no_paper_sends_hurts_nobody_else(app, room):
    with forging(app, key="a liar's key") as liar, forging(app, key=OTHER) as honest:
        honest.open("join", f"room={room.code}")
        liar.open("join", f"room={room.code}")
        canvas = liar.id_of(DESK.canvas_key)
        for value in NO_DRAWINGS:
            liar.send(WidgetState(id=canvas, json_value=json.dumps(value)))
            liar.press("finish", WidgetState(id=canvas, json_value=json.dumps(value)))
        finished(honest, 7)
    assert guests.find(room.id, owner.known_as(OTHER)).drawn == 1
    assert guests.find(room.id, owner.known_as("a liar's key")).drawn == 0


def test_a_name_reaches_the_screen_as_the_letters_that_were_typed(app, room):
    store.show(room.id, counts_people=True, names_leaders=True)
    guest = guests.find(room.id, owner.known_as(GUEST))
    draws(room, owner.known_as(GUEST), predicted=(guest.asked + 1) % 10)
    name = '<b id="x">&\'{0}'
    with forging(app, key=GUEST) as forger:
        forger.open("join", f"room={room.code}")
        (submit,) = [id_ for id_ in forger.ids if "FormSubmitter:name" in id_]
        forger.send(WidgetState(id=forger.id_of("guest_name"), string_value=name), pressed(submit))
    assert guests.find(room.id, owner.known_as(GUEST)).name == name
    screen = screen_of(app, room)
    assert "<b id" not in screen
    (shown,) = re.findall(r"<li><span>(.*?)</span>", screen)
    assert html.unescape(shown) == name
