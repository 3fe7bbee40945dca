"""Hands out the app's networks as pages, each at an address of its own, `/network/NAME`, for the phones of a room.

These pages hold no visitor's drawings and no memory: they are everybody's. A page that nobody has asked for yet is made
meanwhile (`mnist_core.export.take_home.shelf`); who waits longer than some seconds sees a small page that loads itself
again.
"""

import asyncio
import base64
import hashlib
from asyncio import Future
from concurrent.futures import ThreadPoolExecutor
from html import escape
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response

from mnist_core import files
from mnist_core.errors import StudioError
from mnist_core.export.take_home import page, shelf
from mnist_core.models import registry
from mnist_core.models.model_folder import Model

PATH = "/network/"
"""Where the addresses begin; the name of a model follows."""
WAIT_S = 6.0  # for a page that is being made
AGAIN_S = 3  # before a small page loads itself again
MAKING = "This network’s page is being made. It opens here in a moment."
STYLE = (
    ":root{color-scheme:light dark}body{margin:20vh auto 0;padding:0 1rem;max-width:28rem;"
    "font:1.125rem/1.5 system-ui,sans-serif}"
)
ALONE = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""What a header says of each of these pages, besides the policy that stands in it."""

_maker = ThreadPoolExecutor(1, thread_name_prefix="take-home")
_making: dict[str, Future[bytes]] = {}
"""The pages that are being made for this process, by their keys; only its event loop looks here."""


async def answer(path: str, method: str, asked: Headers) -> Response | None:
    """Answers who asks for a network's page; None where another path is asked for.

    Args:
        path: below the app's own, decoded.
        method: of HTTP.
        asked: the request's headers.

    Returns:
        The page, or a small one that says in a sentence why it is not there (yet). Each has its own content security
        policy.
    """
    if not path.startswith(PATH):
        return None
    if method not in ("GET", "HEAD"):
        return _told("This address is for looking only.", 405)
    name = path.removeprefix(PATH)
    try:
        found = await run_in_threadpool(_found, name)
        if found is None:
            return _told(f"There is no model “{files.printable(name[: registry.LONGEST_NAME])}” here.", 404)
        model, key = found
        told = {"etag": f'"{key}"', "cache-control": "no-cache", "content-security-policy": _policy(page.policy())}
        if key in asked.get("if-none-match", ""):
            return Response(status_code=304, headers=told)
        content = await run_in_threadpool(shelf.kept, key) or await _made(model, key)
    except TimeoutError:
        return _told(MAKING, 202, again=True)
    except StudioError as error:
        return _told(str(error), 500)
    saved_as = f"inline; filename*=UTF-8''{quote(name)}.html"
    return Response(content, media_type="text/html", headers={**told, "content-disposition": saved_as})


def _found(name: str) -> tuple[Model, str] | None:
    """Returns the model that is listed by a name, and the key of its page; None where there is none.

    Raises:
        ModelError: it is damaged.
    """
    if name not in registry.names():
        return None
    model = Model.open(registry.folder_of(name))
    return model, shelf.key(model)


async def _made(model: Model, key: str) -> bytes:
    """Waits for a page that is being made, once for all who wait.

    Raises:
        TimeoutError: it takes longer than they shall wait.
        StudioError: it could not be made.
    """
    making = _making.get(key)
    if making is None:
        making = asyncio.get_running_loop().run_in_executor(_maker, shelf.made, model)
        _making[key] = making
        making.add_done_callback(lambda done: _forget(key, done))
    return await asyncio.wait_for(asyncio.shield(making), WAIT_S)


def _forget(key: str, done: Future[bytes]) -> None:
    del _making[key]
    if not done.cancelled():
        done.exception()  # those who wait hear of it; where nobody does any more, it is no news


def _told(sentence: str, status: int, *, again: bool = False) -> Response:
    """Returns a small page with a sentence, which may load itself again."""
    reload = f'<meta http-equiv="refresh" content="{AGAIN_S}">' if again else ""
    content = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1">{reload}<title>Take this network home</title>'
        f'<link rel="icon" href="data:,"><style>{STYLE}</style></head>'
        f'<body><p role="status">{escape(sentence)}</p></body></html>'
    )
    style = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = _policy(f"default-src 'none'; img-src data:; style-src 'sha256-{style}'")
    headers = {"content-security-policy": policy, "cache-control": "no-store"}
    return Response(content, status, headers=headers, media_type="text/html")


def _policy(of_page: str) -> str:
    return f"{of_page}; {ALONE}"
