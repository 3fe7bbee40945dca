"""One digit of MNIST: its picture, its label, and all its numbers, before and after scaling."""

from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.data.encoding import one_hot, scaled, with_channel
from mnist_core.data.mnist import CLASSES, Mnist
from mnist_core.export.images import png_uri
from mnist_core.export.tables import Cell, Row, table_html
from ui import pictures, session
from ui.dataset import state
from ui.dataset.samples import SPLITS, Sample, images_of, labels_of
from ui.live import live_html

NAME = "One digit"
STORED, SCALED = "As stored: 0 to 255", "Scaled: 0 to 1"
LIT = 128  # from here on a cell is so light that its number is written dark


def show(mnist: Mnist) -> None:
    """Shows the digit that the visitor has opened, with everything that can be said of it."""
    sample = state.sample().within(mnist)
    with st.container(key="one"):
        live_html(picture_html(sample.image(mnist), f"The digit {sample.label(mnist)}, large"), key="picture")
        with st.container(key="about"):
            choose(mnist, sample)
            live_html(facts_html(sample, mnist), key="facts")
            pictures.offer("digit", [f"--split={SPLITS[sample.split]}", f"--index={sample.index}"])
    scale = st.segmented_control(
        "Numbers",
        [STORED, SCALED],
        default=STORED,
        required=True,
        key="scale",
        label_visibility="collapsed",
        persist_state="session",
    )
    image = sample.image(mnist)
    live_html(scaling_html(image, after=scale == SCALED), key="scaling")
    texts = scaled_texts(image) if scale == SCALED else list(map(str, image.ravel()))
    live_html(pixels_html(image, texts, f"The numbers of {sample.code}"), key="pixels")


def choose(mnist: Mnist, sample: Sample) -> None:
    """Lets the visitor go to another digit."""
    total = len(labels_of(mnist, sample.split))
    state.lay_index(sample.index)
    with st.container(key="choose", horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            f"Image of the {sample.split.lower()} set, 0 to {formatting.count(total - 1)}",
            min_value=0,
            max_value=total - 1,
            key=state.INDEX,
            on_change=state.open_index,
            args=(sample.split,),
        )
        show_any(mnist)


def show_any(mnist: Mnist) -> None:
    """Shows a button that opens a random digit."""
    sample = state.sample().within(mnist)
    index = int(np.random.default_rng().integers(len(labels_of(mnist, sample.split))))
    st.button("Random digit", key="any", on_click=state.open_sample, args=(Sample(sample.split, index),))


def show_card(mnist: Mnist) -> None:
    """Shows the digit that the visitor has opened as a card, with the way to its numbers."""
    sample = state.sample().within(mnist)
    live_html(card_html(sample, mnist), key="card")
    with st.container(key="card_tools", horizontal=True):
        st.button("All its numbers", on_click=session.set_widgets, args=({state.SECTION: NAME},), key="numbers")
        show_any(mnist)


def card_html(sample: Sample, mnist: Mnist) -> Markup:
    """Lays out a digit's picture with its label and its index."""
    label = sample.label(mnist)
    return Markup(
        '<section class="card" aria-label="The opened digit">{}<div><p class="card-label">{label}</p><p>{} '
        "image {}</p><p><code>{}</code></p></div></section>"
    ).format(
        picture_html(sample.image(mnist), f"The digit {label}"),
        sample.split,
        formatting.count(sample.index),
        sample.code,
        label=label,
    )


def picture_html(image: npt.NDArray[np.uint8], alt: str) -> Markup:
    """Shows an image, uint8 (28, 28), as the pixels that it has."""
    return Markup('<img class="digit" src="{}" alt="{alt}">').format(png_uri(image), alt=alt)


def facts_html(sample: Sample, mnist: Mnist) -> Markup:
    """Shows a digit's label, also as one-hot, and explains its shape, also as a network takes it."""
    label = sample.label(mnist)
    image = sample.image(mnist)
    batch = with_channel(images_of(mnist, sample.split))
    return Markup(
        '<section class="about"><p class="about-label">{label}<span>the label: somebody looked at the image and wrote '
        "down which digit it is; <code>y_{split}[{index}]</code></span></p>{one_hot}<p>The image is a table of "
        "<strong>{height} × {width} numbers</strong> ({dtype}: whole numbers from 0, black, to 255, white). "
        "Convolutional networks take one more dimension, the channels: a colour picture has three, a grey one has one. "
        "All {count} together: <code>{shape}</code> becomes <code>{with_channel}</code>; no number changes.</p>"
        "</section>"
    ).format(
        label=label,
        split=SPLITS[sample.split],
        index=sample.index,
        one_hot=one_hot_html(label),
        height=image.shape[0],
        width=image.shape[1],
        dtype=image.dtype,
        count=formatting.count(len(batch)),
        shape=batch.shape[:-1],
        with_channel=batch.shape,
    )


def one_hot_html(label: int) -> Markup:
    """Shows a label as ten numbers: a 1 at its index, 0 elsewhere."""
    cells = Markup("").join(
        Markup('<li class="{}"><span>{}</span><strong>{:.0f}</strong></li>').format(
            "hot" if value else "", digit, value
        )
        for digit, value in enumerate(one_hot(np.array([label], np.uint8))[0])
    )
    return Markup(
        '<div class="one-hot"><ol aria-label="{named}">{cells}</ol><p>The same label <strong>one-hot</strong>: ten '
        "numbers, a 1 at the digit’s index. A perfect network would answer with these "
        "numbers: a probability of 1 for the label, 0 for all others.</p></div>"
    ).format(named=f"The label {label}, one-hot, for the digits 0 to {CLASSES - 1}", cells=cells)


def scaling_html(image: npt.NDArray[np.uint8], *, after: bool) -> Markup:
    """Compares an image's numbers before and after scaling; the row that is shown below is marked."""
    scales: list[tuple[str, npt.NDArray[Any], str, str, bool]] = [
        ("before", image, "d", ".1f", not after),
        ("after", scaled(image), ".2f", ".3f", after),
    ]
    rows = [
        Row(
            (
                name,
                numbers.dtype,
                format(numbers.min(), style),
                format(numbers.max(), style),
                format(numbers.mean(), mean_style),
            ),
            {"class": "shown"} if is_shown else {},
        )
        for name, numbers, style, mean_style, is_shown in scales
    ]
    return Markup(
        '<section class="scaling"><div>{}</div><p>Scaling divides every number by 255. The picture stays the same. '
        "Sums of small numbers stay small, so a network learns faster and more steadily.</p></section>"
    ).format(table_html(("", "type", "minimum", "maximum", "mean"), rows))


def scaled_texts(image: npt.NDArray[np.uint8]) -> list[str]:
    """Writes an image's numbers after scaling, as short as they can be: 0, .07, 1."""
    return [f"{number:.2f}".removeprefix("0") if 0 < number < 1 else f"{number:.0f}" for number in scaled(image).flat]


def pixels_html(image: npt.NDArray[np.uint8], texts: list[str], caption: str) -> Markup:
    """Writes a text for each pixel of an image, uint8 (28, 28), on that pixel's own grey."""
    height, width = image.shape
    rows = [
        (
            str(row),
            *(
                Cell(text, {"class": "lit" if grey >= LIT else "" if grey else "zero", "style": f"--grey:{grey}"})
                for grey, text in zip(image[row].tolist(), texts[row * width : (row + 1) * width], strict=True)
            ),
        )
        for row in range(height)
    ]
    return Markup('<div class="pixels" tabindex="0" role="region" aria-label="{}">{}</div>').format(
        caption, table_html(["", *map(str, range(width))], rows)
    )
