"""What models read of digits that people drew with a pen, where such strokes are at hand; measured once for each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from mnist_core import drawn, registry, settings
from mnist_core.drawn import Drawn
from mnist_core.errors import StudioError
from mnist_core.registry import Model
from ui.measuring import LOOK_S, Measuring, MeasuringFailed

HOW = (
    "To see what models make of digits drawn by people, set STROKE_PACK to a file of pen strokes, as the README says, "
    "and start the app anew."
)
MEANWHILE = "Digits that people wrote with a pen are drawn and read, which takes a while."
UNDER_WAY = "being measured"


@dataclass(frozen=True)
class Look:
    """What can be said of some models now."""

    shares: tuple[str, ...] = ()
    """What each reads right, as written; none where nobody measured it and no strokes are at hand."""
    note: str = HOW
    failed: bool = False
    """Whether one could not be measured, which may be tried again."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more will come."""
        return UNDER_WAY not in self.shares


def look(names: Sequence[str]) -> Look:
    """Says what models read of drawn digits; those that lack the figure are measured meanwhile."""
    try:
        pack = settings.stroke_pack()
    except settings.SettingsError as error:
        return Look(note=str(error))
    shares, note, failed = [], HOW if pack is None else MEANWHILE, False
    for name in names:
        try:
            goes_on = pack is not None and shared().goes_on(name)
            found = None if goes_on else kept(name, pack)
            shares.append(UNDER_WAY if goes_on else "–" if found is None else f"{100 * found.accuracy:.2f} %")
            if found is not None and note in (HOW, MEANWHILE):
                note = f"{found.digits:,} digits that {found.writers} people wrote with a pen, drawn on the canvas."
        except StudioError as error:
            shares.append("–")
            note = str(error)
            failed |= isinstance(error, MeasuringFailed)
    if pack is None and note != HOW and "–" in shares:
        note = f"{note} {HOW}"
    return Look(() if note == HOW else tuple(shares), note, failed)


def watch(names: Sequence[str], show: Callable[[Look], None]) -> None:
    """Shows what is known, and again until all is; what failed may be tried again."""
    first = look(names)

    def once() -> None:
        now = look(names)
        show(now)
        if now.failed:
            st.button("Try again", key="measure_drawn_again", on_click=shared().forgive, args=(names,))
        if now.is_final != first.is_final:
            st.rerun()

    st.fragment(once, run_every=None if first.is_final else LOOK_S)()


def kept(name: str, pack: Path | None) -> Drawn | None:
    """Gives what is kept with a model of what it reads of a pack, or where there is none, what its training left.

    Raises:
        ModelError: the model is missing, incomplete or damaged.
        StrokePackError: the pack is not there.
    """
    return drawn.kept(Model.open(registry.folder_of(name)), pack)


def has_figures(name: str) -> bool:
    """Tells whether a model was measured on the strokes at hand."""
    pack = settings.stroke_pack()
    return pack is None or kept(name, pack) is not None


@st.cache_resource(show_spinner=False)
def shared() -> Measuring:
    """Gives what all visitors share."""
    return Measuring(options=("--drawn",), has_figures=has_figures)
