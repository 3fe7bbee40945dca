"""By which addresses phones reach the app, and their QR codes."""

import socket
from functools import lru_cache
from urllib.parse import quote, urlencode, urlsplit

import segno
import streamlit as st
from markupsafe import Markup
from streamlit import config

from mnist_core import settings
from ui.handout import PATH
from ui.server import LOCAL

JOIN = "join"
"""The page that phones open."""
ROOM = "room"
"""The page of the speaker."""
LOCAL_ONLY = (
    "This app listens on this machine only, so phones cannot reach it. Start it with "
    '`PRESENTER_PASSPHRASE="a sentence of yours" make run ARGS="--server.address 0.0.0.0"`, in the same network as the '
    "phones."
)
ELSEWHERE = ("192.0.2.1", 9)
"""An address that belongs to nobody (RFC 5737): which way packets to it would go is asked, and none is sent."""


def of_room(code: str) -> str:
    """Returns the address under which phones join a room.

    That is the public address, where one is set; else the one by which the speaker came, unless that is this machine's
    own name for itself; else this machine's address in its network.
    """
    return f"{_base().rstrip('/')}/{JOIN}?{urlencode({'room': code})}"


def of_leading(code: str) -> str:
    """Returns the address under which a speaker leads a room from another device."""
    return f"{_base().rstrip('/')}/{ROOM}?{urlencode({'room': code})}"


def of_network(name: str) -> str:
    """Returns the address under which a model opens as a page, by the name under which the app lists it."""
    return f"{_base().rstrip('/')}{PATH}{quote(name)}"


def shown(address: str) -> str:
    """Returns an address as people read and type it: without `http://` and the code, which is shown beside it."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path}"


def shown_html(address: str) -> Markup:
    """Returns an address as `shown` does, for a narrow place: it is broken after its slashes before anywhere else."""
    return Markup("/<wbr>").join(shown(address).split("/"))


def complaint() -> str | None:
    """Returns why phones cannot reach the app, and what to do; None where they can."""
    listens_to_all = config.get_option("server.address") not in LOCAL
    came_from_elsewhere = (urlsplit(st.context.url or "").hostname or LOCAL[0]) not in LOCAL
    return None if settings.public_address() or listens_to_all or came_from_elsewhere else LOCAL_ONLY


@lru_cache(100)
def qr_html(address: str) -> Markup:
    """Draws an address as a QR code, black on white in light and dark."""
    code = segno.make(address, error="m", micro=False)
    return Markup('<img class="qr" src="{}" alt="QR code of {}">').format(
        code.svg_data_uri(border=2, light="#ffffff", dark="#000000"), address
    )


def _base() -> str:
    configured = settings.public_address()
    if configured is not None:
        return configured
    came = urlsplit(st.context.url or "")
    base = (config.get_option("server.baseUrlPath") or "").strip("/")
    if came.hostname and (came.hostname not in LOCAL or config.get_option("server.address") in LOCAL):
        return f"{came.scheme}://{came.netloc}/{base}"
    port = config.get_option("server.port")
    return f"http://{_address_in_network()}:{port}/{base}"


def _address_in_network() -> str:
    """Returns this machine's address in its network; its own name for itself where it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)
            return str(probe.getsockname()[0])
        except OSError:
            return LOCAL[0]
