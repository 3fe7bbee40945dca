"""Reads and writes `.npz` files: zip archives in which each member is a NumPy array.

They come from strangers. So nothing is unpickled, and a header is believed only when it agrees with the archive's own
directory and announces no more than the caller wants: a file of a few megabytes may unpack to gigabytes.
"""

import io
import math
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from mnist_core import files
from mnist_core.data.stored import Stored, open_file
from mnist_core.errors import StudioError

HEADER_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What NumPy writes; others may take as much memory to unpack as they announce."""


class NpzError(StudioError):
    """A file is no sound `.npz` file, or lacks arrays."""


def stored_arrays(path: Path, names: Sequence[str], *, max_bytes: int) -> dict[str, Stored]:
    """Reads the headers of arrays in an `.npz` file, and none of their elements.

    Args:
        path: the file, whatever its name.
        names: of the arrays.
        max_bytes: how large each may be.

    Raises:
        NpzError: the file cannot be read, is damaged, lacks an array, or announces too large a one.
    """
    with _archive(path) as archive:
        held = [member.removesuffix(".npy") for member in archive.namelist()]
        missing = [name for name in names if name not in held]
        if missing:
            raise NpzError(
                f"{path} lacks {', '.join(missing)}: it should hold {', '.join(names)}, but holds "
                f"{', '.join(held[:20]) or 'nothing'}."
            )
        return {name: _stored(path, archive, name, max_bytes) for name in names}


def write_npz(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Writes arrays as a compressed `.npz` file; what lies there already is replaced when the new one is whole.

    Raises:
        OSError: it cannot be written.
    """
    content = io.BytesIO()
    np.savez_compressed(content, **dict(arrays))  # type: ignore[arg-type]  # its stubs take keywords for allow_pickle
    files.write(path, content.getvalue())


def _stored(path: Path, archive: zipfile.ZipFile, name: str, max_bytes: int) -> Stored:
    member = archive.getinfo(f"{name}.npy")
    if member.compress_type not in COMPRESSIONS:
        raise NpzError(f"{name} in {path} is compressed in a way that NumPy does not use.")
    with archive.open(member) as stream:
        version = np.lib.format.read_magic(stream)
        if version not in HEADER_READERS:
            raise NpzError(f"{name} in {path} is of a version of the format that is not read: {version}.")
        shape, _, dtype = HEADER_READERS[version](stream)
        announced = math.prod(shape) * dtype.itemsize
        if dtype.hasobject:
            raise NpzError(f"{name} in {path} should hold numbers or text, but holds Python objects.")
        if announced > max_bytes:
            raise NpzError(f"{name} in {path} announces {announced:,} bytes; more than {max_bytes:,} are not read.")
        if announced != member.file_size - stream.tell():
            raise NpzError(f"{name} in {path} is damaged: its header and its size do not agree.")
    return Stored(shape, dtype, partial(_read, path, name))


def _read(path: Path, name: str) -> npt.NDArray[Any]:
    with _archive(path) as archive, archive.open(f"{name}.npy") as stream:
        array: npt.NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
        return array


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with open_file(path) as file, _zip_file(path, file) as archive:
            yield archive
    except StudioError:
        raise
    except OSError as error:
        raise NpzError(f"{path} could not be read: {error.strerror or error}.") from error
    except Exception as error:  # zipfile and NumPy raise whatever the damaged bytes lead them to
        raise NpzError(f"{path} is damaged, or holds something else than arrays: {error}") from error


def _zip_file(path: Path, file: BinaryIO) -> zipfile.ZipFile:
    if not zipfile.is_zipfile(file):
        raise NpzError(f"{path} is no .npz file, or one that is cut off.")
    file.seek(0)
    return zipfile.ZipFile(file)
