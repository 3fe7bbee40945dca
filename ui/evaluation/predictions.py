"""All predictions of models as CSV files to save, read in a process of its own when somebody asks for them."""

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

import streamlit as st

from mnist_core import formatting
from mnist_core.data.mnist import Mnist
from mnist_core.evaluation.measured import Measured
from mnist_core.models.model_folder import NETWORK
from ui import page, turns
from ui.turns import Superseded, Turns

KEPT = 2  # files of some 3 MB: those of the models that are compared
CONTENT = (
    "A line for each test image: its index and label, the answer, ten probabilities and ten logits (before the "
    "temperature), as the table above has them."
)

_turns = Turns("Others are saving predictions just now: try again in a moment.", patience_s=60.0)


def offer(measured: Sequence[Measured], mnist: Mnist) -> None:
    """Lets a visitor save what each model reads in all test images."""
    with st.container(key="all_predictions"):
        st.header("All predictions")
        st.caption(CONTENT)
        with st.container(key="downloads", horizontal=True):
            for number, m in enumerate(measured):
                if st.button(f"{m.name}, as CSV", key=f"predictions_{number}"):
                    _save(m.name, m.model.card["files"][NETWORK]["sha256"], mnist.checksum("x_test"))


@st.dialog("All predictions")
def _save(name: str, network: str, test_images: str) -> None:
    with suppress(Superseded), page.problems_told():
        with st.spinner(f"{name} is reading all test images …"):
            content = csv_of(name, network, test_images)
        st.download_button(
            f"Save CSV, {formatting.megabytes(len(content))}",
            content,
            file_name=f"{name}-predictions.csv",
            mime="text/csv",
            on_click="ignore",
            type="primary",
            width="stretch",
            key="predictions_save",
        )


def csv_of(name: str, network: str, test_images: str) -> bytes:
    """Returns a model's predictions as CSV; one model is read at a time, and whoever asks again has them at once.

    Args:
        name: of the model.
        network: the checksum of its network.
        test_images: that of the test images.

    Raises:
        TooManyWait: others save predictions all the time.
        CommandFailed: they could not be read.
        Superseded: the visitor has gone, or has asked for something else meanwhile.
    """
    with _turns.taken():
        return _csv_of(name, network, test_images)


@lru_cache(maxsize=KEPT)
def _csv_of(name: str, network: str, test_images: str) -> bytes:
    return turns.output(["predictions", f"--model={name}", "--output=-"])
