"""Models with their figures; those that lack some are measured first, in processes of their own, few at once.

A model is measured once, whoever asks for it. Nobody waits for that but those who want to see the figures.
"""

import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from mnist_core.errors import StudioError
from mnist_core.evaluation.metrics import Evaluation
from mnist_core.models import registry
from mnist_core.models.registry import Model, ModelError
from mnist_core.runs import store
from ui import commands
from ui.evaluation.measured import Measured
from ui.watching import watch

AT_ONCE = 2  # measurements; others wait for their turn


class MeasuringFailed(StudioError):
    """A model could not be measured."""


def kept(name: str) -> Measured | None:
    """Returns a model with the figures that are kept with it; None where some are missing.

    Raises:
        ModelError: the model is missing, incomplete or damaged.
    """
    model = Model.open(registry.folder_of(name))
    try:
        evaluation = Evaluation.from_json(model.evaluation)
    except ModelError:
        return None
    return None if evaluation is None else Measured(model, evaluation)


class Measuring:
    """The models that are being measured.

    Args:
        program: the program whose command `evaluate` measures.
        options: of that command.
        has_figures: tells whether a model need not be measured any more.
    """

    def __init__(
        self,
        *,
        program: Sequence[str] = commands.PROGRAM,
        options: Sequence[str] = (),
        has_figures: Callable[[str], bool] = lambda name: kept(name) is not None,
    ) -> None:
        self._program, self._options, self._has_figures = program, options, has_figures
        self._lock = threading.Lock()
        self._under_way: dict[Path, tuple[subprocess.Popen[bytes], Path]] = {}
        self._failed: dict[Path, str] = {}

    def goes_on(self, name: str) -> bool:
        """Returns whether a model is being measured, and has it measured when it lacks figures.

        Raises:
            MeasuringFailed: it could not be measured; `forgive` lets it be tried again.
            ModelError: the model is missing, incomplete or damaged.
        """
        folder = registry.folder_of(name)
        with self._lock:
            if folder not in self._under_way:
                if folder in self._failed:
                    raise MeasuringFailed(self._failed[folder])
                if self._has_figures(name):
                    return False
                if (run := store.current()) is not None and run.name == name:
                    return True  # its training measures it
                if sum(process.poll() is None for process, _ in self._under_way.values()) >= AT_ONCE:
                    return True
                self._under_way[folder] = self._start(name)
            process, complaints = self._under_way[folder]
            if process.poll() is None:
                return True
            del self._under_way[folder]
            said = complaints.read_bytes()
            complaints.unlink()
            if process.returncode:
                reason = commands.reason(said, process.returncode)
                self._failed[folder] = f"“{name}” could not be measured: {reason}"
                raise MeasuringFailed(self._failed[folder])
            return False

    def forgive(self, names: Sequence[str]) -> None:
        """Forgets that models could not be measured."""
        with self._lock:
            for name in names:
                self._failed.pop(registry.folder_of(name), None)

    def _start(self, name: str) -> tuple[subprocess.Popen[bytes], Path]:
        handle, complaints = tempfile.mkstemp(prefix="mnist-studio-", suffix=".log")
        with open(handle, "wb") as errors:  # noqa: PTH123  # no path, but a descriptor
            process = commands.start(
                [*self._program, "evaluate", "--save", *self._options, f"--model={name}"],
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        return process, Path(complaints)


@st.cache_resource(show_spinner=False)
def shared() -> Measuring:
    """Returns what all visitors share."""
    return Measuring()


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

    @property
    def is_on(self) -> bool:
        """Whether figures will come."""
        return bool(self.names)

    @property
    def news(self) -> tuple[bool, str | None]:
        """Changes when all figures are there, or will not come."""
        return self.is_on, self.failure


def _look(names: Sequence[str]) -> Lacking:
    try:
        return Lacking(tuple(name for name in names if shared().goes_on(name)))
    except MeasuringFailed as error:
        return Lacking((), str(error))


def _wait_for(names: Sequence[str]) -> None:
    def draw(lacking: Lacking) -> None:
        if lacking.failure is not None:
            st.error(lacking.failure)
            st.button("Try again", on_click=shared().forgive, args=(names,))
        elif lacking.is_on:
            listed = " and ".join(f"“{name}”" for name in lacking.names)
            are = "is" if len(lacking.names) == 1 else "are"
            st.info(f"{listed} {are} being measured on test, training and disturbed images. This happens only once.")
        else:
            st.rerun()

    watch(partial(_look, names), draw, idle_s=None)
