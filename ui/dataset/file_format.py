"""The bytes of MNIST's own files, IDX, with what each of them means."""

import io
from html import escape

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.data.idx import Header, encode_header, read_header
from mnist_core.data.mnist import FILES, Mnist
from ui.dataset import one_digit, state
from ui.dataset.samples import SPLITS, Sample
from ui.live import live_html

IMAGES, LABELS = "Images", "Labels"
FOLLOWING = 12  # bytes shown after the header


def show(mnist: Mnist) -> None:
    """Shows the header of the file that the opened digit lies in, field by field, and that digit's own bytes."""
    kind = st.segmented_control(
        "File",
        [IMAGES, LABELS],
        default=IMAGES,
        required=True,
        key="file",
        label_visibility="collapsed",
        persist_state="session",
    )
    sample = state.sample().within(mnist)
    name = f"{'x' if kind == IMAGES else 'y'}_{SPLITS[sample.split]}"
    array = getattr(mnist, name)
    live_html(header_html(FILES[name], array), key="header")
    one_digit.choose(mnist, sample)
    live_html(images_html(sample, array) if kind == IMAGES else labels_html(sample, array), key="bytes")


def header_html(file: str, array: npt.NDArray[np.uint8]) -> str:
    """Lays out the first bytes of the IDX file that holds an array, and says what each means."""
    header = _header(array)
    start = header.sizes[-1].offset + 4
    following = array.ravel()[:FOLLOWING].tobytes()
    strip = "".join(
        f'<li data-field="{number % 4}">{"".join(f"<b>{byte:02X}</b>" for byte in field.content)}</li>'
        for number, field in enumerate(header.fields)
    )
    strip += f'<li class="payload">{"".join(f"<b>{byte:02X}</b>" for byte in following)}<span>…</span></li>'
    meanings = [header.zeros.meaning, header.type_code.meaning, f"{header.dimensions.meaning}: {array.ndim}"]
    meanings += _sizes_in_words(header)
    rows = "".join(
        f'<tr data-field="{number % 4}"><td>{field.offset}</td><td><code>{_hex(field.content)}</code></td>'
        f"<td>{field.value:,}</td><td>{escape(meaning)}</td></tr>"
        for number, (field, meaning) in enumerate(zip(header.fields, meanings, strict=True))
    )
    element = (
        "pixels, image by image, row by row: 0 is paper, 255 is ink" if array.ndim > 1 else "labels, one byte each"
    )
    rows += (
        f'<tr class="payload"><td>{start}</td><td><code>{_hex(following[:4])} …</code></td><td></td>'
        f"<td>the {element}; {header.payload_bytes:,} bytes, then the file ends</td></tr>"
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Offset", "Bytes", "As a number", "Meaning"))
    return (
        f'<section class="idx"><h2><code>{escape(file)}</code></h2><p>This is how MNIST has been published since '
        "1998. A byte is a number from 0 to 255, written here with two of the sixteen digits 0 to F. Numbers of "
        "several bytes have their most significant byte first.</p>"
        f'<ol aria-label="The first bytes of the file">{strip}</ol>'
        f"<div><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def images_html(sample: Sample, array: npt.NDArray[np.uint8]) -> str:
    """Shows the bytes of one image where they lie in the file."""
    image = array[sample.index]
    start, size = len(encode_header(array)), image.size
    offset = start + size * sample.index
    return (
        f'<section class="lying"><h2>The bytes of {sample.code}</h2><p>An image takes {size} bytes, {image.shape[0]} '
        f"rows of {image.shape[1]}. This one begins at byte {start} + {size} × {sample.index:,} = "
        f"<strong>{offset:,}</strong>. Row under row, the bytes are the picture.</p>"
        f"{one_digit.pixels_html(image, _hex(image.tobytes()).split(), f'The bytes of {sample.code}')}</section>"
    )


def labels_html(sample: Sample, array: npt.NDArray[np.uint8]) -> str:
    """Shows the byte of one label between its neighbours."""
    start = len(encode_header(array))
    first = max(0, min(sample.index - 5, len(array) - 11))
    cells = "".join(
        f"<li class='{'hot' if index == sample.index else ''}'><span>{start + index:,}</span>"
        f"<strong>{array[index]:02X}</strong></li>"
        for index in range(first, min(first + 11, len(array)))
    )
    return (
        f'<section class="lying"><h2>The byte of y_{SPLITS[sample.split]}[{sample.index}]</h2><p>A label takes one '
        f"byte. This one is byte {start} + {sample.index:,} = <strong>{start + sample.index:,}</strong>, and says "
        f"{array[sample.index]}.</p>"
        f'<div class="one-hot"><ol class="neighbours" aria-label="The labels around it">{cells}</ol></div></section>'
    )


def _header(array: npt.NDArray[np.uint8]) -> Header:
    return read_header(io.BytesIO(encode_header(array)), "the header")


def _sizes_in_words(header: Header) -> list[str]:
    names = ("images", "rows in each", "columns in each") if len(header.sizes) > 1 else ("labels",)
    return [f"{size.meaning}: {size.value:,} {name}" for size, name in zip(header.sizes, names, strict=True)]


def _hex(content: bytes) -> str:
    return content.hex(" ").upper()
