"""A locked app before a browser that sends what no page of it would: presses of disabled buttons, and made-up state."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.browser import App, running_app
from mnist_core.kept import database, drawings
from mnist_core.kept.schema import tries
from mnist_core.models import registry
from mnist_core.networks import recipes
from mnist_core.runs import control, store
from mnist_core.runs.outcomes import State
from tests.kept.test_drawings import digit
from tests.pages.test_train import ended
from ui import owner
from ui.presenter import MOST_OF_BROWSER, WHAT
from ui.server import HAND

PASSPHRASE = "a horse reads digits"
KEY = "the key of a browser that lies"


class Forger:
    """A program that speaks a browser's protocol, and sends what it likes."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._page, self._query, self._script = "", "", ""
        self.ids: dict[str, str] = {}
        """The ids of the page's widgets, by the end that is their key."""
        self.told: list[str] = []
        """What the page says in its alerts and captions."""
        self.shown: dict[str, str] = {}
        """What our components are given, as JSON, by their keys."""
        self.fragments: dict[str, str] = {}
        """The fragments that our components are in, by their keys; empty outside of one."""

    def open(self, page: str, query: str = "") -> "Forger":
        """Opens a page by its path, "" for the Draw page, and what follows a question mark."""
        self._page, self._query = page, query
        self.send()
        return self

    def id_of(self, key: str) -> str:
        (found,) = [id_ for id_ in self.ids if id_.endswith(f"-{key}")]
        return found

    def press(self, key: str, *others: WidgetState) -> None:
        """Presses a button, disabled or not, and sends the state of other widgets with it."""
        self.send(WidgetState(id=self.id_of(key), trigger_value=True), *others)

    def send(self, *states: WidgetState, fragment: str = "") -> None:
        """Has the page run, beginning with a fragment where one is named, and takes in what it shows."""
        message = BackMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = self._page, self._query
        if fragment:
            message.rerun_script.fragment_id, message.rerun_script.page_script_hash = fragment, self._script
        message.rerun_script.widget_states.SetInParent()
        message.rerun_script.widget_states.widgets.extend(states)
        self._socket.send(message.SerializeToString())
        self.ids, self.told, self.shown = {}, [], {}
        while True:
            answer = ForwardMsg.FromString(self._socket.recv(timeout=60))
            kind = answer.WhichOneof("type")
            if kind == "delta" and answer.delta.WhichOneof("type") == "new_element":
                self._take(answer.delta.new_element, answer.delta.fragment_id)
            elif kind == "navigation":
                self._script = answer.navigation.page_script_hash
            elif kind == "script_finished" and answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return

    def _take(self, element, fragment: str) -> None:
        kind = element.WhichOneof("type")
        shown = getattr(element, kind)
        if getattr(shown, "id", ""):
            self.ids[shown.id] = kind
        if kind == "bidi_component":
            key = shown.id.rpartition("-")[2]
            self.shown[key], self.fragments[key] = shown.json or shown.mixed.json, fragment
        if kind in ("alert", "markdown"):
            self.told.append(shown.body)


@contextmanager
def forging(app: App, key: str = KEY, **headers: str) -> Iterator[Forger]:
    """Opens a session for a forger, whose browser has a key; headers are named with underscores."""
    address = app.address.replace("http", "ws") + "/_stcore/stream"
    sent = {"Cookie": f"{HAND}={key}", **{name.replace("_", "-"): value for name, value in headers.items()}}
    protocols = [Subprotocol("streamlit"), Subprotocol("PLACEHOLDER")]
    with connect(address, subprotocols=protocols, additional_headers=sent, max_size=None) as socket:
        yield Forger(socket)


@pytest.fixture
def environment(home: Path, small_mnist_path: Path) -> dict[str, str]:
    """The settings of an app with a passphrase."""
    return {
        "MNIST_STUDIO_HOME": str(home),
        "MNIST_PATH": str(small_mnist_path),
        "PRESENTER_PASSPHRASE": PASSPHRASE,
    }


@pytest.fixture
def app(environment: dict[str, str], own_model: Path) -> Iterator[App]:
    """An app with a passphrase, a second model and a browser's drawings."""
    drawings.keep(owner.known_as(KEY), [digit(label) for label in range(5)])
    database.close()
    with running_app(environment=environment) as started:
        yield started
    database.close()


@pytest.fixture
def forger(app: App) -> Iterator[Forger]:
    with forging(app) as come:
        yield come


def press_all(forger: Forger, page: str, keys: Sequence[str]) -> None:
    """Presses buttons of a page, one after the other."""
    for key in keys:
        forger.open(page).press(key)


def choose_mine(forger: Forger, *others: WidgetState) -> None:
    """Chooses the second model on the Runs page, and presses Use."""
    forger.open("runs").send(WidgetState(id=forger.id_of("model"), string_value="mine"))
    forger.press("use_from_shelf", WidgetState(id=forger.id_of("model"), string_value="mine"), *others)


def give(forger: Forger, passphrase: str) -> None:
    """Sends a passphrase as the form does."""
    forger.open("runs").press("unlock", WidgetState(id=forger.id_of("passphrase"), string_value=passphrase))


def test_no_press_changes_anything(forger, fake_worker, monkeypatch):
    monkeypatch.setenv("FAKE_TRAINING", "bug")
    stopped = ended(control.start(recipes.DEFAULT).id)
    press_all(forger, "train", ["retrain", "validate", "resume"])
    press_all(forger, "runs", [f"resume_{stopped.id}"])
    press_all(forger, "drawings", ["teach"])
    choose_mine(forger)
    assert ([run.id for run in store.all_runs()], store.read(stopped.id).state) == ([stopped.id], State.FAILED)
    assert registry.active_name() == registry.SHIPPED.name

    monkeypatch.setenv("FAKE_TRAINING", "5")
    run = control.start(recipes.DEFAULT)
    press_all(forger, "train", ["cancel"])
    assert store.read(run.id).is_on


def test_a_button_in_a_closed_popover_is_refused_with_a_sentence(forger, fake_worker, monkeypatch):
    monkeypatch.setenv("FAKE_TRAINING", "bug")
    stopped = ended(control.start(recipes.DEFAULT).id)
    forger.open("runs").press(f"forget_{stopped.id}")
    assert any(told.startswith("Deleting a run asks for the presenter’s passphrase.") for told in forger.told)
    forger.open("runs").send(WidgetState(id=forger.id_of("model"), string_value="mine"))
    forger.press("delete", WidgetState(id=forger.id_of("model"), string_value="mine"))
    assert any(told.startswith("Deleting a model asks for the presenter’s passphrase.") for told in forger.told)
    assert [run.id for run in store.all_runs()] == [stopped.id]
    assert registry.names() == [registry.SHIPPED.name, "mine"]


def test_no_made_up_state_stands_for_the_passphrase(forger):
    for value in ({"json_value": json.dumps({"x": 1})}, {"bool_value": True}, {"string_value": "Presenter"}):
        for id_ in ("presenter_admitted", f"$$ID-{'0' * 32}-presenter_admitted"):
            choose_mine(forger, WidgetState(id=id_, **value))
            assert registry.active_name() == registry.SHIPPED.name


def test_the_passphrase_lets_the_same_presses_through_in_one_session_only(app, forger):
    for given in ("wrong", PASSPHRASE):
        give(forger, given)
    assert WHAT not in forger.open("runs").told
    choose_mine(forger)
    assert registry.active_name() == "mine"
    with forging(app) as other:
        press_all(other, "runs", ["back_from_shelf"])
        assert WHAT in other.told
    assert registry.active_name() == "mine"


def test_two_processes_of_the_app_count_one_browsers_tries_together(app, environment):
    with running_app(environment=environment) as second:
        for number in range(MOST_OF_BROWSER):
            with forging((app, second)[number % 2]) as guesser:
                give(guesser, "wrong")
                assert "That is not the passphrase." in guesser.told
        with forging(second) as late:
            give(late, PASSPHRASE)
            assert "Too many tries: wait 15 minutes." in late.told
            assert WHAT in late.open("runs").told


def test_behind_a_proxy_of_this_machine_tries_are_those_of_the_address_that_it_names(app):
    with forging(app, key="", X_Forwarded_For="203.0.113.9, 192.0.2.7") as guesser:
        give(guesser, "wrong")
    with database.reading() as connection:
        assert connection.scalars(select(tries.c.who)).all() == ["192.0.2.7"]
