"""What browsers are handed to read by themselves: what there is, under which addresses, and nothing else."""

import asyncio
import hashlib
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette
from starlette.types import Message
from streamlit import config

from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model
from ui.draw import engine


def ask(address: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """Asks the routes as a server does: the status, the headers and the content of the answer."""
    path = unquote(address)
    scope = {"type": "http", "method": method, "path": path, "raw_path": address.encode(), "root_path": ""}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    app = Starlette(routes=engine.routes())
    versions = {"http_version": "1.1", "asgi": {"version": "3.0", "spec_version": "2.4"}}
    asyncio.run(app({**scope, **versions, "query_string": b"", "headers": []}, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture
def base_path() -> Iterator[None]:
    before = config.get_option("server.baseUrlPath")
    config.set_option("server.baseUrlPath", "digits/")
    yield
    config.set_option("server.baseUrlPath", before)


def test_the_network_and_the_script_lie_under_their_checksums_for_ever(own_model):
    model = Model.open(own_model)
    offered = engine.of(model)
    (_, of_script, script), (_, of_network, network) = (ask(f"/{offered[part]}") for part in ("script", "network"))
    assert network == model.packed_path.read_bytes()
    assert offered["network"].endswith(f"/{hashlib.sha256(network).hexdigest()}")
    assert offered["script"] == f"engine/{hashlib.sha256(script).hexdigest()}.js"
    assert of_script["content-type"].startswith("text/javascript")
    assert {one["cache-control"] for one in (of_script, of_network)} == {"public, max-age=31536000, immutable"}
    assert offered["digit_threshold"] == model.card["digit_threshold"]


def test_another_model_has_another_address(own_model):
    assert engine.of(Model.open(own_model))["network"] != engine.of(registry.shipped())["network"]


@pytest.mark.parametrize("lacking", ["file", "entry", "checksum"])
def test_a_model_without_such_a_network_offers_none(own_model, lacking):
    address = engine.of(Model.open(own_model))["network"]
    model = Model.open(own_model)
    if lacking == "file":
        (own_model / model_folder.PACKED).unlink()
    elif lacking == "entry":
        del model.card["files"][model_folder.PACKED]
    else:
        (own_model / model_folder.PACKED).write_bytes(b"another")
    assert engine.of(model) is None
    if lacking != "entry":
        assert ask(f"/{address}")[0] == 404


@pytest.mark.parametrize(
    "address",
    [
        "/engine/0.js",
        "/engine/",
        "/engine/../app.py",
        "/weights/shipped/0",
        "/weights/nobody/{checksum}",
        "/weights/shipped/../shipped/{checksum}",
        "/weights/..%2Fshipped/{checksum}",
        "/weights/%2Fetc/passwd",
        "/weights/shipped/card.json",
        "/weights/.deleted-shipped/{checksum}",
        "/weights/{checksum}",
    ],
)
def test_a_wrong_address_leads_nowhere(home, address):
    checksum = registry.shipped().card["files"][model_folder.PACKED]["sha256"]
    assert ask(address.format(checksum=checksum))[0] == 404


def test_it_lies_where_the_app_lies(home, base_path):
    for part in ("script", "network"):
        address = engine.of(registry.shipped())[part]
        assert ask(f"/digits/{address}")[0] == 200
        assert ask(f"/{address}")[0] == 404


def test_nothing_can_be_changed_there(home):
    address = engine.of(registry.shipped())["network"]
    assert ask(f"/{address}", "HEAD")[0] == 200
    assert ask(f"/{address}", "POST")[0] == 405
