"""Measures models that lack figures, in processes of their own, few at once and each model once."""

import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from mnist_core.errors import StudioError
from mnist_core.evaluation import measured
from mnist_core.models import registry
from mnist_core.runs import aside, store

AT_ONCE = 2  # measurements; others wait for their turn


class MeasuringFailed(StudioError):
    """A model could not be measured."""


class Measuring:
    """The models that are being measured.

    Args:
        program: the program whose command `evaluate` measures.
        options: of that command.
        has_figures: returns whether a model need not be measured any more.
    """

    def __init__(
        self,
        *,
        program: Sequence[str] = aside.PROGRAM,
        options: Sequence[str] = (),
        has_figures: Callable[[str], bool] = lambda name: measured.kept(name) is not None,
    ) -> None:
        self._program, self._options, self._has_figures = program, options, has_figures
        self._lock = threading.Lock()
        self._under_way: dict[Path, tuple[subprocess.Popen[bytes], Path]] = {}
        self._failed: dict[Path, str] = {}

    def goes_on(self, name: str, before_start: Callable[[], None] = lambda: None) -> bool:
        """Returns whether a model is being measured, and has it measured when it lacks figures.

        Args:
            name: the model's.
            before_start: called before it is measured on behalf of this call; raises where the caller may not start it.

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
                before_start()
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
                reason = aside.reason(said, process.returncode)
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
            process = aside.start(
                [*self._program, "evaluate", "--save", *self._options, f"--model={name}"],
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        return process, Path(complaints)
