"""The bytes of MNIST's own files, IDX, with what each of them means."""

import io

import numpy as np
import numpy.typing as npt
import streamlit as st
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.data.idx import Header, encode_header, read_header
from mnist_core.data.mnist import FILES, Mnist
from mnist_core.export.tables import Row, table_html
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


def header_html(file: str, array: npt.NDArray[np.uint8]) -> Markup:
    """Lays out the first bytes of the IDX file that holds an array, and says what each means."""
    header = _header(array)
    start = header.sizes[-1].offset + 4
    following = array.ravel()[:FOLLOWING].tobytes()
    strip = Markup("").join(
        Markup('<li data-field="{}">{}</li>').format(number % 4, _bytes_html(field.content))
        for number, field in enumerate(header.fields)
    ) + Markup('<li class="payload">{}<span>…</span></li>').format(_bytes_html(following))
    meanings = [header.zeros.meaning, header.type_code.meaning, f"{header.dimensions.meaning}: {array.ndim}"]
    meanings += _sizes_in_words(header)
    rows = [
        Row(
            (str(field.offset), _code_html(_hex(field.content)), formatting.count(field.value), meaning),
            {"data-field": number % 4},
        )
        for number, (field, meaning) in enumerate(zip(header.fields, meanings, strict=True))
    ]
    element = (
        "pixels, image by image, row by row: 0 is paper, 255 is ink" if array.ndim > 1 else "labels, one byte each"
    )
    meaning = f"the {element}; {formatting.count(header.payload_bytes)} bytes, then the file ends"
    rows.append(Row((str(start), _code_html(f"{_hex(following[:4])} …"), "", meaning), {"class": "payload"}))
    return Markup(
        '<section class="idx"><h2><code>{file}</code></h2><p>MNIST has been published in this format since 1998. A '
        "byte is a number from 0 to 255, written here as two hexadecimal digits, 0 to F. Numbers of several bytes "
        'begin with the most significant byte.</p><ol aria-label="The first bytes of the file">{strip}</ol>'
        "<div>{table}</div></section>"
    ).format(file=file, strip=strip, table=table_html(("Offset", "Bytes", "As a number", "Meaning"), rows))


def images_html(sample: Sample, array: npt.NDArray[np.uint8]) -> Markup:
    """Shows the bytes of one image where they lie in the file."""
    image = array[sample.index]
    start, size = len(encode_header(array)), image.size
    offset = start + size * sample.index
    return Markup(
        '<section class="lying"><h2>The bytes of {code}</h2><p>An image takes {size} bytes, {rows} rows of {columns}. '
        "This one begins at byte {start} + {size} × {index} = <strong>{offset}</strong>. Row by row, the bytes are the "
        "picture.</p>{pixels}</section>"
    ).format(
        code=sample.code,
        size=size,
        rows=image.shape[0],
        columns=image.shape[1],
        start=start,
        index=formatting.count(sample.index),
        offset=formatting.count(offset),
        pixels=one_digit.pixels_html(image, _hex(image.tobytes()).split(), f"The bytes of {sample.code}"),
    )


def labels_html(sample: Sample, array: npt.NDArray[np.uint8]) -> Markup:
    """Shows the byte of one label between its neighbours."""
    start = len(encode_header(array))
    first = max(0, min(sample.index - 5, len(array) - 11))
    cells = Markup("").join(
        Markup('<li class="{}"><span>{}</span><strong>{:02X}</strong></li>').format(
            "hot" if index == sample.index else "", formatting.count(start + index), array[index]
        )
        for index in range(first, min(first + 11, len(array)))
    )
    return Markup(
        '<section class="lying"><h2>The byte of y_{split}[{index}]</h2><p>A label takes one byte. This one is byte '
        "{start} + {written} = <strong>{offset}</strong>, and its value is {label}.</p>"
        '<div class="one-hot"><ol class="neighbours" aria-label="The labels around it">{cells}</ol></div></section>'
    ).format(
        split=SPLITS[sample.split],
        index=sample.index,
        start=start,
        written=formatting.count(sample.index),
        offset=formatting.count(start + sample.index),
        label=array[sample.index],
        cells=cells,
    )


def _header(array: npt.NDArray[np.uint8]) -> Header:
    return read_header(io.BytesIO(encode_header(array)), "the header")


def _sizes_in_words(header: Header) -> list[str]:
    names = ("images", "rows in each", "columns in each") if len(header.sizes) > 1 else ("labels",)
    return [
        f"{size.meaning}: {formatting.count(size.value)} {name}" for size, name in zip(header.sizes, names, strict=True)
    ]


def _bytes_html(content: bytes) -> Markup:
    return Markup("").join(Markup("<b>{:02X}</b>").format(byte) for byte in content)


def _code_html(code: str) -> Markup:
    return Markup("<code>{}</code>").format(code)


def _hex(content: bytes) -> str:
    return content.hex(" ").upper()
