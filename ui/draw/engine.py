"""Hands the engine and a model's network to browsers, which let the bars follow the pen with them.

Both lie under addresses that change with their content, so that a browser asks for each of them once.
"""

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from streamlit import config

from mnist_core.errors import StudioError
from mnist_core.export import take_home
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model
from ui import assets

SCRIPTS = ("framing.js", "engine.js")  # those of the page that is taken home
OWN_SCRIPTS = ("pieces.js", "reader.js")
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


class Engine(TypedDict):
    """What a browser needs to read by itself. Addresses count from the app's root, as those of Streamlit's files do."""

    script: str
    """The address of a worker's script."""
    network: str
    digit_threshold: float


def of(model: Model) -> Engine | None:
    """Returns what a browser needs to read as a model does; None where the model has no network for browsers."""
    if model.packed_path is None:
        return None
    checksum = model.card["files"][model_folder.PACKED]["sha256"]
    return {
        "script": f"engine/{_checksum()}.js",
        "network": f"weights/{quote(model.folder.name)}/{checksum}",
        "digit_threshold": float(model.card["digit_threshold"]),
    }


def routes() -> list[Route]:
    """Lists what the server answers besides Streamlit's own pages and files."""
    base = (config.get_option("server.baseUrlPath") or "").strip("/")
    root = f"/{base}" if base else ""
    return [
        Route(f"{root}/engine/{{file:path}}", _answer_script),
        Route(f"{root}/weights/{{name:path}}/{{checksum}}", _answer_network),
    ]


async def _answer_script(request: Request) -> Response:
    if request.path_params["file"] != f"{_checksum()}.js":
        return _not_found()
    return Response(script(), media_type="text/javascript", headers=FOR_EVER)


async def _answer_network(request: Request) -> Response:
    path = await run_in_threadpool(_network, request.path_params["name"], request.path_params["checksum"])
    if path is None:
        return _not_found()
    return FileResponse(path, media_type="application/octet-stream", headers=FOR_EVER)


def _network(name: str, checksum: str) -> Path | None:
    """Finds the network of a model by name; None where there is none with that checksum."""
    try:
        model = Model.open(registry.folder_of(name))
    except StudioError:
        return None
    path = model.packed_path
    return path if path is not None and model.card["files"][model_folder.PACKED]["sha256"] == checksum else None


def _not_found() -> Response:
    return PlainTextResponse("Not found.", 404)


@cache
def script() -> str:
    """Returns the script of the worker that reads."""
    shared = [resources.files(take_home).joinpath(name).read_text(encoding="utf-8") for name in SCRIPTS]
    return "\n".join([*shared, *map(assets.text, OWN_SCRIPTS)])


@cache
def _checksum() -> str:
    return hashlib.sha256(script().encode()).hexdigest()
