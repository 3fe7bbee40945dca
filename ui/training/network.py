"""A network as a diagram that can be read from the back of a room, and as a table of its layers."""

import math
from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.export.tables import Cell, Column, cards_html
from mnist_core.networks import architectures
from mnist_core.networks.architectures import Row
from mnist_core.networks.recipe import Recipe
from ui import pictures
from ui.live import live_html

WORDS = {
    "InputLayer": "Picture",
    "Conv2D": "Convolution",
    "MaxPooling2D": "Pooling",
    "AveragePooling2D": "Pooling",
    "GlobalAveragePooling2D": "Pooling",
    "Residual": "Residual block",
    "Dense": "Dense",
    "Dropout": "Dropout",
}
"""What a diagram shows; layers of other kinds change neither the shape nor what there is to learn by much."""
COLUMNS = (
    Column("Layer"),
    Column("Kind"),
    Column("Settings"),
    Column("Output", number=True),
    Column("Parameters", number=True),
)
PLANES = 6  # at most drawn behind one another


def show(recipe: Recipe) -> None:
    """Shows a recipe's network.

    Raises:
        ImpossibleRecipe: there is no such network.
    """
    rows = architectures.table(recipe)
    with st.container(key="network"):
        live_html(network_html(rows), key="diagram")
        pictures.offer("network", [f"--recipe={recipe.name}", f"--dropout={recipe.dropout}"])
        with st.expander("All layers, with output shapes and parameters"):
            live_html(layers_html(rows), key="layers")


def network_html(rows: Sequence[Row]) -> Markup:
    """Draws a network's layers from the picture to the answer: as high as their maps, as deep as they have many.

    Args:
        rows: of the network's layer table.
    """
    layers = Markup("").join(_layer(row) for row in rows if row.kind in WORDS)
    parameters = sum(row.parameters for row in rows)
    return Markup(
        '<section class="network"><h2>The network <span>{parameters} parameters</span></h2><ol '
        'aria-label="From the picture to the answer">{layers}</ol></section>'
    ).format(parameters=formatting.count(parameters), layers=layers)


def _layer(row: Row) -> Markup:
    is_map = len(row.output_shape) == 3
    planes = min(PLANES, 1 + round(math.log2(row.output_shape[-1]))) if is_map else 1
    size = row.output_shape[0] / 28 if is_map else min(1, 0.25 + math.log2(row.output_shape[0]) / 10)
    drawn = Markup("").join(Markup('<i style="--place:{place}"></i>').format(place=place) for place in range(planes))
    kind = "map" if is_map else "values"
    kind += f" layer-{row.kind.lower()}" if row.kind in ("InputLayer", "Dropout") else ""
    return Markup(
        '<li class="layer layer-{kind}" style="--size:{size:.3f};--planes:{planes}"><span '
        'class="layer-block" aria-hidden="true">{drawn}</span><strong>{}</strong><span>{}</span></li>'
    ).format(WORDS[row.kind], formatting.shape(row.output_shape), kind=kind, size=size, planes=planes, drawn=drawn)


def layers_html(rows: Sequence[Row]) -> Markup:
    """Lists a network's layers with output shapes and parameters, and their sum."""
    body = [
        (row.name, row.kind, row.detail, formatting.shape(row.output_shape), formatting.count(row.parameters))
        for row in rows
    ]
    total = formatting.count(sum(row.parameters for row in rows))
    return cards_html(COLUMNS, body, foot=(Cell("All layers", span=4), total))
