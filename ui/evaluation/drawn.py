"""The accuracy of models on pen-drawn digits; measured once for each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from mnist_core import formatting, settings
from mnist_core.errors import StudioError
from mnist_core.evaluation import drawn
from mnist_core.evaluation.drawn import Drawn
from mnist_core.evaluation.pairs import NoPair, discordant_drawn
from mnist_core.models import registry
from mnist_core.models.model_folder import Model
from mnist_core.runs.measuring import Measuring, MeasuringFailed
from ui.evaluation import measuring
from ui.watching import watch

MEANWHILE = "The pen-drawn digits are being read. This takes a while."
UNDER_WAY = "being measured"


@dataclass(frozen=True)
class Look:
    """What is known of some models now."""

    shares: tuple[str, ...]
    """The accuracy of each, as written."""
    note: str
    failed: bool = False
    """Whether one could not be measured, which may be tried again."""

    @property
    def is_on(self) -> bool:
        """Whether more will come."""
        return UNDER_WAY in self.shares

    @property
    def news(self) -> bool:
        """Changes when all is known, or is being measured again."""
        return self.is_on


def look(names: Sequence[str]) -> Look:
    """Returns the accuracy of models on pen-drawn digits; those that lack it are measured meanwhile."""
    shares, measured, complaint, failed = [], dict[str, Drawn](), "", False
    for name in names:
        try:
            goes_on = shared().goes_on(name, measuring.may_measure)
            found = None if goes_on else kept(name)
            shares.append(UNDER_WAY if goes_on else formatting.per_cent(None if found is None else found.accuracy))
            if found is not None:
                measured[name] = found
        except StudioError as error:
            shares.append(formatting.MISSING)
            complaint = str(error)
            failed |= isinstance(error, MeasuringFailed)
    return Look(tuple(shares), complaint or _note(measured), failed)


def _note(measured: Mapping[str, Drawn]) -> str:
    """Says which digits the figures are of, and whether the difference between two models is more than chance."""
    if not measured:
        return MEANWHILE
    digits = drawn.described(next(iter(measured.values())))
    if len(measured) != 2:
        return digits
    (first, of_first), (second, of_second) = measured.items()
    try:
        found = discordant_drawn((first, second), of_first, of_second)
    except NoPair as error:
        return f"{digits} {error}"
    return f"{digits} {found.counts} {found.verdict}"


def show(names: Sequence[str], draw: Callable[[Look], None]) -> None:
    """Shows what is known, until everything is; a failed measurement may be tried again."""

    def draw_with_button(now: Look) -> None:
        draw(now)
        if now.failed:
            measuring.try_again(shared(), names, key="measure_drawn_again")

    watch(partial(look, names), draw_with_button, idle_s=measuring.idle_s())


def kept(name: str) -> Drawn | None:
    """Returns a model's kept result on the pen-drawn digits; None where it was not measured on them.

    Raises:
        ModelError: the model is missing, incomplete or damaged.
        StrokePackError: the strokes are not there.
    """
    return drawn.kept(Model.open(registry.folder_of(name)), settings.stroke_pack())


@st.cache_resource(show_spinner=False)
def shared() -> Measuring:
    """Returns what all visitors share."""
    return Measuring(options=("--drawn",), has_figures=lambda name: kept(name) is not None)
