"""Browsing MNIST: which split and digits to show, the wall of them, and the one that was opened."""

import numpy as np
import streamlit as st
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.data.mnist import CLASSES, Mnist
from ui import pictures, session
from ui.dataset import grid, one_digit, state
from ui.dataset.samples import SPLITS, Sample, images_of, indices_of, labels_of
from ui.live import live_html

KEY = "wall"
COLUMNS = {"Large": 10, "Medium": 20, "Small": 40}


def show(mnist: Mnist) -> None:
    """Shows the filters, the digits that pass them, and the one that the visitor has opened."""
    with st.container(key="filters", horizontal=True, vertical_alignment="bottom"):
        split = st.segmented_control(
            "Set",
            SPLITS,
            default="Training",
            required=True,
            key="split",
            persist_state="session",
        )
        digits = st.segmented_control(
            "Digits; none chosen means all",
            range(CLASSES),
            selection_mode="multi",
            key="digits",
            persist_state="session",
        )
        size = st.segmented_control(
            "Size", COLUMNS, default="Large", required=True, key="size", persist_state="session"
        )
    labels = labels_of(mnist, split)
    indices = indices_of(labels, digits)
    token = f"{split}:{','.join(map(str, sorted(digits)))}"
    asked = session.asked(KEY)
    chosen = grid.opened(asked, token, len(indices))
    if chosen is not None:
        state.open_sample(Sample(split, int(indices[chosen])))
    opened = state.sample().within(mnist)
    found = int(np.searchsorted(indices, opened.index))
    is_listed = opened.split == split and found < len(indices) and indices[found] == opened.index
    with st.container(key="explore"):
        with st.container(key="chart"):
            grid.show(
                images_of(mnist, split),
                labels,
                indices,
                asked=asked,
                token=token,
                columns=COLUMNS[size],
                selected=found if is_listed else None,
                key=KEY,
            )
        with st.container(key="beside"):
            live_html(count_html(len(indices), split, sorted(digits)), key="told")
            one_digit.show_card(mnist)
    pictures.offer("digits", [f"--split={SPLITS[split]}", *(f"--digit={digit}" for digit in sorted(digits))])


def count_html(count: int, split: str, digits: list[int]) -> Markup:
    """Shows how many digits there are, and what their split is for."""
    shown = f"digits that are {_listed(digits)}" if digits else "digits"
    purpose = (
        "Networks are trained on these."
        if split == "Training"
        else "Networks are tested on these, and never see them in training."
    )
    return Markup('<section class="told"><h2>{count} {shown}</h2><p>{purpose}</p></section>').format(
        count=formatting.count(count), shown=shown, purpose=purpose
    )


def _listed(digits: list[int]) -> str:
    *first, last = map(str, digits)
    return f"{', '.join(first)} or {last}" if first else last
