"""What the network sees: the way of a drawing from the paper to 28 x 28 grey values, as pictures."""

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from mnist_core.drawing.framing import BOX, FIELD, Ink, extent
from mnist_core.export.images import ink_on_paper, png_uri

SHOWN_PX = 192  # twice what the crop has on the page, for fine screens


def steps_html(ink: Ink | None, model_input: npt.NDArray[np.uint8] | None = None) -> Markup:
    """Lays out the four steps.

    Two pictures serve all four: the ink without its paper also lies on the sheet, and the network's input is also shown
    cropped.

    Args:
        ink: float32 (H, W) in [0, 1], what was read; without it the places are kept free.
        model_input: uint8 (28, 28), what the network saw of it.
    """
    steps = [
        ("ink", "Your ink", "as you wrote it"),
        ("cropped", "Cropped", "position does not matter"),
        ("fitted", "Fitted", f"to {BOX} pixels: size does not matter"),
        ("centred", "Centred", f"on {FIELD} × {FIELD} pixels: all that the network sees"),
    ]
    pictures = [Markup("")] * len(steps) if ink is None or model_input is None else _pictures(ink, model_input)
    figures = Markup("").join(
        Markup(
            '<li class="step step-{name}"><div class="step-picture">{picture}</div><h3>{title}</h3>'
            "<p>{caption}</p></li>"
        ).format(name=name, picture=picture, title=title, caption=caption)
        for (name, title, caption), picture in zip(steps, pictures, strict=True)
    )
    return Markup('<section class="steps"><h2>What the network sees</h2><ol>{figures}</ol></section>').format(
        figures=figures
    )


def _pictures(ink: Ink, model_input: npt.NDArray[np.uint8]) -> list[Markup]:
    drawn, fitted = extent(ink), extent(model_input > 0)
    height, width = fitted[0].stop - fitted[0].start, fitted[1].stop - fitted[1].start
    cropped = ink[drawn]
    return [
        _sheet(ink, drawn),
        _picture(png_uri(ink_on_paper(cropped, SHOWN_PX)), "cropped", "Your ink without the paper around it", cropped),
        _window(fitted, f"Your ink, {width} by {height} pixels"),
        _picture(png_uri(model_input), "field", f"The {FIELD} by {FIELD} pixels that the network sees", model_input),
    ]


def _sheet(ink: Ink, drawn: tuple[slice, slice]) -> Markup:
    """Lays the cropped picture where it lay on its sheet."""
    longer_px = max(ink.shape)
    (rows, columns), (height, width) = drawn, ink.shape
    place = {
        "left": columns.start + (longer_px - width) / 2,
        "top": rows.start + (longer_px - height) / 2,
        "width": columns.stop - columns.start,
        "height": rows.stop - rows.start,
    }
    style = ";".join(f"{name}:{100 * px / longer_px:.2f}%" for name, px in place.items())
    return Markup('<img data-like="cropped" alt="Your ink" style="{style}">').format(style=style)


def _picture(uri: str, name: str, alt: str, pixels: npt.NDArray[np.float32] | npt.NDArray[np.uint8]) -> Markup:
    """Shows a picture on a square of 28 units, the field filling it and all else its box of 20."""
    height, width = pixels.shape
    unit = 100 / FIELD * (FIELD if name == "field" else BOX) / max(height, width)
    style = f"width:{unit * width:.2f}%;height:{unit * height:.2f}%"
    return Markup('<img data-name="{name}" src="{uri}" alt="{alt}" style="{style}">').format(
        name=name, uri=uri, alt=alt, style=style
    )


def _window(fitted: tuple[slice, slice], alt: str) -> Markup:
    """Shows that part of the network's input which is not paper."""
    rows, columns = fitted
    width, height = columns.stop - columns.start, rows.stop - rows.start
    style = (
        f"width:{100 * FIELD / width:.2f}%;margin-left:{-100 * columns.start / width:.2f}%;"
        f"margin-top:{-100 * rows.start / width:.2f}%"
    )
    return Markup(
        '<div class="step-window" style="width:{:.2f}%;height:{:.2f}%"><img data-like="field" alt="{alt}" '
        'style="{style}"></div>'
    ).format(100 * width / FIELD, 100 * height / FIELD, alt=alt, style=style)
