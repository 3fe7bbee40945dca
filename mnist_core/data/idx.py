"""Reads and writes IDX, the format in which MNIST has been published since 1998.

An IDX file is one array of numbers: a header that says what the numbers are and how they are arranged, and then the
numbers themselves. Everything in it is big-endian: the most significant byte comes first. MNIST's training images begin
like this:

    offset  bytes        meaning
    0       00 00        always zero
    2       08           type of the elements: unsigned bytes (see `ELEMENT_TYPES`)
    3       03           number of dimensions
    4       00 00 EA 60  size of dimension 1: 60,000 images
    8       00 00 00 1C  size of dimension 2: 28 rows
    12      00 00 00 1C  size of dimension 3: 28 columns
    16      00 00 00 ..  the elements, the last dimension changing fastest: image by image, row by row

The first four bytes together are called the magic number; there are as many sizes as it announces dimensions. Nothing
follows the last element. The files are mostly handed around compressed with gzip, which is unpacked here on the way;
whether a file is compressed is told by its first bytes, not by its name.

Source of the format: LeCun, Cortes, Burges, "The MNIST database", section "File formats".
"""

import gzip
import hashlib
import io
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core import files
from mnist_core.data.stored import Stored, open_file
from mnist_core.errors import StudioError

ELEMENT_TYPES: dict[int, np.dtype[Any]] = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
TYPE_CODES = {dtype: code for code, dtype in ELEMENT_TYPES.items()}
MAX_DIMENSIONS = 32  # MNIST needs 3; NumPy's arrays end at 32 or 64, depending on its version
MAX_PAYLOAD_BYTES = 2**30  # MNIST's training images are 47 MB, EMNIST's 640 MB; beyond lie broken headers
CHUNK_BYTES = 2**20

GZIP_START = b"\x1f\x8b"
KNOWN_STARTS = {
    GZIP_START: "a gzip file inside a gzip file",
    b"PK": "a zip file, as .npz files are",
    b"\x93N": "a NumPy .npy file",
    b"\x89P": "a PNG picture",
    b"<": "a web page, perhaps a log-in or error page that was saved in place of the file",
}


class IdxError(StudioError):
    """A file is no sound IDX file; the message says which file, and what is wrong with it."""


@dataclass(frozen=True)
class Field:
    """One number in the header of an IDX file: where it stands, its bytes, and what they mean."""

    offset: int
    content: bytes
    meaning: str

    @property
    def value(self) -> int:
        """The number that the bytes stand for."""
        return int.from_bytes(self.content, "big")


@dataclass(frozen=True)
class Header:
    """The header of an IDX file, field by field."""

    zeros: Field
    type_code: Field
    dimensions: Field
    sizes: tuple[Field, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """All fields, in the order of the file."""
        return (self.zeros, self.type_code, self.dimensions, *self.sizes)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements as they are stored, big-endian."""
        return ELEMENT_TYPES[self.type_code.value]

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of all dimensions."""
        return tuple(size.value for size in self.sizes)

    @property
    def payload_bytes(self) -> int:
        """How many bytes of elements must follow."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_header(stream: io.BufferedIOBase, name: str) -> Header:
    """Reads the header of an IDX file, and leaves the stream at the first element.

    Args:
        stream: the file, unpacked, at its start.
        name: what error messages call the file.

    Raises:
        IdxError: the stream does not begin with a header, or the header announces what no reader should believe.
    """
    magic = stream.read(4)
    if not magic:
        raise IdxError(f"{name} is empty; an IDX file begins with four bytes that say what it holds.")
    if magic[:2] != b"\0\0"[: len(magic)]:
        raise IdxError(
            f"{name} is no IDX file: it should begin with the bytes 00 00, but begins with {magic[:2].hex(' ').upper()}"
            f"{_likely_kind(magic)}."
        )
    if len(magic) < 4:
        raise IdxError(f"{name} is cut off after {len(magic)} of the 4 bytes of its magic number; copy it anew.")

    zeros = Field(0, magic[:2], "always zero")
    if magic[2] not in ELEMENT_TYPES:
        known = ", ".join(f"{code:02X} ({_type_name(code)})" for code in ELEMENT_TYPES)
        raise IdxError(f"{name} announces elements of type {magic[2]:02X}, which IDX does not have; it has {known}.")
    type_code = Field(2, magic[2:3], f"type of the elements: {_type_name(magic[2])}")
    dimensions = Field(3, magic[3:4], "number of dimensions")
    if not 1 <= dimensions.value <= MAX_DIMENSIONS:
        raise IdxError(
            f"{name} announces {dimensions.value} dimensions; there should be 1 to {MAX_DIMENSIONS} "
            "(labels have one, images three)."
        )

    content = stream.read(4 * dimensions.value)
    if len(content) < 4 * dimensions.value:
        raise IdxError(
            f"{name} is cut off within its header: {dimensions.value} dimensions need {4 * dimensions.value} bytes of "
            f"sizes, but only {len(content)} follow; copy it anew."
        )
    sizes = tuple(
        Field(4 + at, content[at : at + 4], f"size of dimension {at // 4 + 1}") for at in range(0, len(content), 4)
    )
    header = Header(zeros, type_code, dimensions, sizes)
    if 0 in header.shape:
        raise IdxError(f"{name} announces {_shape_text(header.shape)} elements, that is, none at all.")
    if header.payload_bytes > MAX_PAYLOAD_BYTES:
        raise IdxError(
            f"{name} announces {_shape_text(header.shape)} elements, {header.payload_bytes:,} bytes; more than "
            f"{MAX_PAYLOAD_BYTES:,} are not read, as the header is most likely damaged."
        )
    return header


def stored_idx(path: Path) -> Stored:
    """Reads the header of an IDX file, plain or compressed with gzip, and none of its elements.

    Raises:
        IdxError: the file cannot be read, or does not begin with a header that one should believe.
    """
    with _unpacked(path, str(path)) as stream:
        header = read_header(stream, str(path))
    return Stored(header.shape, header.dtype.newbyteorder("="), partial(read_idx, path))


def read_idx(path: Path, *, name: str | None = None, md5: str | None = None) -> npt.NDArray[Any]:
    """Reads an IDX file, plain or compressed with gzip.

    Args:
        path: the file.
        name: what error messages call the file; by default its path.
        md5: what `checksum` must give for the content; by default any content will do.

    Returns:
        The array, with the type and shape that the header announces, in the byte order of this machine.

    Raises:
        IdxError: the file cannot be read, is no IDX file, is damaged, or holds something else than `md5` demands.
    """
    name = name or str(path)
    with _unpacked(path, name) as stream:
        array = _read_array(stream, name)
    if md5 is not None and (found := checksum(array)) != md5:
        raise IdxError(
            f"{name} is a sound IDX file, but not the expected one: the MD5 of its content should be {md5}, but is "
            f"{found}."
        )
    return array


def write_idx(path: Path, array: npt.NDArray[Any]) -> None:
    """Writes an array as an IDX file, compressed with gzip if the name ends in `.gz`.

    What lies there already is replaced when the new file is whole. The same array always makes the same file.

    Args:
        path: the file to write.
        array: of a type that IDX knows (see `ELEMENT_TYPES`) in any byte order, with 1 to 32 dimensions, not empty.

    Raises:
        OSError: it cannot be written.
    """
    header, payload = _encoded(array)
    content = header + payload.tobytes()
    files.write(path, gzip.compress(content, compresslevel=6, mtime=0) if path.suffix == ".gz" else content)


def encode_header(array: npt.NDArray[Any]) -> bytes:
    """Returns the header of the IDX file that holds this array, as bytes that `read_header` reads."""
    code = TYPE_CODES.get(array.dtype.newbyteorder(">"))
    if code is None:
        known = ", ".join(map(_type_name, ELEMENT_TYPES))
        raise ValueError(f"IDX holds {known}, but not {array.dtype}.")
    if not 1 <= array.ndim <= MAX_DIMENSIONS or array.size == 0:
        raise ValueError(f"IDX holds arrays of 1 to {MAX_DIMENSIONS} dimensions, none empty, not {array.shape}.")
    return bytes([0, 0, code, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape)


def checksum(array: npt.NDArray[Any]) -> str:
    """Returns the MD5, in hexadecimal, of the plain IDX file that holds this array; it verifies MNIST's files."""
    header, payload = _encoded(array)
    digest = hashlib.md5(header, usedforsecurity=False)
    digest.update(payload.data)
    return digest.hexdigest()


def _encoded(array: npt.NDArray[Any]) -> tuple[bytes, npt.NDArray[Any]]:
    """Returns the header, and the elements as they lie in the file."""
    return encode_header(array), np.ascontiguousarray(array, dtype=array.dtype.newbyteorder(">"))


@contextmanager
def _unpacked(path: Path, name: str) -> Iterator[io.BufferedIOBase]:
    """Opens an IDX file, unpacked where it is compressed, and says what is wrong with it."""
    try:
        with open_file(path) as file:
            is_compressed = file.read(2) == GZIP_START
            file.seek(0)
            if is_compressed:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield unpacked
            else:
                yield file
    except EOFError as error:
        raise IdxError(f"{name} is cut off: its gzip data have no end; copy it anew.") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise IdxError(f"{name} is damaged: gzip cannot unpack it ({error}); copy it anew.") from error
    except OSError as error:
        raise IdxError(f"{name} could not be read: {error.strerror}.") from error


def _read_array(stream: io.BufferedIOBase, name: str) -> npt.NDArray[Any]:
    header = read_header(stream, name)
    payload = bytearray()
    # In pieces, so that memory is taken for the bytes that are there and not for those that a broken header announces.
    while piece := stream.read(min(CHUNK_BYTES, header.payload_bytes - len(payload))):
        payload += piece
    announced = f"{_shape_text(header.shape)} elements of type {_type_name(header.type_code.value)}"
    if len(payload) < header.payload_bytes:
        raise IdxError(
            f"{name} is cut off: it announces {announced}, that is {header.payload_bytes:,} bytes, but only "
            f"{len(payload):,} follow the header; copy it anew."
        )
    if stream.read(1):
        raise IdxError(
            f"{name} goes on after its end: it announces {announced}, that is {header.payload_bytes:,} bytes, but more "
            "follow the header; either the header or the file is damaged."
        )
    return np.frombuffer(payload, header.dtype).reshape(header.shape).astype(header.dtype.newbyteorder("="), copy=False)


def _likely_kind(start: bytes) -> str:
    """Guesses what a file is that begins with these (up to) four bytes, as the end of a sentence."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    for known, kind in KNOWN_STARTS.items():
        if text.startswith(known):
            return f"; it looks like {kind}"
    return "; it looks like text" if start.isascii() and start.decode("ascii").isprintable() else ""


def _type_name(code: int) -> str:
    return ELEMENT_TYPES[code].newbyteorder("=").name


def _shape_text(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{size:,}" for size in shape)
