"""What the network sees: the way of a drawing from the paper to 28 x 28 grey values, as pictures."""

from html import escape

import numpy as np
import numpy.typing as npt

from mnist_core.preprocessing import BOX, FIELD, Framing
from ui.images import ink_on_paper, png_uri

SHOWN_PX = 240  # twice the size on the page, for fine screens


def steps_html(framing: Framing | None) -> str:
    """Lays out the four steps; without a framing their places are kept free."""
    steps = [
        ("ink", "Your ink", "as you wrote it"),
        ("cropped", "Cropped", "so it does not matter where you write"),
        ("fitted", "Fitted", f"into {BOX} pixels, nor how large"),
        ("centred", "Centred", f"on {FIELD} × {FIELD} pixels: all that the network sees"),
    ]
    pictures = [""] * len(steps) if framing is None else _pictures(framing)
    figures = "".join(
        f'<li class="step step-{name}"><div class="step-picture">{picture}</div><h3>{title}</h3><p>{caption}</p></li>'
        for (name, title, caption), picture in zip(steps, pictures, strict=True)
    )
    return f'<section class="steps"><h2>What the network sees</h2><ol>{figures}</ol></section>'


def _pictures(framing: Framing) -> list[str]:
    cropped, fitted = ink_on_paper(framing.cropped, SHOWN_PX), ink_on_paper(framing.fitted, BOX)
    return [
        _picture(ink_on_paper(framing.ink, SHOWN_PX), "Your ink", FIELD),
        _picture(cropped, "Your ink without the paper around it", BOX),
        _picture(fitted, f"Your ink, {fitted.shape[1]} by {fitted.shape[0]} pixels", BOX),
        _picture(framing.model_input, f"The {FIELD} by {FIELD} pixels that the network sees", FIELD),
    ]


def _picture(grey: npt.NDArray[np.uint8], alt: str, longer_side: int) -> str:
    """Shows a picture on a square of 28 units; `longer_side` is its own in those units."""
    height, width = grey.shape
    unit = 100 / FIELD * longer_side / max(height, width)
    style = f"width:{unit * width:.2f}%;height:{unit * height:.2f}%"
    return f'<img src="{png_uri(grey)}" alt="{escape(alt)}" style="{style}">'
