"""Finds MNIST, loads it, and divides it.

MNIST comes from the place that `MNIST_PATH` names (an `.npz` file in Keras's layout, or a folder with the four IDX
files), else from the cache in the studio's home, else from the internet into that cache. What is downloaded must be
MNIST, bit by bit; under `MNIST_PATH` anything of MNIST's form is welcome, such as a small share or another alphabet's
ten characters, and `Mnist.is_canonical` tells which it is.
"""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.download import MIRRORS, PATIENCE, DownloadError, Patience, Progress, download_idx
from mnist_core.errors import StudioError
from mnist_core.idx import IdxError, checksum, read_idx
from mnist_core.settings import home, mnist_path

UInt8Array = npt.NDArray[np.uint8]

FIELD_PX = 28
CLASSES = 10

FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
"""The name of the IDX file that holds each array, without `.gz`."""

CHECKSUMS = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
"""The MD5 of MNIST's four files, unpacked, as their authors published them."""


class DataError(StudioError):
    """What should be MNIST has another form, or is damaged."""


class MnistNotFound(DataError):
    """`MNIST_PATH` names a place where MNIST, or a part of it, is missing."""


@dataclass(frozen=True, eq=False)
class Mnist:
    """MNIST, or data of its form: digits as white ink on black, and what each of them is.

    The arrays are read-only, as whoever loads MNIST may share it with others.

    Attributes:
        x_train: uint8 (N, 28, 28), 0 paper to 255 ink.
        y_train: uint8 (N,), 0 to 9.
        x_test: uint8 (M, 28, 28), 0 paper to 255 ink.
        y_test: uint8 (M,), 0 to 9.
        notice: why these are not MNIST, for people, where they had to be taken in its place.

    Raises:
        DataError: an array has another type, shape or range.
    """

    x_train: UInt8Array
    y_train: UInt8Array
    x_test: UInt8Array
    y_test: UInt8Array
    notice: str | None = None

    def __post_init__(self) -> None:
        for name in FILES:
            array = getattr(self, name)
            form = "(N, 28, 28)" if name.startswith("x") else "(N,)"
            shape = (FIELD_PX, FIELD_PX) if name.startswith("x") else ()
            if array.dtype != np.uint8 or array.ndim != 1 + len(shape) or array.shape[1:] != shape or not array.size:
                raise DataError(f"{name} should be uint8 of shape {form}, but is {array.dtype} of shape {array.shape}.")
            read_only = array.view()
            read_only.setflags(write=False)
            object.__setattr__(self, name, read_only)
        for images, labels in (("x_train", "y_train"), ("x_test", "y_test")):
            count, label_count = len(getattr(self, images)), len(getattr(self, labels))
            if count != label_count:
                raise DataError(f"{images} has {count:,} images, but {labels} has {label_count:,} labels.")
            largest = getattr(self, labels).max()
            if largest >= CLASSES:
                raise DataError(f"{labels} should hold the digits 0 to 9, but holds {largest}.")

    @cached_property
    def checksums(self) -> dict[str, str]:
        """For each IDX file's name the MD5 of that file, as these arrays would make it."""
        return {file: checksum(getattr(self, name)) for name, file in FILES.items()}

    @property
    def is_canonical(self) -> bool:
        """Whether this is MNIST itself, bit by bit and in its order."""
        return self.checksums == CHECKSUMS

    def split_validation(self, fraction: float, seed: int) -> tuple[UInt8Array, UInt8Array, UInt8Array, UInt8Array]:
        """Divides the training set in two, by chance but each digit in the same proportion.

        Args:
            fraction: the share for validation, between 0 and 1.
            seed: the same seed gives the same division.

        Returns:
            x_train, y_train, x_val, y_val: uint8, without a picture in common, each in the training set's order.

        Raises:
            DataError: one of the parts would be empty.
        """
        if not 0 < fraction < 1:
            raise ValueError(f"fraction must lie between 0 and 1, but is {fraction}.")
        total = len(self.y_train)
        count = round(fraction * total)
        if not 0 < count < total:
            raise DataError(f"{total:,} training images cannot be divided in two parts with {fraction:.0%} in one.")
        chosen = np.zeros(total, dtype=bool)
        chosen[_stratified_choice(self.y_train, count, seed)] = True
        return self.x_train[~chosen], self.y_train[~chosen], self.x_train[chosen], self.y_train[chosen]

    def subset(self, n_train: int, n_test: int, seed: int = 0) -> "Mnist":
        """Gives a smaller MNIST to try things out on, chosen by chance but each digit in the same proportion.

        Args:
            n_train: how many training images.
            n_test: how many test images.
            seed: the same seed gives the same choice.

        Raises:
            DataError: there are not that many images.
        """
        for n, labels, of in ((n_train, self.y_train, "training"), (n_test, self.y_test, "test")):
            if not 1 <= n <= len(labels):
                raise DataError(f"There are {len(labels):,} {of} images; {n:,} of them cannot be chosen.")
        train = _stratified_choice(self.y_train, n_train, seed)
        test = _stratified_choice(self.y_test, n_test, seed)
        return Mnist(self.x_train[train], self.y_train[train], self.x_test[test], self.y_test[test], self.notice)


def cache_folder() -> Path:
    """Gives the folder that MNIST is downloaded to."""
    return home() / "mnist"


def find_mnist() -> Path | None:
    """Gives the place that MNIST is loaded from without a download: what `MNIST_PATH` names, else a full cache.

    Raises:
        MnistNotFound: `MNIST_PATH` is set, but nothing is there.
        DataError: the cache cannot be looked into.
    """
    named = _named_place()
    if named is not None:
        return named
    folder = cache_folder()
    return folder if _file_names(folder) >= {f"{file}.gz" for file in FILES.values()} else None


def load_mnist(
    progress: Progress | None = None,
    *,
    mirrors: Sequence[str] = MIRRORS,
    checksums: Mapping[str, str] = CHECKSUMS,
    patience: Patience = PATIENCE,
) -> Mnist:
    """Loads MNIST from where `MNIST_PATH` says, else from the cache; what the cache lacks is downloaded first.

    Args:
        progress: called during a download with the bytes that have come, the total if known, and the file's name.
        mirrors: where to download from.
        checksums: what the downloaded files must hold; what `MNIST_PATH` names may hold anything of MNIST's form.
        patience: limits of time and attempts for the download.

    Raises:
        MnistNotFound: `MNIST_PATH` is set, but MNIST, or one of the four files, is not there.
        DataError: what `MNIST_PATH` names is not of MNIST's form.
        IdxError: a file in the folder that `MNIST_PATH` names is damaged.
        DownloadError: MNIST is not in the cache and could not be downloaded.
    """
    place = _named_place()
    if place is None:
        place = cache_folder()
        arrays = _read_cache(place, progress, mirrors, checksums, patience)
    else:
        arrays = _read_folder(place) if place.is_dir() else _read_npz(place)
    try:
        return Mnist(arrays["x_train"], arrays["y_train"], arrays["x_test"], arrays["y_test"])
    except DataError as error:
        raise DataError(f"{place} does not hold MNIST: {error}") from error


def _named_place() -> Path | None:
    named = mnist_path()
    if named is None:
        return None
    try:
        named.stat()
    except OSError as error:
        raise MnistNotFound(
            f"MNIST_PATH names {named}, but MNIST cannot be read there: {error.strerror}. Let it name an .npz file or "
            "a folder with the four IDX files, or unset it to have MNIST downloaded."
        ) from error
    return named


def _read_cache(
    folder: Path,
    progress: Progress | None,
    mirrors: Sequence[str],
    checksums: Mapping[str, str],
    patience: Patience,
) -> dict[str, npt.NDArray[Any]]:
    """Reads the four files from the cache, having downloaded those that it lacks or that are damaged."""
    present = _file_names(folder)
    arrays, damage = {}, []
    for file, md5 in checksums.items():
        if f"{file}.gz" in present:
            try:
                arrays[file] = read_idx(folder / f"{file}.gz", md5=md5)
            except IdxError as error:
                damage.append(str(error))
    lacking = {file: md5 for file, md5 in checksums.items() if file not in arrays}
    try:
        arrays |= download_idx(lacking, folder, progress, mirrors=mirrors, patience=patience)
    except DownloadError as error:
        raise DownloadError(" ".join([*damage, str(error)])) from error
    return {name: arrays[file] for name, file in FILES.items()}


def _read_folder(folder: Path) -> dict[str, npt.NDArray[Any]]:
    present = _file_names(folder)
    found, missing = {}, []
    for name, file in FILES.items():
        # Some archives spell it train-images.idx3-ubyte, some of them with a folder under the other spelling beside it.
        spellings = (file, f"{file}.gz", file.replace("-idx", ".idx"), f"{file.replace('-idx', '.idx')}.gz")
        match [spelling for spelling in spellings if spelling in present]:
            case [first, *_]:
                found[name] = folder / first
            case _:
                missing.append(file)
    if missing:
        raise MnistNotFound(
            f"The folder {folder}, which MNIST_PATH names, lacks {', '.join(missing)}: all four of "
            f"{', '.join(FILES.values())} are needed, each plain or with .gz."
        )
    return {name: read_idx(path) for name, path in found.items()}


def _read_npz(path: Path) -> dict[str, npt.NDArray[Any]]:
    try:
        with path.open("rb") as file:
            if not zipfile.is_zipfile(file):
                raise DataError(
                    f"{path}, which MNIST_PATH names, is no .npz file, or one that is cut off. MNIST_PATH may also "
                    "name a folder: the one with the four IDX files, not one of these files."
                )
            file.seek(0)
            with np.load(file, allow_pickle=False) as archive:
                missing = [name for name in FILES if name not in archive]
                if missing:
                    raise DataError(
                        f"{path} lacks {', '.join(missing)}: it should hold {', '.join(FILES)}, but holds "
                        f"{', '.join(archive.files) or 'nothing'}."
                    )
                return {name: np.asarray(archive[name]) for name in FILES}  # what is no array comes as bytes
    except StudioError:
        raise
    except OSError as error:
        raise DataError(f"{path} could not be read: {error.strerror or error}.") from error
    except Exception as error:  # zipfile and NumPy raise whatever the damaged bytes lead them to
        raise DataError(f"{path} is damaged, or holds something else than arrays of numbers: {error}") from error


def _file_names(folder: Path) -> set[str]:
    """Gives the names of the files in a folder; none if the folder does not exist."""
    try:
        return {path.name for path in folder.iterdir() if path.is_file()}
    except FileNotFoundError:
        return set()
    except OSError as error:
        raise DataError(f"{folder} cannot be looked into: {error.strerror}.") from error


def _stratified_choice(labels: UInt8Array, count: int, seed: int) -> npt.NDArray[np.intp]:
    """Chooses `count` places so that each label has its share of them; gives them in ascending order.

    A share is rounded down; what is left over goes to the labels that lost most by that (the largest remainder).
    """
    rng = np.random.default_rng(seed)
    shares, remainders = np.divmod(np.bincount(labels, minlength=CLASSES) * count, len(labels))
    shares[np.argsort(-remainders, kind="stable")[: count - shares.sum()]] += 1
    chosen = [rng.permutation(np.flatnonzero(labels == label))[:share] for label, share in enumerate(shares)]
    return np.sort(np.concatenate(chosen))
