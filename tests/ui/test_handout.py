"""The addresses of networks: what is handed out there, and what not."""

import asyncio
import os
import threading
from collections.abc import Callable

import pytest
from starlette.datastructures import Headers
from starlette.responses import Response

from mnist_core.export.take_home import page, shelf
from mnist_core.models import registry
from mnist_core.models.model_folder import Model
from mnist_core.runs import aside
from mnist_core.runs.aside import CommandFailed
from ui import handout

PAGE = b"<!doctype html>the page of mine"


@pytest.fixture
def made(own_model) -> str:
    """A page that was made before; gives its key."""
    key = shelf.key(Model.open(own_model))
    path = shelf._path(key)
    path.parent.mkdir()
    path.write_bytes(PAGE)
    return key


def ask(path: str, method: str = "GET", **headers: str) -> Response:
    return asyncio.run(handout.answer(path, method, Headers(headers)))


@pytest.mark.parametrize("path", ["/", "/network", "/networks/mine", "/train/network/mine"])
def test_other_paths_are_left_to_the_app(path, made):
    assert ask(path) is None


def test_a_page_opens_under_its_models_name_with_a_policy_that_runs_it_alone(made):
    answer = ask("/network/mine")
    assert (answer.status_code, answer.body) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''mine.html"
    policy = answer.headers["content-security-policy"]
    assert policy == f"{page.policy()}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    assert "unsafe" not in policy
    assert "'self'" not in policy


def test_a_phone_that_has_the_page_is_sent_nothing_again(made):
    first = ask("/network/mine")
    assert first.headers["etag"] == f'"{made}"'
    again = ask("/network/mine", **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.body) == (304, b"")
    assert ask("/network/mine", **{"if-none-match": '"another"'}).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "",
        "yours",
        "../models/mine",
        "mine/",
        "mine/card.json",
        "mine/../mine",
        "/etc/passwd",
        ".",
        "..",
        "MINE\0",
        "<b>",
    ],
)
def test_what_is_no_model_of_the_list_is_not_found(name, made):
    answer = ask(f"/network/{name}")
    assert answer.status_code == 404
    assert "There is no model “" in answer.body.decode()
    assert "<b>" not in answer.body.decode()
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")


def test_nothing_is_taken(made):
    assert ask("/network/mine", "POST").status_code == 405


def test_a_damaged_model_gets_a_sentence(own_model):
    (own_model / "model.tflite").write_bytes(b"another")
    answer = ask("/network/mine")
    assert answer.status_code == 500
    assert "“mine” is damaged" in answer.body.decode()


def making(monkeypatch, command: Callable[[], bytes]) -> None:
    """Replaces the command, which starts TensorFlow."""
    monkeypatch.setattr(aside, "output", lambda arguments, **options: command())


def test_a_page_that_cannot_be_made_says_why_and_does_not_load_again(own_model, monkeypatch):
    def fail() -> bytes:
        raise CommandFailed("“mine” cannot be taken home: <its file> is missing.")

    making(monkeypatch, fail)
    answer = ask("/network/mine")
    assert answer.status_code == 500
    assert "cannot be taken home: &lt;its file&gt; is missing." in answer.body.decode()
    assert "refresh" not in answer.body.decode()


def test_while_a_page_is_made_a_hundred_phones_wait_or_come_again_and_it_is_made_once(own_model, monkeypatch):
    monkeypatch.setattr(handout, "WAIT_S", 0.05)
    may_end, made = threading.Event(), []

    def make() -> bytes:
        made.append(os.getpid())
        assert may_end.wait(20)
        return PAGE

    async def phones() -> tuple[list[Response], list[Response]]:
        first = await asyncio.gather(*(handout.answer("/network/mine", "GET", Headers()) for _ in range(100)))
        monkeypatch.setattr(handout, "WAIT_S", 20)
        waiting = asyncio.gather(*(handout.answer("/network/mine", "GET", Headers()) for _ in range(100)))
        asyncio.get_running_loop().call_later(0.1, may_end.set)
        return first, await waiting

    making(monkeypatch, make)
    early, late = asyncio.run(phones())
    assert {answer.status_code for answer in early} == {202}
    assert handout.MAKING in early[0].body.decode()
    assert '<meta http-equiv="refresh" content="3">' in early[0].body.decode()
    assert early[0].headers["cache-control"] == "no-store"
    assert {(answer.status_code, answer.body) for answer in late} == {(200, PAGE)}
    assert len(made) == 1
    assert handout._making == {}


def test_every_model_that_the_app_lists_has_an_address(own_model, made):
    assert registry.names() == ["shipped", "mine"]
    assert {name: handout._found(name)[0].folder.name for name in registry.names()} == {
        "shipped": "shipped",
        "mine": "mine",
    }
