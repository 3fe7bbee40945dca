"""The pages of a room, in Streamlit's own test harness: who may lead, what each control does, and what a phone says."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from mnist_core.kept import database
from mnist_core.kept.database import DatabaseError
from mnist_core.networks import recipes
from mnist_core.rooms import drawings, guests, standing, store
from mnist_core.rooms.store import State
from mnist_core.runs import control
from mnist_core.runs import store as runs
from mnist_core.training.own_drawings import OwnDrawings
from tests.handwriting import drawn
from tests.pages.test_app import component_data, png, send, stroke
from tests.pages.test_train import ended
from tests.rooms.test_rooms import ANNA, BO, SPEAKER, draws
from ui import owner, presenter
from ui.room import entrance, phone, state

ROOT = Path(__file__).parents[2]
PASSPHRASE = "a horse reads digits"
WRONG = "BABEBI"


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Closes the database in the home."""
    phone._doors.cache_clear()
    yield
    database.close()


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """Lets the visitor's browser be somebody's, the speaker's at first: the harness has no cookies."""

    def be(name: str | None) -> None:
        monkeypatch.setattr(owner, "of_visitor", lambda: name)

    be(SPEAKER)
    return be


@pytest.fixture
def room(browser) -> store.Room:
    return store.open_for(SPEAKER)


def opened(name: str, **address: str) -> AppTest:
    """Opens a page by way of the app, as its links need it."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run().switch_page(f"pages/{name}.py")
    for part, value in address.items():
        app.query_params[part] = value
    return running(app)


def running(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    return running(app)


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button if button.key}


def told(app: AppTest) -> str:
    return " ".join(error.value for error in app.error)


def shown(app: AppTest, key: str) -> str:
    return component_data(app, key)["html"]


def room_in_address(app: AppTest) -> str:
    named = app.query_params["room"]
    return named if isinstance(named, str) else named[0]


def now(room: store.Room) -> store.Room:
    found = store.find(room.code)
    assert found is not None
    return found


def test_a_speaker_opens_a_room_sees_it_and_finds_it_again(browser):
    app = press(opened("room"), "open_room")
    (room,) = store.of_owner(SPEAKER)
    assert room_in_address(app) == room.code
    assert f">{room.code}</p>" in shown(app, "stage")
    press(app, "all_rooms")
    assert "room" not in app.query_params
    press(app, f"go_to_{room.code}")
    assert "next_round" in keys(app)


def test_a_browser_without_cookies_opens_no_room(browser):
    browser(None)
    app = opened("room")
    assert "takes no cookies" in told(app)
    assert "open_room" not in keys(app)


def test_more_rooms_than_one_may_open_are_refused_with_a_sentence(browser):
    for _ in range(store.MOST_OF_OWNER):
        store.open_for(SPEAKER)
    assert "close one of them first" in told(press(opened("room"), "open_room"))


def test_with_a_passphrase_opening_asks_for_it_and_a_forged_press_is_refused(browser, monkeypatch):
    monkeypatch.setenv("PRESENTER_PASSPHRASE", PASSPHRASE)
    app = opened("room")
    assert app.button(key="open_room").disabled
    with monkeypatch.context() as patch:
        patch.setattr(presenter, "lock", lambda disabled=False: {"disabled": disabled, "help": None})
        assert "Opening a room asks for the presenter’s passphrase." in told(press(opened("room"), "open_room"))
    assert store.of_owner(SPEAKER) == []
    app.text_input(key="passphrase").input(PASSPHRASE)
    press(press(app, "unlock"), "open_room")
    assert len(store.of_owner(SPEAKER)) == 1


def test_rounds_are_paused_begun_and_ended(room):
    app = press(opened("room", room=room.code), "pause")
    assert now(room).state_now() is State.FROZEN
    assert "pause" not in keys(app)
    press(app, "go_on")
    assert now(room).state_now() is State.OPEN
    assert "end_round" not in keys(app)
    app.selectbox(key="room_lasts").select("1 minute")
    press(running(app), "next_round")
    assert (now(room).round, now(room).state_now()) == (2, State.OPEN)
    assert 0 < now(room).ends - now(room).attended <= 60
    press(app, "end_round")
    assert now(room).state_now() is State.OVER
    assert "Time is up" in shown(app, "stage")


def test_what_the_screen_shows_of_people_is_chosen(room):
    app = opened("room", room=room.code)
    guests.rename(guests.join(room.id, ANNA), "<i>Anna</i>")
    draws(room, ANNA, predicted=3 if guests.join(room.id, ANNA).asked != 3 else 4)
    app.toggle(key=f"names_{room.id}_False").set_value(True)
    assert "&lt;i&gt;Anna&lt;/i&gt;" in shown(running(app), "stage")
    app.toggle(key=f"counts_{room.id}_True").set_value(False)
    assert "<span>people</span>" not in shown(running(app), "stage")
    assert (now(room).counts_people, now(room).names_leaders) == (False, True)


def test_what_another_browser_of_the_speaker_chose_is_not_taken_back(room):
    first, second = (opened("room", room=room.code) for _ in range(2))
    first.toggle(key=f"names_{room.id}_False").set_value(True)
    running(first)
    running(second)
    assert now(room).names_leaders
    assert second.toggle(key=f"names_{room.id}_True").value
    second.toggle(key=f"names_{room.id}_True").set_value(False)
    running(second)
    running(first)
    assert not now(room).names_leaders


def test_only_a_drawing_of_this_room_is_hidden_and_only_once(room):
    other = store.open_for(BO)
    draws(room, ANNA)
    draws(other, ANNA)
    (mine,), (others,) = (drawings.latest(one.id, 1) for one in (room, other))
    app = opened("room", room=room.code)
    for forged in (str(others.id), "-1", "x", {"a": 1}, "9" * 400, "9" * 5000, "٣"):
        app.session_state[state.STAGE] = {"chosen": forged}
        assert not [key for key in keys(running(app)) if key.startswith("hide_")]
    app.session_state[state.STAGE] = {"chosen": str(mine.id)}
    press(running(app), f"hide_{mine.id}")
    assert (standing.of(room).digits, standing.of(other).digits) == (0, 1)
    assert f"hide_{mine.id}" not in keys(running(app))


def test_a_closed_room_takes_no_drawings_and_shows_what_there_is(room):
    draws(room, ANNA)
    app = press(opened("room", room=room.code), "close_room")
    assert now(room).state_now() is State.CLOSED
    assert not {"pause", "next_round", "close_room"} & keys(app)
    assert "Closed" in shown(app, "stage")
    assert standing.of(now(room)).digits == 1


def test_a_closed_rooms_screen_and_phones_lead_to_its_network(room, anna, browser, monkeypatch):
    monkeypatch.setenv("MNIST_STUDIO_ADDRESS", "https://digits.example.org")
    assert "network/" not in "".join(html.proto.body for html in anna.get("html"))
    store.freeze(room.id, True)
    assert "network/" not in shown(running(anna), "phone_waiting")
    browser(SPEAKER)
    app = press(opened("room", room=room.code), "close_room")
    assert "QR code of https://digits.example.org/network/shipped" in shown(app, "stage")
    assert not any(box.label == "The network that people take home" for box in app.selectbox)
    browser(ANNA)
    assert 'href="https://digits.example.org/network/shipped"' in shown(running(anna), "phone_waiting")


def test_the_speaker_chooses_which_network_people_take_home(room, fake_worker, browser, monkeypatch):
    monkeypatch.setenv("FAKE_TRAINING", "0")
    monkeypatch.setenv("MNIST_STUDIO_ADDRESS", "https://digits.example.org")
    run = ended(control.start(recipes.QUICK).id)
    store.note_run(room.id, run.id)
    app = opened("room", room=room.code)
    assert offered(app).options == ["shipped, which reads now", run.name]
    offered(app).select(run.name)
    running(app)
    assert now(room).network == run.name
    store.close(room.id)
    assert f"https://digits.example.org/network/{run.name}" in shown(running(app), "stage")

    offered(app).select("shipped")
    browser(ANNA)
    assert "Only whoever opened this room leads it." in told(running(app))
    assert now(room).network == run.name
    browser(SPEAKER)
    app = opened("room", room=room.code)
    offered(app).select("shipped")
    running(app)
    assert now(room).network is None


def offered(app: AppTest) -> Selectbox:
    """Returns where the speaker chooses the network that people take home."""
    (box,) = (box for box in app.selectbox if box.label == "The network that people take home")
    return box


def test_a_deleted_room_is_gone_and_the_others_are_offered(room):
    other = store.open_for(SPEAKER)
    app = press(opened("room", room=room.code), "delete_room")
    assert store.find(room.code) is None
    assert "room" not in app.query_params
    assert {"open_room", f"go_to_{other.code}"} <= keys(app)
    assert f"go_to_{room.code}" not in keys(app)


def test_another_browser_neither_leads_a_room_nor_sees_its_controls(room, browser):
    browser(ANNA)
    app = opened("room", room=room.code)
    assert "Only whoever opened this room leads it." in told(app)
    assert not {"pause", "close_room", "delete_room", "room_teach"} & keys(app)


def test_each_control_asks_by_itself_who_presses_it(room, browser):
    draws(room, ANNA)
    (mine,) = drawings.latest(room.id, 1)
    for key in ("pause", "next_round", "close_room", "delete_room", f"hide_{mine.id}", "room_teach", "room_alone"):
        browser(SPEAKER)
        app = opened("room", room=room.code)
        app.session_state[state.STAGE] = {"chosen": str(mine.id)}
        running(app)
        before = now(room)
        browser(ANNA)
        assert "Only whoever opened this room leads it." in told(press(app, key))
        assert now(room) == before
        assert runs.all_runs() == []
        assert standing.of(room).digits == 1


def test_with_the_passphrase_somebody_else_leads(room, browser, monkeypatch):
    monkeypatch.setenv("PRESENTER_PASSPHRASE", PASSPHRASE)
    browser(ANNA)
    app = opened("room", room=room.code)
    assert "Only whoever opened this room" in told(app)
    app.text_input(key="passphrase").input(PASSPHRASE)
    press(press(app, "unlock"), "pause")
    assert now(room).frozen


@pytest.mark.parametrize("locked", [True, False])
def test_a_speaker_who_would_lead_from_a_phone_gets_its_address_or_learns_what_it_takes(room, monkeypatch, locked):
    monkeypatch.setenv("MNIST_STUDIO_ADDRESS", "https://digits.example.org")
    if locked:
        monkeypatch.setenv("PRESENTER_PASSPHRASE", PASSPHRASE)
    app = opened("room", room=room.code)
    codes = [html.proto.body for html in app.get("html") if "QR code of" in html.proto.body]
    assert [f"QR code of https://digits.example.org/room?room={room.code}" in code for code in codes] == [True] * locked
    assert any("PRESENTER_PASSPHRASE" in words.value for words in app.markdown) is not locked


def test_the_screen_alone_has_no_controls_and_asks_for_no_cookie(room, browser):
    draws(room, ANNA)
    browser(None)
    app = opened("room", screen=room.code.lower())
    assert f">{room.code}</p>" in shown(app, "stage")
    assert "data-choice" not in shown(app, "stage")
    assert not keys(app)


@pytest.mark.parametrize("name", ["screen", "room"])
def test_a_wrong_code_is_told_in_a_sentence(room, name):
    assert "There is no room “BABEBI”." in told(opened("room", **{name: WRONG}))


def test_on_a_deleted_rooms_screen_it_is_said_that_it_is_gone(room, browser):
    app = opened("room", screen=room.code)
    store.remove(room.id)
    assert "This room is gone" in told(running(app))


def joined(room: store.Room) -> AppTest:
    return opened("join", room=room.code)


def write(app: AppTest, digit: int) -> AppTest:
    """Lets the phone's paper report a digit."""
    url = "data:image/png;base64," + base64.b64encode(png(drawn(digit))).decode()
    app.session_state[state.DESK.canvas_key] = {"drawing": {"raw": {"objects": [stroke("a")]}, "data": url}}
    return running(app)


def asked(room: store.Room, browser: str = ANNA) -> int:
    guest = guests.find(room.id, browser)
    assert guest is not None
    return guest.asked


@pytest.fixture
def anna(room, browser) -> AppTest:
    """The page on Anna's phone, which has joined the room."""
    browser(ANNA)
    return joined(room)


def test_without_a_code_the_phone_asks_for_it_and_takes_it_in_any_case(room, browser):
    browser(ANNA)
    app = opened("join")
    assert not app.error
    for typed in ("  ", WRONG, f" {room.code[:3].lower()} {room.code[3:].lower()}"):
        app.text_input(key=state.CODE).input(typed)
        press(app, "join")
    assert room_in_address(app) == room.code
    assert not app.error
    assert guests.find(room.id, ANNA) is not None


def test_a_wrong_code_counts_once_however_often_it_is_corrected(room, browser, monkeypatch):
    browser(ANNA)
    monkeypatch.setattr(entrance, "MOST_OF_BROWSER", 3)
    app = opened("join", room=WRONG)
    for typed in ("CICICI", "DODODO"):
        assert "There is no room" in told(app)
        app.text_input(key=state.CODE).input(typed)
        press(app, "join")
    assert "There is no room “DODODO”" in told(app)
    app.text_input(key=state.CODE).input(room.code)
    assert "Too many tries" in told(press(app, "join"))


def test_a_browser_without_cookies_is_told_why_it_cannot_draw(room, browser):
    browser(None)
    assert "takes no cookies" in told(joined(room))
    assert guests.count(room) == 0


def test_a_finished_digit_is_kept_as_it_was_read_and_the_next_one_is_asked_for(room, anna):
    first = asked(room)
    assert f"<strong>{first}</strong>" in shown(anna, "phone_prompt")
    assert anna.button(key="finish").disabled
    write(anna, first)
    assert "I read" in shown(anna, "phone_prompt")
    press(anna, "finish")
    (kept,) = drawings.latest(room.id, 9)
    assert (kept.asked, kept.predicted, kept.model, bool(kept.pen_strokes)) == (first, first, "shipped", True)
    assert f"<strong>{asked(room)}</strong>" in shown(anna, "phone_prompt")
    assert f"Your {first} was read right." in shown(anna, "phone_prompt")
    assert anna.button(key="finish").disabled
    assert asked(room) != first


def test_a_digit_that_is_read_as_another_one_is_kept_as_what_was_asked_for(room, anna):
    first = asked(room)
    other = (first + 1) % 10
    write(anna, other)
    assert anna.button(key="finish").label.startswith("It is a")
    press(anna, "finish")
    (kept,) = drawings.latest(room.id, 9)
    assert (kept.asked, kept.predicted) == (first, other)
    assert "You fooled it" in shown(anna, "phone_prompt")


def test_a_press_that_comes_twice_keeps_one(room, anna):
    write(anna, asked(room))
    twice = WidgetState(id=anna.button(key="finish").proto.id, trigger_value=True)
    for _ in range(2):
        send(anna, twice)
        assert not anna.exception
    assert standing.of(room).digits == 1


def test_a_phone_that_is_opened_again_goes_on(room, anna):
    press(write(anna, asked(room)), "finish")
    assert f"<strong>{asked(room)}</strong>" in shown(joined(room), "phone_prompt")
    assert guests.count(room) == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda room: store.freeze(room.id, True), "The speaker has paused the room."),
        (lambda room: store.end_round(room.id), "This round is over."),
        (lambda room: store.close(room.id), "This room is closed."),
    ],
)
def test_where_nobody_may_draw_the_phone_says_why_and_keeps_nothing(room, anna, change, says):
    write(anna, asked(room))
    change(room)
    press(anna, "finish")
    assert says in shown(anna, "phone_waiting")
    assert "finish" not in keys(anna)
    assert standing.of(now(room)).digits == 0


def test_a_drawing_is_still_on_the_paper_after_a_pause(room, anna):
    write(anna, asked(room))
    store.freeze(room.id, True)
    running(anna)
    store.freeze(room.id, False)
    running(anna)
    press(anna, "finish")
    assert standing.of(room).digits == 1


def test_a_closed_room_lets_nobody_new_in_and_leads_them_to_its_network(room, browser):
    store.close(room.id)
    browser(BO)
    app = joined(room)
    assert "This room is closed." in shown(app, "phone_waiting")
    assert "/network/shipped" in shown(app, "phone_waiting")
    assert standing.of(room).people == 0


def test_a_room_that_is_deleted_meanwhile_is_gone_for_its_phones(room, anna):
    write(anna, asked(room))
    store.remove(room.id)
    press(anna, "finish")
    assert "This room is gone" in told(anna)
    assert anna.text_input(key=state.CODE).value == ""


def test_a_database_that_is_away_is_told_and_the_drawing_is_not_lost(room, anna, monkeypatch):
    write(anna, asked(room))

    def away(*_: object, **__: object) -> None:
        raise DatabaseError("The database cannot be reached.")

    with monkeypatch.context() as patch:
        patch.setattr(drawings, "keep", away)
        press(anna, "finish")
        assert "cannot be reached" in shown(anna, "phone_prompt")
        assert standing.of(room).digits == 0
        patch.setattr(store, "find", away)
        assert "cannot be reached" in told(running(anna))
    press(running(anna), "finish")
    assert standing.of(room).digits == 1


def test_a_name_is_given_changed_and_taken_back(room, anna):
    for typed, kept in (("Anna", "Anna"), ("  An  na ", "An na"), ("", "")):
        anna.text_input(key="guest_name").input(typed)
        button = next(one for one in anna.button if one.label == "That is me")
        button.click()
        running(anna)
        assert guests.find(room.id, ANNA).name == kept
    assert standing.of(room).people == 1


def test_a_name_that_cannot_be_shown_is_refused_with_a_sentence(room, anna):
    anna.text_input(key="guest_name").input("a\u202eb")
    next(one for one in anna.button if one.label == "That is me").click()
    assert "all of them printable" in told(running(anna))


@pytest.fixture
def started(monkeypatch) -> list[tuple[object, OwnDrawings]]:
    """Notes the trainings that would be started."""
    found: list[tuple[object, OwnDrawings]] = []

    def start(recipe: object, *, own: OwnDrawings) -> object:
        found.append((recipe, own))
        return type("Run", (), {"id": "20261122-000000-own"})

    monkeypatch.setattr(control, "start", start)
    return found


@pytest.mark.parametrize(("key", "alone"), [("room_teach", False), ("room_alone", True)])
def test_the_network_learns_from_some_people_and_the_room_notes_the_run(room, started, key, alone):
    for guest in (ANNA, BO, "cy", "di"):
        for _ in range(3):
            draws(room, guest)
    press(opened("room", room=room.code), key)
    ((recipe, own),) = started
    assert (recipe.own_alone, bool(recipe.starts_from)) == (alone, not alone)
    assert (len(own.labels), int(own.held_back.sum())) == (12, 3)
    assert now(room).run == "20261122-000000-own"


@pytest.mark.parametrize(
    ("people", "says"), [((ANNA,) * 4, "It takes 5 kept drawings"), ((ANNA,) * 6, "drawings of two people at least")]
)
def test_too_little_to_learn_from_is_told(room, started, people, says):
    for guest in people:
        draws(room, guest)
    assert says in told(press(opened("room", room=room.code), "room_teach"))
    assert started == []
    assert now(room).run is None


def test_a_machine_that_is_training_already_is_told(room, monkeypatch):
    for guest in (ANNA, BO, "cy", "di", "ed"):
        draws(room, guest)

    def busy(*_: object, **__: object) -> None:
        raise control.Busy("This machine is training already.")

    monkeypatch.setattr(control, "start", busy)
    assert "This machine is training already." in told(press(opened("room", room=room.code), "room_teach"))
    assert now(room).run is None


def test_learning_asks_for_the_passphrase_even_of_who_leads(room, started, monkeypatch):
    monkeypatch.setenv("PRESENTER_PASSPHRASE", PASSPHRASE)
    monkeypatch.setattr(presenter, "lock", lambda disabled=False: {"disabled": disabled, "help": None})
    for guest in (ANNA, BO, "cy", "di", "ed"):
        draws(room, guest)
    assert "Training asks for the presenter’s passphrase." in told(press(opened("room", room=room.code), "room_teach"))
    assert started == []


def test_a_rooms_training_is_shown_and_its_model_offered(room, fake_worker):
    for guest in (ANNA, BO, "cy", "di", "ed"):
        draws(room, guest)
    app = press(opened("room", room=room.code), "room_teach")
    run = ended(now(room).run)
    assert f"{run.name} is ready" in shown(running(app), "stage")
