"""Puts a model's page together: one HTML file that needs nothing but a browser."""

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from importlib import resources
from string import Template
from typing import Any

from mnist_core import formatting
from mnist_core.models.model_folder import Model
from mnist_core.reading.network import SETTLED
from mnist_core.reading.tta import VARIED

SCRIPTS = ("framing.js", "engine.js", "paper.js")
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
    script, style = "\n".join(map(_asset, SCRIPTS)), _asset("style.css")
    described = {
        "network": network,
        "views": list(VARIED) if card["recipe"].get("views") else [],
        "settled": asdict(SETTLED),
        "digitThreshold": float(card["digit_threshold"]),
    }
    return Template(_asset("page.html")).substitute(
        policy=f"default-src 'none'; img-src data:; script-src {_allowed(script)}; style-src {_allowed(style)}",
        name=html.escape(model.name),
        headline=html.escape(_headline(model)),
        details=html.escape(_details(model)),
        licence=html.escape(LICENCE),
        model=json.dumps(described, separators=(",", ":")).replace("<", "\\u003c"),
        weights=base64.b64encode(weights).decode(),
        script=script,
        style=style,
    )


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
    temperature = card.get("temperature", 1.0)
    if temperature == 1.0:
        return network
    return f"{network} Its confidence is calibrated, with the temperature {formatting.temperature(temperature)}."


def _allowed(code: str) -> str:
    """Names code in a content security policy: what is changed afterwards, or added, does not run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
