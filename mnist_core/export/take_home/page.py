"""Puts a model's page together: one HTML file that needs nothing but a browser."""

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cache
from importlib import resources
from string import Template
from typing import Any

import numpy as np

from mnist_core import formatting
from mnist_core.compression import kinds
from mnist_core.models.model_folder import Model
from mnist_core.reading.memory import NEARLY, PULL, WIDTH, Memory
from mnist_core.reading.network import SETTLED
from mnist_core.reading.tta import LEAST, VARIED
from mnist_core.synthesis.non_digits import NONE, NUMBER

SCRIPTS = ("framing.js", "engine.js", "paper.js")
TAUGHT, MEMORY = "<!--taught-->", "<!--memory-->"
"""Where a page says that a hand has taught it, and where it holds what."""
LICENCE = (
    "Made by MNIST Studio, whose program is under the Apache License 2.0. MNIST is by LeCun, Cortes and Burges, under "
    "CC BY-SA 3.0."
)


def page(model: Model, network: Mapping[str, Any], weights: bytes) -> str:
    """Writes a model as a page.

    Args:
        model: whose name, settings and accuracy the page has.
        network: as `mnist_core.networks.packed.read` gives it.
        weights: likewise.

    Raises:
        ModelError: the model's evaluation is missing or damaged.
    """
    card = model.card
    script, style = _code()
    described = {
        "network": network,
        "views": list(VARIED) if card["recipe"].get("views") else [],
        "settled": asdict(SETTLED),
        "digitThreshold": float(card["digit_threshold"]),
    }
    return Template(_asset("page.html")).substitute(
        policy=policy(),
        name=html.escape(model.name),
        headline=html.escape(_headline(model)),
        details=html.escape(_details(model)),
        licence=html.escape(LICENCE),
        model=_json(described),
        weights=base64.b64encode(weights).decode(),
        script=script,
        style=style,
    )


def taught(page: str, memory: Memory) -> str:
    """Returns a page that reads as a hand has taught it.

    Args:
        page: of the network whose features the memory has.
        memory: of one hand, not empty.
    """
    features = memory.features.astype("<f2")
    described = {
        "labels": memory.labels.tolist(),
        "features": {"at": 0, "count": features.size, "bytes": features.itemsize, "unit": 1.0},
        "pull": PULL,
        "width": WIDTH,
        "nearly": NEARLY,
        "least": LEAST,
        "none": NONE,
        "number": NUMBER,
    }
    held = formatting.counted(len(memory), "drawing")
    said = f"It reads as one hand has taught it, and holds that hand’s corrections: {held}, no names."
    packed = base64.b64encode(np.ascontiguousarray(features).tobytes()).decode()
    return page.replace(TAUGHT, f"<p>{said}</p>", 1).replace(
        MEMORY,
        f'<script type="application/json" id="memory">{_json(described)}</script>\n'
        f'<script type="text/plain" id="features">{packed}</script>',
        1,
    )


def policy() -> str:
    """Returns the content security policy of every page that this version makes: its own code runs, nothing else."""
    script, style = _code()
    return f"default-src 'none'; img-src data:; script-src {_allowed(script)}; style-src {_allowed(style)}"


@cache
def version() -> str:
    """Returns a checksum of the code that makes pages and stands in them: with another one, they are made anew."""
    files = sorted(
        (file for file in resources.files(__package__).iterdir() if file.is_file()), key=lambda one: one.name
    )
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


@cache
def _code() -> tuple[str, str]:
    """Returns the script and the style sheet of all pages."""
    return "\n".join(map(_asset, SCRIPTS)), _asset("style.css")


def _json(content: Any) -> str:
    """Writes JSON as it may stand in a page."""
    return json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")


def _headline(model: Model) -> str:
    """Says which recipe made a model, when, and how well it reads."""
    card, evaluation = model.card, model.evaluation
    return (
        f"Recipe {card['recipe']['name']}, {formatting.day(datetime.fromisoformat(card['trained']['started']))}: "
        f"{formatting.per_cent(evaluation['accuracy'])} of {formatting.count(evaluation['images'])} test digits right"
    )


def _details(model: Model) -> str:
    """Says what network it is, and what its confidence was calibrated with."""
    card = model.card
    network = (
        f"The network {card['recipe']['architecture']} has {formatting.counted(card['parameters'], 'parameter')}, "
        "kept here in half precision."
    )
    if (made := card.get("compressed")) is not None and kinds.is_converted(made["kind"]):
        network += (
            f" {model.name} is a smaller version of it ({kinds.title_of(made['kind'])}), whose accuracy stands above."
        )
    temperature = card.get("temperature", 1.0)
    if temperature == 1.0:
        return network
    return f"{network} Its confidence is calibrated, with the temperature {formatting.temperature(temperature)}."


def _allowed(code: str) -> str:
    """Names code in a content security policy: what is changed afterwards, or added, does not run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
