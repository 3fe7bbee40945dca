"""Augmentation: one digit, varied as another hand would have written it, with sliders for how far."""

from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from markupsafe import Markup

from mnist_core.data.mnist import Mnist
from mnist_core.export.images import png_uri
from mnist_core.networks import recipes
from mnist_core.synthesis.augmentation import Augmentation
from ui import pictures, session
from ui.dataset import one_digit, state
from ui.dataset.samples import SPLITS, Sample
from ui.live import live_html

SHOWN = 14  # with the original, four times as large, three full rows
SLIDERS: dict[str, tuple[str, float, float, str]] = {
    "rotation_degrees": ("Rotation, to either side", 45.0, 1.0, "%d°"),
    "shear": ("Shear, per pixel of height", 0.5, 0.01, "%.2f px"),
    "zoom": ("Zoom, of width and height", 0.5, 0.01, "percent"),
    "shift_px": ("Shift, in any direction", 8.0, 0.1, "%.1f px"),
    "elastic_px": ("Elastic distortion", 3.0, 0.1, "%.1f px"),
}
"""For each amount of `Augmentation` what people call it, the most one can choose, the step, and how it is written."""

PRESETS = {
    "Default recipe": recipes.find("default").augmentation,
    "Tutorial 4": recipes.find("tutorial-4").augmentation,
    "No augmentation": Augmentation(),
}
VARYING = [name for name, recipe in recipes.RECIPES.items() if recipe.augmentation != Augmentation()]
PRESET_HELP = {
    "Tutorial 4": "“MNIST深度解读”: rotation by up to 10 degrees, shifts by up to 10 % of the width and height"
}


def show(mnist: Mnist) -> None:
    """Shows the sliders, and the opened digit in many variations."""
    sample = state.sample().within(mnist)
    with st.container(key="vary"):
        with st.container(key="amounts"):
            live_html(told_html(), key="told")
            amounts: dict[str, Any] = {name: _slider(name) for name in SLIDERS}
            augmentation = Augmentation(**amounts)
            with st.container(key="presets", horizontal=True):
                for name, preset in PRESETS.items():
                    st.button(name, help=PRESET_HELP.get(name), on_click=session.set_widgets, args=(_values(preset),))
        with st.container(key="varied"):
            with st.container(key="redraw", horizontal=True, vertical_alignment="bottom"):
                again = st.button("New variations", key="new")
                one_digit.show_any(mnist)
            seed = state.seed(renewed=again)
            images = varied(sample.image(mnist), augmentation, seed)
            live_html(variations_html(sample.image(mnist), images, sample.label(mnist)), key="variations")
            pictures.offer("augmentation", picture_arguments(sample, augmentation, seed))


def picture_arguments(sample: Sample, augmentation: Augmentation, seed: int) -> list[str]:
    """Says to the command `figure` what the page shows."""
    amounts = [f"--{name.replace('_', '-')}={getattr(augmentation, name)}" for name in SLIDERS]
    return [f"--split={SPLITS[sample.split]}", f"--index={sample.index}", f"--seed={seed}", *amounts]


def varied(image: npt.NDArray[np.uint8], augmentation: Augmentation, seed: int) -> npt.NDArray[np.uint8]:
    """Returns variations of an image, uint8 (28, 28): uint8 (SHOWN, 28, 28), the same for the same seed."""
    return augmentation.apply(np.repeat(image[np.newaxis], SHOWN, axis=0), np.random.default_rng(seed))


def variations_html(image: npt.NDArray[np.uint8], variations: npt.NDArray[np.uint8], label: int) -> Markup:
    """Shows an image, and its variations after it."""
    pictures = Markup("").join(
        Markup('<li><img src="{}" alt="Variation {number} of this {label}"></li>').format(
            png_uri(variation), number=number, label=label
        )
        for number, variation in enumerate(variations, 1)
    )
    return Markup(
        '<ol class="variations"><li class="original"><img src="{}" alt="The {label} as it was written"><p>as '
        "written</p></li>{pictures}</ol>"
    ).format(png_uri(image), label=label, pictures=pictures)


def told_html() -> Markup:
    """Explains what augmentation is for."""
    return Markup(
        '<section class="told"><h2>Augmentation: the same digit in other hands</h2><p>With some recipes ({}) a network '
        "never sees the same image twice. In every epoch each image is rotated, sheared, zoomed, shifted and distorted "
        "a little, at random, up to the recipe’s amounts. The label stays the same. So the network learns the digit, "
        "not the image.</p></section>"
    ).format(", ".join(VARYING))


def _slider(name: str) -> float:
    label, most, step, form = SLIDERS[name]
    first = next(iter(PRESETS.values()))
    return st.slider(label, 0.0, most, float(getattr(first, name)), step, form, key=name, persist_state="session")


def _values(augmentation: Augmentation) -> dict[str, Any]:
    return {name: float(getattr(augmentation, name)) for name in SLIDERS}
