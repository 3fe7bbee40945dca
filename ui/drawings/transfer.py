"""Takes drawings home, and brings them back: as pictures with a table, or as pen strokes."""

import io
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from mnist_core import formatting
from mnist_core.kept import archives, packs
from mnist_core.kept.drawings import Filter
from ui import page, presenter
from ui.drawings import state

WHAT = (
    "Export the drawings above, and import them here or in another MNIST Studio. Pen strokes are a stroke pack, on "
    "which models can be measured."
)

Export = Callable[[str, Filter, BinaryIO], int]


def offer(owner: str, wanted: Filter, hand: int | None) -> None:
    """Shows the buttons that export the drawings that are wanted, and the place for a file to import."""
    st.subheader("Take them home")
    st.write(WHAT)
    with st.container(key="export", horizontal=True):
        for label, export, name, mime in (
            ("Export as pictures", archives.exported, "drawings.zip", "application/zip"),
            ("Export as pen strokes", packs.exported, "drawings.npz", "application/octet-stream"),
        ):
            st.download_button(
                label, partial(_written, export, owner, wanted), file_name=name, mime=mime, on_click="ignore", key=name
            )
    file = st.file_uploader(
        "Import: a .zip of pictures with drawings.csv, or a stroke pack (.npz)",
        ["zip", "npz"],
        key=state.import_key(),
        **presenter.lock(),
    )
    if file is not None and st.button("Import these drawings", key="import", **presenter.lock()):
        with page.problems_told():
            presenter.required("Importing drawings")
            with st.spinner("Importing …"):
                count = _imported(owner, file, hand)
            state.forget_import()
            st.toast(f"Imported {formatting.counted(count, 'drawing')}.")
            st.rerun()


def _written(export: Export, owner: str, wanted: Filter) -> bytes:
    content = io.BytesIO()
    export(owner, wanted, content)
    return content.getvalue()


def _imported(owner: str, file: BinaryIO, hand: int | None) -> int:
    """Imports a file of either kind, by what it is called.

    Raises:
        StudioError: it is none that can be read, or there is no room for it.
    """
    if not str(getattr(file, "name", "")).lower().endswith(".npz"):
        return archives.imported(owner, file, hand)
    with tempfile.NamedTemporaryFile(suffix=".npz") as copy:
        copy.write(file.read())
        copy.flush()
        return packs.imported(owner, Path(copy.name), hand)
