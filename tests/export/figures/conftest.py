"""What tests of figures share: a palette, and how a figure is drawn and read."""

from collections.abc import Callable

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from mnist_core.export.figures.sheet import settings
from mnist_core.export.figures.styles import PALETTES, Palette, Style
from mnist_core.export.figures.subjects import Subject


@pytest.fixture
def palette() -> Palette:
    return PALETTES[Style.LIGHT]


@pytest.fixture
def draw(palette: Palette) -> Callable[..., Figure]:
    """Draws a figure without saving it, to look at what stands on it."""

    def drawn(figure: Callable[[Subject, Palette], Figure], **subject: object) -> Figure:
        with matplotlib.rc_context(settings(palette)):
            return figure(Subject(**subject), palette)

    return drawn


def texts(figure: Figure) -> list[str]:
    """Returns all that is written on a figure."""
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]


def shown(figure: Figure) -> list[np.ndarray]:
    """Returns the images on a figure, in order."""
    return [np.asarray(image.get_array()) for axes in figure.axes for image in axes.images]


def lines(axes: matplotlib.axes.Axes) -> dict[str, tuple[list[float], list[float]]]:
    """Returns the lines of a chart by name: where they are, and how high."""
    return {str(line.get_label()): (list(line.get_xdata()), list(line.get_ydata())) for line in axes.lines}
