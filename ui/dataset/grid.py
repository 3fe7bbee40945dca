"""A wall of digits to scroll through: tens of thousands, of which the browser fetches what is in sight.

The browser asks for one chunk of the list at a time, as it scrolls into sight, and keeps it (`assets/grid.js`); an
answer carries the chunk's digits as one picture. So a rerun that the wall did not ask for sends next to nothing.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from streamlit.components.v2 import component

from mnist_core.data.mnist import FIELD_PX
from mnist_core.export.images import png_uri
from ui import assets

CHUNK = 400  # digits: 70 kB on the line, in the time of a blink
SPRITE_COLUMNS = 20

_HTML = """
<div class="wall" tabindex="0" role="application" aria-describedby="wall-keys">
  <canvas aria-hidden="true"></canvas><div class="wall-length"></div>
</div>
<p class="unseen" id="wall-keys">The arrow keys go from digit to digit; Enter opens one.</p>
<p class="unseen" role="status"></p>
"""

_mount = component("mnist_studio_wall", html=_HTML, js=assets.text("grid.js"), isolate_styles=False)


def opened(asked: Mapping[str, Any], token: str, count: int) -> int | None:
    """Returns the index in the list that a visitor has just opened; None where none, or none of this list."""
    return _index(asked.get("opened"), token, count)


def show(
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.uint8],
    indices: npt.NDArray[np.intp],
    *,
    asked: Mapping[str, Any],
    token: str,
    columns: int,
    selected: int | None,
    key: str,
) -> None:
    """Shows the wall.

    Args:
        images: uint8 (N, 28, 28), all.
        labels: uint8 (N,).
        indices: which of them are shown, in this order.
        asked: what the wall asked for (`session.asked(key)`).
        token: names this list; another list has another token.
        columns: digits in a row.
        selected: the index in the list that is marked.
        key: of the component.
    """
    chunk = _index(asked.get("wanted"), token, -(-len(indices) // CHUNK))
    _mount(
        key=key,
        data={
            "token": token,
            "count": len(indices),
            "columns": columns,
            "selected": selected,
            "chunk_size": CHUNK,
            "chunk": None if chunk is None else {"number": chunk, **_content(images, labels, indices, chunk)},
        },
    )


def sprite(images: npt.NDArray[np.uint8], columns: int = SPRITE_COLUMNS) -> npt.NDArray[np.uint8]:
    """Tiles images, uint8 (N, 28, 28), row by row into one, `columns` in a row; what is left of the last row is 0."""
    rows = -(-len(images) // columns)
    tiles = np.zeros((rows * columns, FIELD_PX, FIELD_PX), np.uint8)
    tiles[: len(images)] = images
    return tiles.reshape(rows, columns, FIELD_PX, FIELD_PX).swapaxes(1, 2).reshape(rows * FIELD_PX, columns * FIELD_PX)


def _content(
    images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8], indices: npt.NDArray[np.intp], chunk: int
) -> dict[str, Any]:
    shown = indices[chunk * CHUNK : (chunk + 1) * CHUNK]
    return {
        "sprite": png_uri(sprite(images[shown])),
        "sprite_columns": SPRITE_COLUMNS,
        "labels": "".join(map(str, labels[shown])),
        "indices": shown.tolist(),
    }


def _index(request: object, token: str, count: int) -> int | None:
    """Reads a request of the form `{"token": ..., "index": ...}`; None where it is none, or out of range."""
    if not isinstance(request, Mapping) or request.get("token") != token:
        return None
    index = request.get("index")
    return index if type(index) is int and 0 <= index < count else None
