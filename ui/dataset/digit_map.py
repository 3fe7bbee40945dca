"""The map: every digit a point of the plane, similar ones near each other, to explore by pointing."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from markupsafe import Markup
from streamlit.components.v2 import component

from mnist_core import formatting
from mnist_core.data.mnist import Mnist
from mnist_core.data.projection import Projection
from mnist_core.export.images import png_uri
from ui import assets, pictures, session
from ui.dataset import grid, one_digit, resources, state
from ui.dataset.samples import Sample
from ui.live import live_html

KEY = "map"
TOKEN = "map"
UNITS = 1000  # of the map's sides
STEPS = (-2.0, -4 / 3, -2 / 3, 0.0, 2 / 3, 4 / 3, 2.0)  # standard deviations at which an axis shows an image

_DIGITS = Markup("").join(
    Markup('<button type="button" aria-pressed="false" data-digit="{0}">{0}</button>').format(digit)
    for digit in range(10)
)
_HTML = Markup("""
<div class="map">
  <canvas tabindex="0" role="application" aria-describedby="map-keys"></canvas>
  <div class="legend" role="group" aria-label="Digits to single out">{}</div>
</div>
<p class="unseen" id="map-keys">The arrow keys go from digit to digit; Enter opens one.</p>
<p class="unseen" role="status"></p>
""").format(_DIGITS)

_mount = component("mnist_studio_map", html=_HTML, js=assets.text("map.js"), isolate_styles=False)


def show(mnist: Mnist) -> None:
    """Shows the map, what its axes mean, and the digit that was opened on it."""
    indices, projection = resources.digit_map(mnist)
    asked = session.asked(KEY)
    chosen = grid.opened(asked, TOKEN, len(indices))
    if chosen is not None:
        state.open_sample(Sample("Training", int(indices[chosen])))
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
    pictures.offer("map")
    live_html(axes_html(projection), key="axes")


def positions(points: npt.NDArray[np.float32]) -> list[list[int]]:
    """Fits points (N, 2) into a square of `UNITS`, x to the right and y up, the same scale for both."""
    low, high = points.min(axis=0), points.max(axis=0)
    scale = UNITS / (float((high - low).max()) or 1.0)
    middle = (low + high) / 2
    placed: list[list[int]] = np.rint((points - middle) * scale + UNITS / 2).astype(int).tolist()
    return placed


def legend_html(count: int, projection: Projection) -> Markup:
    """Explains what the map shows, and how much of the variance it keeps."""
    return Markup(
        '<section class="told"><h2>A map of {count} digits</h2><p>An image is 784 numbers: a point in a space '
        "of 784 dimensions. The map is the view of that space in which the points lie farthest apart (principal "
        "component analysis). It keeps {kept} of their variance. Similar digits lie near each other. Where two colours "
        "mix, two numbers are not enough to tell the digits apart.</p>"
        "<p>Point at a digit to see it. The ten buttons below the map highlight one digit each.</p></section>"
    ).format(count=formatting.count(count), kept=formatting.per_cent(float(projection.shares.sum()), 0))


def axes_html(projection: Projection) -> Markup:
    """Shows what changes along each axis of the map: the images that lie on it."""
    rows = Markup("")
    for axis, title in enumerate(("From left to right", "From bottom to top")):
        before, after = (("left of", "right of"), ("below", "above"))[axis]
        pictures = Markup("").join(
            Markup('<img src="{}" alt="The image {} standard deviations {} the middle">').format(
                png_uri(image), formatting.shortest(round(abs(step), 1)), before if step < 0 else after
            )
            for step, image in zip(STEPS, projection.along(axis, STEPS), strict=True)
        )
        kept = formatting.per_cent(float(projection.shares[axis]), 0)
        rows += Markup('<div class="axis"><h3>{}</h3><p>{} of the variance</p><div>{}</div></div>').format(
            title, kept, pictures
        )
    return Markup('<section class="axes"><h2>The two axes</h2>{}</section>').format(rows)


def _points(mnist: Mnist, indices: npt.NDArray[np.intp], projection: Projection) -> Mapping[str, Any]:
    return {
        "positions": positions(projection.points),
        "units": UNITS,
        "labels": "".join(map(str, mnist.y_train[indices])),
        "indices": indices.tolist(),
        "sprite": png_uri(grid.sprite(mnist.x_train[indices])),
        "sprite_columns": grid.SPRITE_COLUMNS,
    }
