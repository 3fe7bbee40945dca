"""Shows a script to read and copy, and offers it as a script and as a notebook."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_core.export.notebook import to_notebook
from mnist_core.export.sections import Section, to_script

TITLE = "Show me the code"
HEIGHT_PX = 560  # of the script's part of the page; the rest of it scrolls


def show(sections: Sequence[Section], name: str) -> DeltaGenerator:
    """Shows a script with its downloads.

    Args:
        sections: of the script.
        name: of the files, without their suffixes.

    Returns:
        The row of downloads, for others to stand beside them.
    """
    script = to_script(sections)
    downloads = st.container(horizontal=True)
    with downloads:
        st.download_button("Script .py", script, f"{name}.py", "text/x-python", key=f"script_{name}", on_click="ignore")
        st.download_button(
            "Notebook .ipynb",
            lambda: to_notebook(sections),
            f"{name}.ipynb",
            "application/x-ipynb+json",
            key=f"notebook_{name}",
            on_click="ignore",
        )
    st.code(script, height=HEIGHT_PX)
    return downloads
