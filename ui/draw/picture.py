"""Lets a visitor save their drawing, its steps and its answer as a picture."""

from mnist_core.drawing.framing import BlankDrawing
from mnist_core.drawing.writings import packed
from mnist_core.export.figures.styles import Style
from ui import pictures
from ui.draw import state


def offer() -> None:
    """Shows the button. It stands outside what a stroke draws anew."""
    pictures.offer_drawn("drawing", draw, key="drawing")


def draw(style: Style, format_: str) -> bytes:
    """Draws the latest writing of this visitor. Nothing of it is written to disk.

    Raises:
        BlankDrawing: there is none.
        StudioError: it cannot be drawn.
    """
    writing = state.written()
    if writing is None:
        raise BlankDrawing
    return pictures.drawn("drawing", ["--drawing=-"], style, format_, sent=packed(writing))
