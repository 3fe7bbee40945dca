"""Shows models with their figures; those that lack some are measured first, and the page says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from mnist_core.evaluation.measured import Measured, kept
from mnist_core.runs.measuring import Measuring, MeasuringFailed
from ui import page, presenter
from ui.presenter import Locked
from ui.watching import IDLE_S, watch


@st.cache_resource(show_spinner=False)
def shared() -> Measuring:
    """Returns what all visitors share."""
    return Measuring()


def may_measure() -> None:
    """Stops a measurement that the visitor may not start.

    Raises:
        Locked: it asks for the passphrase.
    """
    presenter.required("Measuring a model")


def idle_s() -> float | None:
    """Returns how often to ask for news while nothing is measured: the presenter may start it at any time."""
    return IDLE_S if presenter.is_needed() else None


def try_again(measuring: Measuring, names: Sequence[str], *, key: str) -> None:
    """Shows the button that has models measured again after a failure."""
    if st.button("Try again", key=key, **presenter.lock()):
        with page.problems_told():
            may_measure()
            measuring.forgive(names)
            st.rerun()


def measured(names: Sequence[str]) -> list[Measured]:
    """Returns models with their figures; where some have to be measured first, says so and returns none.

    Raises:
        ModelError: a model is missing, incomplete or damaged.
    """
    found = {name: kept(name) for name in names}
    lacking = [name for name, figures in found.items() if figures is None]
    if lacking:
        _wait_for(lacking)
        return []
    return [figures for figures in found.values() if figures is not None]


@dataclass(frozen=True)
class Lacking:
    """Models whose figures are not there yet."""

    names: tuple[str, ...]
    """Those that are being measured."""
    failure: str | None = None
    """Why one could not be measured, which may be tried again."""
    asks: str | None = None
    """What to do before one is measured, where the visitor may not have it measured."""

    @property
    def is_on(self) -> bool:
        """Whether figures will come."""
        return bool(self.names)

    @property
    def news(self) -> tuple[bool, str | None, str | None]:
        """Changes when all figures are there, or will not come."""
        return self.is_on, self.failure, self.asks


def _look(names: Sequence[str]) -> Lacking:
    try:
        return Lacking(tuple(name for name in names if shared().goes_on(name, may_measure)))
    except MeasuringFailed as error:
        return Lacking((), failure=str(error))
    except Locked as error:
        return Lacking((), asks=str(error))


def _wait_for(names: Sequence[str]) -> None:
    def draw(lacking: Lacking) -> None:
        if lacking.failure is not None:
            st.error(lacking.failure)
            try_again(shared(), names, key="measure_again")
        elif lacking.asks is not None:
            st.info(f"Not all figures are there. {lacking.asks}")
        elif lacking.is_on:
            listed = " and ".join(f"“{name}”" for name in lacking.names)
            are = "is" if len(lacking.names) == 1 else "are"
            st.info(f"{listed} {are} being measured on test, training and disturbed images. This happens only once.")
        else:
            st.rerun()

    watch(partial(_look, names), draw, idle_s=idle_s())
