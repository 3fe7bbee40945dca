"""Lets a visitor save their drawing, its steps and its answer as a picture."""

import tempfile
from pathlib import Path

from mnist_core.drawing.framing import BlankDrawing
from mnist_core.drawing.writings import write_writing
from mnist_core.export.figures.styles import Style
from ui import pictures
from ui.draw import state


def offer() -> None:
    """Shows the button. It stands outside what a stroke draws anew."""
    pictures.offer_drawn("drawing", draw, key="drawing")


def draw(style: Style, format_: str) -> bytes:
    """Draws the latest writing of this visitor.

    Raises:
        BlankDrawing: there is none.
        StudioError: it cannot be drawn.
    """
    writing = state.written()
    if writing is None:
        raise BlankDrawing
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "writing.npz"
        write_writing(path, writing)
        return pictures.drawn("drawing", [f"--drawing={path}"], style, format_)
