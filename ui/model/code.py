"""Shows a script that reads pictures with a model."""

import streamlit as st

from mnist_core.export.reading_script import file_name, reading_sections
from mnist_core.models.model_folder import Model
from ui import code


def show(model: Model) -> None:
    """Shows the script of a model, when somebody opens it.

    Raises:
        ModelError, ImpossibleRecipe: this version does not know the recipe on the model's card.
    """
    opened = st.expander(code.TITLE, key="code", on_change="rerun")
    if opened.open:
        with opened:
            st.caption(
                "Reads a picture of a digit with this model, outside of this program. It needs the model’s file, "
                "TensorFlow and Pillow."
            )
            with code.show(reading_sections(model), f"read-with-{model.name}"):
                st.download_button(
                    "Model .keras", model.keras_path.read_bytes, file_name(model), key="model_keras", on_click="ignore"
                )
