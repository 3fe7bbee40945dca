"""One digit of MNIST: its picture, its label, and all its numbers, before and after scaling."""

from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.data.encoding import one_hot, scaled, with_channel
from mnist_core.data.mnist import CLASSES, Mnist
from ui import session
from ui.dataset import state
from ui.dataset.samples import SPLITS, Sample, images_of, labels_of
from ui.images import png_uri
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
            f"Image of the {sample.split.lower()} set, 0 to {total - 1:,}",
            min_value=0,
            max_value=total - 1,
            key=state.INDEX,
            on_change=state.open_index,
            args=(sample.split,),
        )
        show_any(mnist)


def show_any(mnist: Mnist) -> None:
    """Shows a button that opens a digit by chance."""
    sample = state.sample().within(mnist)
    index = int(np.random.default_rng().integers(len(labels_of(mnist, sample.split))))
    st.button("Any other", key="any", on_click=state.open_sample, args=(Sample(sample.split, index),))


def show_card(mnist: Mnist) -> None:
    """Shows the digit that the visitor has opened as a card, with the way to its numbers."""
    sample = state.sample().within(mnist)
    live_html(card_html(sample, mnist), key="card")
    with st.container(key="card_tools", horizontal=True):
        st.button("All its numbers", on_click=session.set_widgets, args=({state.SECTION: NAME},), key="numbers")
        show_any(mnist)


def card_html(sample: Sample, mnist: Mnist) -> str:
    """Lays out a digit's picture with its label and its place."""
    label = sample.label(mnist)
    return (
        f'<section class="card" aria-label="The opened digit">{picture_html(sample.image(mnist), f"The digit {label}")}'
        f'<div><p class="card-label">{label}</p><p>{escape(sample.split)} image {sample.index:,}</p>'
        f"<p><code>{sample.code}</code></p></div></section>"
    )


def picture_html(image: npt.NDArray[np.uint8], alt: str) -> str:
    """Shows an image, uint8 (28, 28), as the pixels that it has."""
    return f'<img class="digit" src="{png_uri(image)}" alt="{escape(alt)}">'


def facts_html(sample: Sample, mnist: Mnist) -> str:
    """Says what a digit is: its label, also as one-hot, and its shape, also as a network takes it."""
    label = sample.label(mnist)
    image = sample.image(mnist)
    batch = with_channel(images_of(mnist, sample.split))
    return (
        '<section class="about">'
        f'<p class="about-label">{label}<span>the label: somebody looked at the image and wrote down which digit it '
        f"is; <code>y_{SPLITS[sample.split]}[{sample.index}]</code></span></p>{one_hot_html(label)}"
        f"<p>The image is a table of <strong>{image.shape[0]} × {image.shape[1]} numbers</strong> ({image.dtype}: "
        "whole numbers from 0, black, to 255, white). Networks with convolutions want one more dimension, the "
        f"channels: a colour picture has three, a grey one has one. All {len(batch):,} together: "
        f"<code>{batch.shape[:-1]}</code> becomes <code>{batch.shape}</code>, and not a number changes.</p></section>"
    )


def one_hot_html(label: int) -> str:
    """Shows a label as ten numbers: a 1 at its own place, 0 elsewhere."""
    cells = "".join(
        f"<li class='{'hot' if value else ''}'><span>{digit}</span><strong>{value:.0f}</strong></li>"
        for digit, value in enumerate(one_hot(np.array([label], np.uint8))[0])
    )
    named = f"The label {label}, one-hot, for the digits 0 to {CLASSES - 1}"
    return (
        f'<div class="one-hot"><ol aria-label="{named}">{cells}</ol>'
        "<p>The same label <strong>one-hot</strong>: ten numbers, a 1 at the digit’s own place. That is what a perfect "
        "network would answer, ten probabilities of which one is certain.</p></div>"
    )


def scaling_html(image: npt.NDArray[np.uint8], *, after: bool) -> str:
    """Compares an image's numbers before and after scaling; the row that is shown below is marked."""
    rows = "".join(
        f'<tr class="{"shown" if shown else ""}"><th scope="row">{name}</th><td>{numbers.dtype}</td>'
        f"<td>{numbers.min():{style}}</td><td>{numbers.max():{style}}</td><td>{numbers.mean():{mean_style}}</td></tr>"
        for name, numbers, style, mean_style, shown in _scales(image, after)
    )
    return (
        '<section class="scaling"><div><table><thead><tr><td></td><th scope="col">type</th><th scope="col">least</th>'
        f'<th scope="col">greatest</th><th scope="col">mean</th></tr></thead><tbody>{rows}</tbody></table></div>'
        "<p>Scaling divides every number by 255. The picture stays the same; but sums of small numbers stay small, and "
        "a network learns from them faster and more steadily.</p></section>"
    )


def scaled_texts(image: npt.NDArray[np.uint8]) -> list[str]:
    """Writes an image's numbers after scaling, as short as they can be: 0, .07, 1."""
    return [f"{number:.2f}".removeprefix("0") if 0 < number < 1 else f"{number:.0f}" for number in scaled(image).flat]


def pixels_html(image: npt.NDArray[np.uint8], texts: list[str], caption: str) -> str:
    """Writes a text for each pixel of an image, uint8 (28, 28), on that pixel's own grey."""
    height, width = image.shape
    head = "".join(f'<th scope="col">{column}</th>' for column in range(width))
    body = ""
    for row in range(height):
        cells = "".join(
            f'<td class="{"lit" if grey >= LIT else "" if grey else "zero"}" style="--grey:{grey}">{text}</td>'
            for grey, text in zip(image[row].tolist(), texts[row * width : (row + 1) * width], strict=True)
        )
        body += f'<tr><th scope="row">{row}</th>{cells}</tr>'
    return (
        f'<div class="pixels" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _scales(image: npt.NDArray[np.uint8], after: bool) -> list[tuple[str, npt.NDArray[Any], str, str, bool]]:
    return [("before", image, "d", ".1f", not after), ("after", scaled(image), ".2f", ".3f", after)]
