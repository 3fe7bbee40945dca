"""Choosing a recipe, and changing what people change."""

from dataclasses import replace

import streamlit as st

from mnist_core.augmentation import Augmentation
from mnist_core.recipes import OPTIMIZERS, RECIPES, Recipe, find, with_augmentation, with_pen_styles
from ui import resources

BATCH_SIZES = (16, 32, 64, 128, 256, 512)
LEARNING_RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
SHARES = {"All": 1.0, "50 %": 0.5, "25 %": 0.25, "10 %": 0.1, "5 %": 0.05, "1 %": 0.01}
"""Of the training images."""
FIRST_SHOWN = "quick"


def choose() -> tuple[Recipe, int | None]:
    """Lets the person choose a recipe and change it.

    Returns:
        The recipe, and the number of training images; None for all.

    Raises:
        ImpossibleRecipe: the settings do not go together.
        StudioError: what `MNIST_PATH` names cannot be read.
    """
    name = st.selectbox(
        "Recipe",
        RECIPES,
        index=list(RECIPES).index(FIRST_SHOWN),
        format_func=lambda name: f"{find(name).title} ({name})",
        key="recipe",
        persist_state="session",
    )
    recipe = find(name)
    st.caption(f"{recipe.source}. {recipe.description}")
    subset = choose_share("Share of the training images", "share")
    with st.expander("Settings"):
        return change(recipe), subset


def choose_share(label: str, key: str) -> int | None:
    """Lets the person choose a share of the training images at hand.

    Returns:
        How many images that is; None for all.

    Raises:
        StudioError: what `MNIST_PATH` names cannot be read.
    """
    share = st.select_slider(label, list(SHARES)[::-1], value="All", key=key, persist_state="session")
    return None if share == "All" else max(1, round(SHARES[share] * len(resources.mnist().y_train)))


def change(recipe: Recipe) -> Recipe:
    """Lets the person change a recipe's settings; each recipe keeps what was changed in it.

    Raises:
        ImpossibleRecipe: the settings do not go together.
    """

    def key(setting: str) -> str:
        return f"{setting}_{recipe.name}"

    with st.container(key="settings"):
        epochs = st.number_input("Epochs", 1, 200, recipe.epochs, key=key("epochs"), persist_state="session")
        batch_size = st.selectbox(
            "Batch size",
            sorted({*BATCH_SIZES, recipe.batch_size}),
            index=sorted({*BATCH_SIZES, recipe.batch_size}).index(recipe.batch_size),
            key=key("batch_size"),
            persist_state="session",
        )
        optimizer = st.selectbox(
            "Optimiser",
            OPTIMIZERS,
            index=OPTIMIZERS.index(recipe.optimizer),
            key=key("optimizer"),
            persist_state="session",
        )
        learning_rate = st.selectbox(
            "Learning rate",
            sorted({*LEARNING_RATES, recipe.learning_rate}),
            index=sorted({*LEARNING_RATES, recipe.learning_rate}).index(recipe.learning_rate),
            format_func=lambda rate: f"{rate:g}",
            key=key("learning_rate"),
            persist_state="session",
        )
        dropout = st.slider("Dropout", 0.0, 0.9, recipe.dropout, 0.05, key=key("dropout"), persist_state="session")
        validation_percent = st.slider(
            "Validation share", 5, 45, round(100 * recipe.validation_fraction), 5, "%d %%",
            key=key("validation"), disabled=recipe.validation == "test", persist_state="session",
        )  # fmt: skip
        seed = st.number_input("Seed", 0, 2**31 - 1, recipe.seed, key=key("seed"), persist_state="session")
        augmented = st.toggle(
            "Vary the images", recipe.augmentation != Augmentation(), key=key("augmented"), persist_state="session"
        )
        styled = st.toggle(
            "Mix in the world’s pen styles", recipe.handwritten > 0, key=key("styled"), persist_state="session"
        )
    return replace(
        with_pen_styles(with_augmentation(recipe, augmented), styled),
        epochs=int(epochs),
        batch_size=batch_size,
        optimizer=optimizer,
        learning_rate=learning_rate,
        dropout=dropout,
        validation_fraction=validation_percent / 100,
        seed=int(seed),
    )
