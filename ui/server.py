"""The server's door: by which names the app is reached, from which pages, and what browsers may do with it.

A website that a person visits meanwhile can make their browser send anything to this machine, even under a name of its
own that it lets point here (DNS rebinding). What such a request cannot have is this app's name together with this
app's origin. Both are asked of every request here, since Streamlit asks less: its own checks let every name pass, and
every port of this machine.
"""

import base64
import hashlib
import re
import secrets
import socket
from functools import cache
from http.cookies import SimpleCookie
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from mnist_core import settings
from ui import handout

LOCAL = ("127.0.0.1", "::1", "localhost")
PUBLIC_HOSTS = ("*.streamlit.app",)
"""Where the app may be published as it is; whoever owns these names does not let them point elsewhere."""
CLOSED = ("/_stcore/metrics", "/_stcore/agent")
"""Streamlit's interfaces for programs, which nothing here needs."""
SEARCHED = re.compile(r"/.+/_stcore/(health|host-config)")
"""Where the frontend looks for its server first when a page is opened by its address."""
POLICY = "Content-Security-Policy"
HAND = "mnist_studio_hand"
"""The cookie with the random key by which a browser's own kept drawings are found again."""
HAND_LASTS_S = 400 * 24 * 3600  # as long as browsers keep a cookie at most
INDEX = Path(st.__file__).parent / "static" / "index.html"


class Door:
    """Lets in who reaches the app by one of its names and from its own pages, and tells browsers what it may do."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or hands it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return

        asked = Headers(scope=scope)
        handed_out: Response | None = None

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                own_policy = answer.get(POLICY) if handed_out is not None else None
                answer.update(headers() if own_policy is None else headers() | {POLICY: own_policy})
                kind = answer.get("content-type", asked.get("accept", ""))  # a page that the browser still has has none
                is_page = handed_out is None and "text/html" in kind
                if is_page and HAND not in SimpleCookie(asked.get("cookie", "")):
                    answer.append("set-cookie", hand_cookie(secure=scope["scheme"] == "https"))
            await send(message)

        complaint = refusal(asked.get("host"), asked.get("origin"))
        if complaint is not None and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
            return
        path = _below_base(scope["path"])
        answer = PlainTextResponse(complaint, 403) if complaint is not None else _own_answer(path)
        if answer is None and scope["type"] == "http":
            answer = handed_out = await handout.answer(path, scope["method"], asked)
        await (answer or self._app)(scope, receive, send_with_headers)


MIDDLEWARE = [Middleware(Door)]


def check_who_comes() -> None:
    """Ends a starting server that would let others train, choose and delete models without anybody having said so.

    Raises:
        SystemExit: it does; the message says what to set.
    """
    st.secrets.load_if_toml_exists()  # a public host keeps environment variables there
    opening = opened_by()
    if opening is not None and settings.passphrase() is None and not settings.is_open_to_all():
        raise SystemExit(
            f"MNIST Studio does not start: {opening} opens it to others, and everybody could train, choose and delete "
            f"models. Set the environment variable {settings.PASSPHRASE} to a passphrase that this asks for, or "
            f"{settings.OPEN}=1 if everybody may do so."
        )


def opened_by() -> str | None:
    """Returns the setting that lets others than this machine's people in; None where none does."""
    address = config.get_option("server.address")
    if address not in LOCAL:
        return f"--server.address {address or '(not set)'}"
    names: list[str] = config.get_option("server.allowedHosts")
    other = next((name for name in names if name.strip().lower() not in LOCAL), None)
    return None if other is None else f"--server.allowedHosts {other}"


def refusal(host: str | None, origin: str | None) -> str | None:
    """Returns why a request is refused; None where it is welcome.

    Args:
        host: the name and port that it was sent to.
        origin: the page that made a browser send it, as browsers say; programs say nothing.
    """
    name = _name(host)
    if name is None or not is_own_name(name):
        return (
            "This app is not known by that name. Whoever runs it can make it so with --server.allowedHosts NAME, "
            "as its README says."
        )
    if origin is None or not config.get_option("server.enableCORS"):
        return None
    page = urlsplit(origin)
    is_own_page = page.scheme in ("http", "https") and page.netloc.lower() == (host or "").lower()
    if is_own_page or origin in config.get_option("server.corsAllowedOrigins"):
        return None
    return "This app answers its own pages only."


def is_own_name(name: str) -> bool:
    """Returns whether the app may be reached by a name: one of `server.allowedHosts`, else one that is its own.

    Its own are this machine's alone while the app listens there alone. Opened to a network, they are this machine's
    name and any address: an address cannot be made to point elsewhere, as a name can.
    """
    allowed: list[str] = config.get_option("server.allowedHosts")
    if allowed:
        return any(_fits(name, pattern.strip().lower()) for pattern in allowed)
    if name in LOCAL or any(_fits(name, pattern) for pattern in PUBLIC_HOSTS):
        return True
    machine = socket.gethostname().lower()
    is_open = config.get_option("server.address") not in LOCAL
    return is_open and (name in (machine, f"{machine}.local") or _is_address(name))


def hand_cookie(*, secure: bool) -> str:
    """Returns a Set-Cookie header with a new random key, which no script and no other website can read."""
    cookie = f"{HAND}={secrets.token_urlsafe(32)}; Path=/; Max-Age={HAND_LASTS_S}; HttpOnly; SameSite=Lax"
    return f"{cookie}; Secure" if secure else cookie


@cache
def headers() -> dict[str, str]:
    """Lists what is said with every answer: that its pages run nothing that comes from elsewhere."""
    policy = {
        "default-src": "'none'",
        "script-src": " ".join(["'self'", "blob:", *_inline_scripts()]),  # blobs: the scripts of components
        "style-src": "'self' 'unsafe-inline'",  # Streamlit styles its elements one by one
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' blob:",
        "connect-src": "'self' data: blob:",  # a photograph is read from the page itself before it is sent
        "worker-src": "'self' blob:",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    return {
        POLICY: "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Frame-Options": "SAMEORIGIN",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _own_answer(path: str) -> Response | None:
    """Answers what Streamlit shall not; None where it shall."""
    if path.startswith(CLOSED):
        return PlainTextResponse("Not found.", 404)
    if SEARCHED.fullmatch(path):
        # No error, for which browsers write a line into their console, but no server either.
        return PlainTextResponse("The server is at the root.", 300)
    return None


def _below_base(path: str) -> str:
    """Returns a path without the one below which the app is served."""
    base = (config.get_option("server.baseUrlPath") or "").strip("/")
    return path.removeprefix(f"/{base}") if base else path


def _name(host: str | None) -> str | None:
    """Returns the name in a Host header; None where that is none."""
    try:
        parts = urlsplit(f"//{host}")
        is_host = parts.netloc == host and "@" not in parts.netloc and (parts.port or 1) > 0
    except ValueError:
        return None
    return parts.hostname.rstrip(".") if is_host and parts.hostname else None


def _fits(name: str, pattern: str) -> bool:
    return pattern in (name, "*") or (pattern.startswith("*.") and name.endswith(pattern[1:]))


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _inline_scripts() -> list[str]:
    """Lists the hashes of the scripts within Streamlit's page, the only ones that may stand in a page."""
    scripts = re.findall(r"<script>(.*?)</script>", INDEX.read_text(encoding="utf-8"), re.DOTALL)
    return [f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]
