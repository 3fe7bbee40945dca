"""What models read of digits that people drew with a pen; measured once for each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from mnist_core import settings
from mnist_core.errors import StudioError
from mnist_core.evaluation import drawn
from mnist_core.evaluation.drawn import Drawn
from mnist_core.models import registry
from mnist_core.models.registry import Model
from ui.evaluation.measuring import LOOK_S, Measuring, MeasuringFailed

MEANWHILE = "Digits that people wrote with a pen are drawn and read, which takes a while."
UNDER_WAY = "being measured"


@dataclass(frozen=True)
class Look:
    """What can be said of some models now."""

    shares: tuple[str, ...]
    """What each reads right, as written."""
    note: str
    failed: bool = False
    """Whether one could not be measured, which may be tried again."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more will come."""
        return UNDER_WAY not in self.shares


def look(names: Sequence[str]) -> Look:
    """Says what models read of drawn digits; those that lack the figure are measured meanwhile."""
    shares, note, failed = [], MEANWHILE, False
    for name in names:
        try:
            goes_on = shared().goes_on(name)
            found = None if goes_on else kept(name)
            shares.append(UNDER_WAY if goes_on else "–" if found is None else f"{100 * found.accuracy:.2f} %")
            if found is not None and note == MEANWHILE:
                note = note_on(found)
        except StudioError as error:
            shares.append("–")
            note = str(error)
            failed |= isinstance(error, MeasuringFailed)
    return Look(tuple(shares), note, failed)


def note_on(found: Drawn) -> str:
    """Says of which digits a figure speaks, and of a sample how far chance may have moved it."""
    if found.digits == found.of:
        return f"{found.digits:,} digits that {found.writers} people wrote with a pen, drawn on the canvas."
    return (
        f"A sample of {found.digits:,} of {found.of:,} digits that {found.writers} people wrote with a pen, drawn on "
        f"the canvas. Another sample may give {100 * found.standard_error:.1f} points more or less (standard error)."
    )


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


def kept(name: str) -> Drawn | None:
    """Returns what is kept with a model of what it reads of the strokes; None where it was not measured on them.

    Raises:
        ModelError: the model is missing, incomplete or damaged.
        StrokePackError: the strokes are not there.
    """
    return drawn.kept(Model.open(registry.folder_of(name)), settings.stroke_pack())


@st.cache_resource(show_spinner=False)
def shared() -> Measuring:
    """Gives what all visitors share."""
    return Measuring(options=("--drawn",), has_figures=lambda name: kept(name) is not None)
