"""The map: every digit a point of the plane, similar ones near each other, to explore by pointing."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from streamlit.components.v2 import component

from mnist_core.data.mnist import Mnist
from mnist_core.data.projection import Projection
from ui import assets, session
from ui.dataset import grid, one_digit, resources, state
from ui.dataset.samples import Sample
from ui.images import png_uri
from ui.live import live_html

KEY = "map"
TOKEN = "map"
UNITS = 1000  # of the map's sides
STEPS = (-2.0, -4 / 3, -2 / 3, 0.0, 2 / 3, 4 / 3, 2.0)  # standard deviations at which an axis shows an image
DIGITS = "".join(
    f'<button type="button" aria-pressed="false" data-digit="{digit}">{digit}</button>' for digit in range(10)
)

_HTML = f"""
<div class="map">
  <canvas tabindex="0" role="application" aria-describedby="map-keys"></canvas>
  <div class="legend" role="group" aria-label="Digits to single out">{DIGITS}</div>
</div>
<p class="unseen" id="map-keys">The arrow keys go from digit to digit; Enter opens one.</p>
<p class="unseen" role="status"></p>
"""

_mount = component("mnist_studio_map", html=_HTML, js=assets.text("map.js"), isolate_styles=False)


def show(mnist: Mnist) -> None:
    """Shows the map, what its axes mean, and the digit that was opened on it."""
    indices, projection = resources.digit_map(mnist)
    asked = session.asked(KEY)
    place = grid.opened(asked, TOKEN, len(indices))
    if place is not None:
        state.open_sample(Sample("Training", int(indices[place])))
    with st.container(key="explore"):
        with st.container(key="chart"):
            wanted = bool(asked.get("wanted"))
            _mount(
                key=KEY,
                data={
                    "token": TOKEN,
                    "count": len(indices),
                    "points": _points(mnist, indices, projection) if wanted else None,
                },
            )
        with st.container(key="beside"):
            live_html(legend_html(len(indices), projection), key="told")
            with st.container(key="small_card"):
                one_digit.show_card(mnist)
    live_html(axes_html(projection), key="axes")


def positions(points: npt.NDArray[np.float32]) -> list[list[int]]:
    """Fits points (N, 2) into a square of `UNITS`, x to the right and y up, the same scale for both."""
    low, high = points.min(axis=0), points.max(axis=0)
    scale = UNITS / (float((high - low).max()) or 1.0)
    middle = (low + high) / 2
    placed: list[list[int]] = np.rint((points - middle) * scale + UNITS / 2).astype(int).tolist()
    return placed


def legend_html(count: int, projection: Projection) -> str:
    """Says what the map shows, and how much of the truth it keeps."""
    kept = 100 * float(projection.shares.sum())
    return (
        f'<section class="told"><h2>{count:,} digits, seen from afar</h2><p>An image is 784 numbers: a point in a '
        "space of 784 directions. This is the view of that space from the side where the points lie farthest apart "
        f"(principal component analysis). It keeps {kept:.0f} % of their variety. Similar digits lie near each "
        "other; where two colours mix, two numbers are not enough to tell them apart.</p>"
        "<p>Point at a digit to see it. The ten keys beneath the map single out digits.</p></section>"
    )


def axes_html(projection: Projection) -> str:
    """Shows what changes along each axis of the map: the images that lie on it."""
    rows = ""
    for axis, title in enumerate(("From left to right", "From bottom to top")):
        pictures = "".join(
            f'<img src="{png_uri(image)}" alt="The image {abs(step):.1f} standard deviations '
            f'{("left of", "below")[axis] if step < 0 else ("right of", "above")[axis]} the middle">'
            for step, image in zip(STEPS, projection.along(axis, STEPS), strict=True)
        )
        share = 100 * float(projection.shares[axis])
        rows += f'<div class="axis"><h3>{title}</h3><p>{share:.0f} % of the variety</p><div>{pictures}</div></div>'
    return f'<section class="axes"><h2>What the two directions mean</h2>{rows}</section>'


def _points(mnist: Mnist, indices: npt.NDArray[np.intp], projection: Projection) -> Mapping[str, Any]:
    return {
        "positions": positions(projection.points),
        "units": UNITS,
        "labels": "".join(map(str, mnist.y_train[indices])),
        "indices": indices.tolist(),
        "sprite": png_uri(grid.sprite(mnist.x_train[indices])),
        "sprite_columns": grid.SPRITE_COLUMNS,
    }
