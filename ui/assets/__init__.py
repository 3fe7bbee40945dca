"""The style sheets, scripts and pictures of the pages, each a file of its own."""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def text(name: str) -> str:
    """Returns the content of a style sheet or script."""
    return (FOLDER / name).read_text(encoding="utf-8")
