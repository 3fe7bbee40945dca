"""By which address phones reach a room, wherever the app runs and however the speaker came."""

import io
import socket
from types import SimpleNamespace
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest
import segno
import streamlit as st
import zxingcpp
from PIL import Image
from streamlit import config

from mnist_core.settings import SettingsError
from ui import address

IN_NETWORK = "198.51.100.7"
OPTIONS = {"server.address": "0.0.0.0", "server.port": 8501, "server.baseUrlPath": ""}


@pytest.fixture
def options(monkeypatch) -> dict[str, object]:
    """The server's options, which a test may change; the machine has an address in a network."""
    chosen = dict(OPTIONS)
    monkeypatch.setattr(config, "get_option", chosen.__getitem__)
    monkeypatch.setattr(address, "_address_in_network", lambda: IN_NETWORK)
    monkeypatch.delenv("MNIST_STUDIO_ADDRESS", raising=False)
    return chosen


@pytest.fixture
def came_by(monkeypatch):
    """Lets the speaker have come by an address."""

    def come(url: str | None) -> None:
        monkeypatch.setattr(st, "context", SimpleNamespace(url=url))

    come("http://localhost:8501/room")
    return come


@pytest.mark.parametrize(
    ("listens", "base", "came", "expected"),
    [
        ("0.0.0.0", "", "http://localhost:8501/room", f"http://{IN_NETWORK}:8501/join?room=KAVOMI"),
        ("0.0.0.0", "", None, f"http://{IN_NETWORK}:8501/join?room=KAVOMI"),
        (
            "0.0.0.0",
            "/digits/",
            "http://127.0.0.1:8501/digits/room",
            f"http://{IN_NETWORK}:8501/digits/join?room=KAVOMI",
        ),
        ("0.0.0.0", "", "https://digits.example/room?room=X", "https://digits.example/join?room=KAVOMI"),
        ("0.0.0.0", "digits", "https://me.example/digits/room", "https://me.example/digits/join?room=KAVOMI"),
        ("127.0.0.1", "", "http://localhost:8501/room", "http://localhost:8501/join?room=KAVOMI"),
        ("127.0.0.1", "", "https://digits.example/room", "https://digits.example/join?room=KAVOMI"),
    ],
)
def test_phones_join_where_the_speaker_came_or_in_the_machines_network(options, came_by, listens, base, came, expected):
    options |= {"server.address": listens, "server.baseUrlPath": base}
    came_by(came)
    assert address.of_room("KAVOMI") == expected


@pytest.mark.parametrize(
    "configured", ["https://digits.example.org", "https://digits.example.org/", "http://[::1]:80/a"]
)
def test_a_public_address_goes_before_all_others(options, came_by, monkeypatch, configured):
    monkeypatch.setenv("MNIST_STUDIO_ADDRESS", configured)
    came_by("https://elsewhere.example/room")
    assert address.of_room("KAVOMI") == f"{configured.rstrip('/')}/join?room=KAVOMI"
    assert address.of_leading("KAVOMI") == f"{configured.rstrip('/')}/room?room=KAVOMI"
    assert address.complaint() is None


@pytest.mark.parametrize("configured", ["digits.example.org", "ftp://a.b", "https://", "https://a b", "https://a/?x=1"])
def test_a_wrong_public_address_is_told_and_not_shown(options, came_by, monkeypatch, configured):
    monkeypatch.setenv("MNIST_STUDIO_ADDRESS", configured)
    with pytest.raises(SettingsError, match=r"should be like https://digits\.example\.org"):
        address.of_room("KAVOMI")


@pytest.mark.parametrize(
    ("listens", "came", "complains"),
    [
        ("127.0.0.1", "http://localhost:8501/room", True),
        ("localhost", None, True),
        ("127.0.0.1", "https://digits.example/room", False),
        ("0.0.0.0", "http://localhost:8501/room", False),
        (None, "http://localhost:8501/room", False),
    ],
)
def test_an_app_that_phones_cannot_reach_says_so(options, came_by, listens, came, complains):
    options["server.address"] = listens
    came_by(came)
    assert address.complaint() == (address.LOCAL_ONLY if complains else None)


def test_a_machine_without_a_network_names_itself(monkeypatch):
    class Nowhere(socket.socket):
        def connect(self, place: object) -> None:
            raise OSError("Network is unreachable")

    monkeypatch.setattr(socket, "socket", Nowhere)
    assert address._address_in_network() == "127.0.0.1"


def test_people_type_an_address_without_its_scheme_and_code():
    assert address.shown("http://198.51.100.7:8501/a/join?room=KAVOMI") == "198.51.100.7:8501/a/join"


def test_in_a_narrow_place_an_address_is_broken_after_its_slashes():
    assert address.shown_html("http://198.51.100.7:8501/network/a&b") == "198.51.100.7:8501/<wbr>network/<wbr>a&amp;b"


def test_a_network_opens_under_its_name(options, came_by):
    assert address.of_network("own 1") == f"http://{IN_NETWORK}:8501/network/own%201"
    came_by("https://digits.example/model")
    assert address.of_network("Ünder") == "https://digits.example/network/%C3%9Cnder"


@pytest.mark.parametrize("room", ["http://198.51.100.7:8501/join?room=KAVOMI", "https://ex.org/a&b/join?room=BABEBI"])
def test_the_qr_code_is_read_as_the_address_that_it_was_made_of(room):
    html = ElementTree.fromstring(f"{address.qr_html(room)}</img>")
    assert html.get("alt") == f"QR code of {room}"
    scheme, _, svg = html.get("src").partition(",")
    assert scheme.startswith("data:image/svg+xml")
    shown = ElementTree.fromstring(unquote(svg))
    made = segno.make(room, error="m", micro=False)
    assert (int(shown.get("width")), int(shown.get("height"))) == made.symbol_size(border=2)
    png = io.BytesIO()
    made.save(png, kind="png", border=2, scale=4)
    (read,) = zxingcpp.read_barcodes(np.asarray(Image.open(png).convert("L")))
    assert read.text == room
