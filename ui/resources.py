"""What all visitors share: one MNIST in memory, and what is worked out from it."""

import threading
import time
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.data import Mnist
from mnist_core.errors import StudioError
from mnist_core.projection import Projection, principal_plane
from mnist_core.settings import home, mnist_path
from mnist_core.stand_in import load_digits
from mnist_core.statistics import DigitStatistics, digit_statistics
from ui.samples import SPLITS, images_of, labels_of

LOOK_S = 0.1  # how often a page looks how far the download is
MAPPED = 2000  # images on the map: more would cover each other


class Loading:
    """MNIST on its way, in a thread of its own: whoever opens or leaves a page neither doubles nor stops it."""

    def __init__(self) -> None:
        self.share = 0.0
        self.words = "Loading MNIST"
        self.mnist: Future[Mnist] = Future()
        threading.Thread(target=self._load, name="mnist", daemon=True).start()

    def _load(self) -> None:
        try:
            self.mnist.set_result(load_digits(self._report, self._tell))
        except BaseException as error:  # whatever it is, those who wait hear of it
            self.mnist.set_exception(error)

    def _tell(self, sentence: str) -> None:
        self.words, self.share = sentence, 0.0

    def _report(self, received_bytes: int, total_bytes: int | None, name: str) -> None:
        total = "" if total_bytes is None else f" of {total_bytes / 1e6:.1f}"
        self.words = f"Downloading MNIST, once: {name}, {received_bytes / 1e6:.1f}{total} MB"
        self.share = min(1.0, received_bytes / total_bytes) if total_bytes else 0.0


def mnist() -> Mnist:
    """Gives MNIST, or what stands in its place, the same for all visitors; shows how far it has come while it comes.

    Raises:
        StudioError: what `MNIST_PATH` names cannot be read; the next call tries anew.
    """
    place = mnist_path(), home()
    loading = _loading(*place)
    if not loading.mnist.done():
        with st.empty():
            while not loading.mnist.done():
                st.progress(loading.share, loading.words)
                time.sleep(LOOK_S)
            st.empty()
    try:
        return loading.mnist.result()
    except StudioError:
        _loading.clear(*place)
        raise


def try_mnist_again() -> None:
    """Forgets what stands in MNIST's place, so that the next who need it try to have MNIST."""
    _loading.clear(mnist_path(), home())


@st.cache_resource(show_spinner=False, max_entries=1)
def _loading(path: Path | None, home: Path) -> Loading:
    return Loading()


@st.cache_resource(show_spinner=False, max_entries=2, hash_funcs={Mnist: id})
def statistics(mnist: Mnist) -> dict[str, DigitStatistics]:
    """Sums up each digit's images, by split."""
    return {split: digit_statistics(images_of(mnist, split), labels_of(mnist, split)) for split in SPLITS}


@st.cache_resource(show_spinner=False, max_entries=2, hash_funcs={Mnist: id})
def digit_map(mnist: Mnist) -> tuple[npt.NDArray[np.intp], Projection]:
    """Maps training images; gives their indices, evenly spread over the set, and where they lie."""
    total = len(mnist.x_train)
    indices = np.linspace(0, total, min(MAPPED, total), endpoint=False).astype(np.intp)
    return indices, principal_plane(mnist.x_train[indices])
