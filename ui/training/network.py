"""A network as a diagram that can be read from the back of a room, and as a table of its layers."""

import math
from collections.abc import Sequence
from html import escape

import streamlit as st

from mnist_core.networks import architectures
from mnist_core.networks.architectures import Row
from mnist_core.networks.layers import Shape
from mnist_core.networks.recipes import Recipe
from ui import tables
from ui.live import live_html
from ui.tables import Column

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
        with st.expander("All layers, with output shapes and parameters"):
            live_html(layers_html(rows), key="layers")


def network_html(rows: Sequence[Row]) -> str:
    """Draws a network's layers from the picture to the answer: as high as their maps, as deep as they have many.

    Args:
        rows: of the network's layer table.
    """
    layers = "".join(_layer(row) for row in rows if row.kind in WORDS)
    parameters = sum(row.parameters for row in rows)
    return (
        f'<section class="network"><h2>The network <span>{parameters:,} parameters</span></h2>'
        f'<ol aria-label="From the picture to the answer">{layers}</ol></section>'
    )


def _layer(row: Row) -> str:
    is_map = len(row.output_shape) == 3
    planes = min(PLANES, 1 + round(math.log2(row.output_shape[-1]))) if is_map else 1
    size = row.output_shape[0] / 28 if is_map else min(1, 0.25 + math.log2(row.output_shape[0]) / 10)
    drawn = "".join(f'<i style="--place:{place}"></i>' for place in range(planes))
    kind = "map" if is_map else "values"
    kind += f" layer-{row.kind.lower()}" if row.kind in ("InputLayer", "Dropout") else ""
    return (
        f'<li class="layer layer-{kind}" style="--size:{size:.3f};--planes:{planes}">'
        f'<span class="layer-block" aria-hidden="true">{drawn}</span>'
        f"<strong>{WORDS[row.kind]}</strong><span>{escape(shape_words(row.output_shape))}</span></li>"
    )


def layers_html(rows: Sequence[Row]) -> str:
    """Lists a network's layers with output shapes and parameters, and their sum."""
    body = [
        tables.row_html(
            COLUMNS,
            [
                escape(row.name),
                escape(row.kind),
                escape(row.detail),
                escape(shape_words(row.output_shape)),
                f"{row.parameters:,}",
            ],
        )
        for row in rows
    ]
    total = sum(row.parameters for row in rows)
    total_cell = f'<td class="number" data-column="Parameters">{total:,}</td>'
    return tables.table_html(COLUMNS, body, f'<tr><th scope="row" colspan="4">All layers</th>{total_cell}</tr>')


def shape_words(shape: Shape) -> str:
    """Writes a shape: 26 × 26 × 32."""
    return " × ".join(map(str, shape))
