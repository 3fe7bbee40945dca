"""The app's own look in three styles: light and dark for slides, print for paper. Without Matplotlib."""

from dataclasses import dataclass
from enum import StrEnum


class Style(StrEnum):
    """What a figure is for."""

    LIGHT = "light"
    DARK = "dark"
    PRINT = "print"


@dataclass(frozen=True, kw_only=True)
class Palette:
    """The colours of a style; light and dark have those of the app's themes (`.streamlit/config.toml`)."""

    background: str
    text: str
    quiet: str
    """Of captions and ticks."""
    grid: str
    accent: str
    """Of what counts: the first model, the answer, the mistake."""
    tones: tuple[str, ...]
    """Of lines of equal rank, the accent first."""


PALETTES = {
    Style.LIGHT: Palette(
        background="#f5f2eb",
        text="#1d1b18",
        quiet="#665f54",
        grid="#c9c2b4",
        accent="#a83218",
        tones=("#a83218", "#1d1b18", "#22609c", "#2f7040", "#76489f", "#8a6400"),
    ),
    Style.DARK: Palette(
        background="#181614",
        text="#efeae0",
        quiet="#a9a193",
        grid="#4a453d",
        accent="#ff8a65",
        tones=("#ff8a65", "#efeae0", "#7fb3e6", "#86c995", "#c3a2e0", "#e0b94f"),
    ),
    Style.PRINT: Palette(
        background="#ffffff",
        text="#000000",
        quiet="#404040",
        grid="#bfbfbf",
        accent="#000000",
        tones=("#000000", "#8c8c8c", "#404040", "#a6a6a6", "#262626", "#737373"),
    ),
}
DASHES = ("-", "--", ":", "-.", (0, (5, 1)), (0, (1, 4)))
"""Of lines of equal rank, so that they can be told apart without colours, too."""
