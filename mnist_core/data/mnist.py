"""Finds MNIST, reads it, and divides it.

MNIST comes with the package, as the four IDX files that its authors published. `MNIST_PATH` may name other data, an
`.npz` file in Keras's layout or a folder with four IDX files: anything of MNIST's form is welcome, such as a small
share or another alphabet's ten characters, and `Mnist.is_canonical` tells which it is.
"""

import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mnist_core.data.idx import MAX_PAYLOAD_BYTES, checksum, stored_idx, write_idx
from mnist_core.data.npz import stored_arrays, write_npz
from mnist_core.data.stored import Stored
from mnist_core.errors import StudioError
from mnist_core.settings import mnist_path

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
    """Where MNIST should lie, it, or a part of it, is missing."""


class Mnist:
    """MNIST, or data of its form: digits as white ink on black, and what each of them is.

    The arrays are read-only, as whoever loads MNIST may share it with others. Images that lie in a file are read when
    they are first looked at, once.

    Args:
        x_train: uint8 (N, 28, 28), 0 paper to 255 ink.
        y_train: uint8 (N,), 0 to 9.
        x_test: uint8 (M, 28, 28), 0 paper to 255 ink.
        y_test: uint8 (M,), 0 to 9.

    Raises:
        DataError: an array has another type, shape or range.
    """

    def __init__(
        self, x_train: UInt8Array | Stored, y_train: UInt8Array, x_test: UInt8Array | Stored, y_test: UInt8Array
    ) -> None:
        for images, labels, split in ((x_train, y_train, "train"), (x_test, y_test, "test")):
            _check_form(f"x_{split}", images)
            _check_form(f"y_{split}", labels)
            if images.shape[0] != len(labels):
                raise DataError(f"x_{split} has {images.shape[0]:,} images, but y_{split} has {len(labels):,} labels.")
            if labels.max() >= CLASSES:
                raise DataError(f"y_{split} should hold the digits 0 to 9, but holds {labels.max()}.")
        self._y_train, self._y_test = _read_only(y_train), _read_only(y_test)
        self._images: dict[str, UInt8Array | Stored] = {"x_train": x_train, "x_test": x_test}
        self._checksums: dict[str, str] = {}
        self._reading = threading.Lock()

    @property
    def x_train(self) -> UInt8Array:
        """The training images.

        Raises:
            StudioError: they cannot be read from their file.
        """
        return self._read("x_train")

    @property
    def y_train(self) -> UInt8Array:
        """The labels of the training images."""
        return self._y_train

    @property
    def x_test(self) -> UInt8Array:
        """The test images.

        Raises:
            StudioError: they cannot be read from their file.
        """
        return self._read("x_test")

    @property
    def y_test(self) -> UInt8Array:
        """The labels of the test images."""
        return self._y_test

    def checksum(self, name: str) -> str:
        """Returns the MD5 of the IDX file that an array, one of `FILES`, would make."""
        if name not in self._checksums:
            self._checksums[name] = checksum(getattr(self, name))
        return self._checksums[name]

    @property
    def checksums(self) -> dict[str, str]:
        """For each IDX file's name the MD5 of that file, as these arrays would make it."""
        return {file: self.checksum(name) for name, file in FILES.items()}

    @property
    def is_canonical(self) -> bool:
        """Whether this is MNIST itself, bit by bit and in its order."""
        return self.checksums == CHECKSUMS

    def split_validation(self, fraction: float, seed: int) -> tuple[UInt8Array, UInt8Array, UInt8Array, UInt8Array]:
        """Divides the training set in two, at random but each digit in the same proportion.

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
        """Returns a smaller MNIST to try things out on, chosen at random but each digit in the same proportion.

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
        return Mnist(self.x_train[train], self.y_train[train], self.x_test[test], self.y_test[test])

    def part(self, training_images: int | None) -> "Mnist":
        """Returns these data with so many training images, each digit in the same proportion; with all where None.

        Raises:
            DataError: there are not that many.
        """
        return self if training_images is None else self.subset(training_images, len(self.y_test))

    def write(self, path: Path) -> None:
        """Writes the data for other programs: as an `.npz` in Keras's layout, or as four IDX files with gzip.

        Args:
            path: a file that ends in `.npz`, or a folder, which is made where it is missing. What lies there under the
                names of the data is replaced.

        Raises:
            DataError: it cannot be written there.
        """
        if path.suffix != ".npz" and path.is_file():
            raise DataError(f"{path} is a file: name a folder, or a file that ends in .npz.")
        arrays: dict[str, UInt8Array] = {name: getattr(self, name) for name in FILES}
        try:
            if path.suffix == ".npz":
                path.parent.mkdir(parents=True, exist_ok=True)
                write_npz(path, arrays)
            else:
                path.mkdir(parents=True, exist_ok=True)
                for name, array in arrays.items():
                    write_idx(path / f"{FILES[name]}.gz", array)
        except OSError as error:
            raise DataError(f"{path} cannot be written: {error.strerror or error}.") from error

    def _read(self, name: str) -> UInt8Array:
        """Returns images, from memory or, the first time, from their file; who comes meanwhile waits for them."""
        with self._reading:
            images = self._images[name]
            if isinstance(images, Stored):
                read = images.read()
                if (read.shape, read.dtype) != (images.shape, images.dtype):
                    raise DataError(f"The file of {name} has changed since it was opened: start anew.")
                images = self._images[name] = read
            return _read_only(images)


def load_mnist() -> Mnist:
    """Loads the labels, and reads the headers of the images' files, from where `MNIST_PATH` says.

    Raises:
        MnistNotFound: nothing is there, or one of the four files is missing.
        DataError: what is there is not of MNIST's form.
        IdxError, NpzError: a file cannot be read, or is damaged.
        SettingsError: `MNIST_PATH` cannot be understood.
    """
    path = mnist_path()
    try:
        path.stat()
    except OSError as error:
        raise MnistNotFound(
            f"MNIST cannot be read at {path}: {error.strerror}. MNIST_PATH may name an .npz file or a folder with the "
            "four IDX files; where it is not set, MNIST comes from the program's own folder."
        ) from error
    stored = _in_folder(path) if path.is_dir() else _in_file(path)
    try:
        for name, array in stored.items():
            _check_form(name, array)
        return Mnist(stored["x_train"], stored["y_train"].read(), stored["x_test"], stored["y_test"].read())
    except DataError as error:
        raise DataError(f"{path} does not hold MNIST: {error}") from error


def _in_folder(folder: Path) -> dict[str, Stored]:
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
            f"The folder {folder} lacks {', '.join(missing)}: all four of {', '.join(FILES.values())} are needed, each "
            "plain or with .gz."
        )
    return {name: stored_idx(path) for name, path in found.items()}


def _in_file(path: Path) -> dict[str, Stored]:
    if path.name.removesuffix(".gz").replace(".idx", "-idx") in CHECKSUMS:
        raise DataError(f"{path} is one of four IDX files: MNIST_PATH should name the folder that they lie in.")
    return stored_arrays(path, list(FILES), max_bytes=MAX_PAYLOAD_BYTES)


def _file_names(folder: Path) -> set[str]:
    """Returns the names of the files in a folder."""
    try:
        return {path.name for path in folder.iterdir() if path.is_file()}
    except OSError as error:
        raise DataError(f"{folder} cannot be looked into: {error.strerror}.") from error


def _check_form(name: str, array: UInt8Array | Stored) -> None:
    form, sides = ("(N, 28, 28)", (FIELD_PX, FIELD_PX)) if name.startswith("x") else ("(N,)", ())
    count, *others = array.shape or (0,)
    if array.dtype != np.uint8 or tuple(others) != sides or count == 0:
        raise DataError(f"{name} should be uint8 of shape {form}, but is {array.dtype} of shape {array.shape}.")


def _read_only(array: UInt8Array) -> UInt8Array:
    view = array.view()
    view.setflags(write=False)
    return view


def _stratified_choice(labels: UInt8Array, count: int, seed: int) -> npt.NDArray[np.intp]:
    """Chooses `count` indices so that each label has its share of them; returns them in ascending order.

    A share is rounded down; what is left over goes to the labels that lost most by that (the largest remainder).
    """
    rng = np.random.default_rng(seed)
    shares, remainders = np.divmod(np.bincount(labels, minlength=CLASSES) * count, len(labels))
    shares[np.argsort(-remainders, kind="stable")[: count - shares.sum()]] += 1
    chosen = [rng.permutation(np.flatnonzero(labels == label))[:share] for label, share in enumerate(shares)]
    return np.sort(np.concatenate(chosen))
