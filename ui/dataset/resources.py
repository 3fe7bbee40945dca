"""What all visitors of the Dataset page share: what is worked out from MNIST."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.data.mnist import Mnist
from mnist_core.data.projection import Projection, principal_plane
from mnist_core.data.statistics import DigitStatistics, digit_statistics
from ui.dataset.samples import SPLITS, images_of, labels_of

MAPPED = 2000  # images on the map: more would cover each other


@st.cache_resource(show_spinner=False, max_entries=2, hash_funcs={Mnist: id})
def statistics(mnist: Mnist) -> dict[str, DigitStatistics]:
    """Sums up each digit's images, by split."""
    return {split: digit_statistics(images_of(mnist, split), labels_of(mnist, split)) for split in SPLITS}


@st.cache_resource(show_spinner=False, max_entries=2, hash_funcs={Mnist: id})
def digit_map(mnist: Mnist) -> tuple[npt.NDArray[np.intp], Projection]:
    """Returns the indices of the mapped training images, evenly spaced over the set, and their projection."""
    total = len(mnist.x_train)
    indices = np.linspace(0, total, min(MAPPED, total), endpoint=False).astype(np.intp)
    return indices, principal_plane(mnist.x_train[indices])
