"""What all visitors share: one MNIST."""

from pathlib import Path

import streamlit as st

from mnist_core.data.mnist import Mnist, load_mnist
from mnist_core.settings import mnist_path


def mnist() -> Mnist:
    """Returns MNIST, the same for all visitors; its images are read when they are first looked at.

    Raises:
        StudioError: what `MNIST_PATH` names cannot be read; the next call tries again.
    """
    return _loaded(mnist_path())


@st.cache_resource(show_spinner=False, max_entries=1)
def _loaded(path: Path) -> Mnist:
    return load_mnist()
