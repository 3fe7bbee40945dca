"""Shows the training of a recipe as a plain Keras script."""

import streamlit as st

from mnist_core.export.script import training_sections
from mnist_core.networks.recipe import Recipe
from ui import code


def show(recipe: Recipe, subset: int | None) -> None:
    """Shows the script of a recipe, when somebody opens it.

    Args:
        recipe: with what the person changed.
        subset: how many training images it learns from; None for all.

    Raises:
        ImpossibleRecipe: there is no such network.
    """
    opened = st.expander(code.TITLE, key="code", on_change="rerun")
    if opened.open:
        with opened:
            st.caption(
                "The same training in plain Keras, with your settings. It runs by itself with TensorFlow and "
                "Matplotlib, in any editor or notebook."
            )
            code.show(training_sections(recipe, subset), recipe.name)
