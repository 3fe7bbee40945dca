"""The GPUs of this machine as data, without TensorFlow: which were found, which one is used, and why none can be.

`mnist_core.training.devices` asks TensorFlow, which takes seconds and a process of its own. So the answer is kept in
the home, and holds until the machine is started anew, or TensorFlow or what chooses a GPU changes.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypedDict

from mnist_core import files, settings
from mnist_core.errors import StudioError
from mnist_core.shapes import Misshapen, conform

KEPT = "gpus.json"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
NVIDIA = Path("/dev"), "nvidia[0-9]*"
"""Where NVIDIA's driver lists its GPUs, as a folder and a pattern."""
HIDES = "CUDA_VISIBLE_DEVICES"


class GpuError(StudioError):
    """A GPU was chosen that TensorFlow does not find, or what is written of GPUs is damaged."""


@dataclass(frozen=True, kw_only=True)
class Gpus:
    """What TensorFlow found."""

    found: list[str] = field(default_factory=list)
    """The GPUs' names, in TensorFlow's order."""
    used: int | None = None
    """The index of the one that is used; None where there is none."""
    memory_growth: bool = False
    """Whether TensorFlow takes that GPU's memory as it needs it, instead of all at once."""
    obstacle: str = ""
    """Why TensorFlow cannot use a GPU that is there: a sentence; empty where it can, or where there is none."""

    @property
    def words(self) -> str:
        """Names the GPU that is used, and those that are not."""
        if self.used is None:
            return "no GPU"
        growth = "on" if self.memory_growth else "off"
        others = ", ".join(self.label(index) for index in range(len(self.found)) if index != self.used)
        return f"{self.label(self.used)}, memory growth {growth}{f'; not used: {others}' if others else ''}"

    @property
    def sentence(self) -> str:
        """Returns what trains, as a sentence."""
        if self.used is None:
            return f"{self.obstacle or 'TensorFlow found no GPU.'} Training uses the CPU."
        return f"Training uses {self.words}."

    def label(self, index: int) -> str:
        """Names one of the GPUs."""
        return f"GPU {index} ({self.found[index]})"

    def to_json(self) -> dict[str, Any]:
        """Returns this as a dictionary for files and programs."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Any) -> "Gpus":
        """Returns what `to_json` wrote.

        Raises:
            GpuError: it is damaged.
        """
        try:
            gpus = conform(values, cls)
        except Misshapen as error:
            raise GpuError(f"What is written of the GPUs is damaged: {error}.") from error
        if gpus.used is not None and not 0 <= gpus.used < len(gpus.found):
            raise GpuError(f"What is written of the GPUs is damaged: there is no GPU {gpus.used}.")
        return gpus


class _Kept(TypedDict):
    asked: dict[str, str | None]
    gpus: dict[str, Any]


def choose(found: Sequence[str], choice: str | None, obstacle: str = "") -> int | None:
    """Returns the index of the GPU to use: the first, unless another is chosen; None where there is none.

    Args:
        found: the GPUs' names.
        choice: an index, or a part of a name, in small or capital letters; None leaves it open.
        obstacle: why none was found, if that is known.

    Raises:
        GpuError: the chosen one is not among them.
    """
    if choice is None:
        return 0 if found else None
    for index, name in enumerate(found):
        if choice == str(index) or (not choice.isdecimal() and choice.casefold() in name.casefold()):
            return index
    began = f"The GPU “{choice}” was chosen, but TensorFlow found"
    if not found:
        raise GpuError(f"{began} none. {obstacle or f'Unset {settings.GPU} to train on the CPU.'}")
    listed = ", ".join(f"{index} ({name})" for index, name in enumerate(found))
    raise GpuError(f"{began} {listed}. Choose one of these by its number or a part of its name.")


def obstacle(*, built_with_cuda: bool) -> str:
    """Returns why TensorFlow finds no GPU although NVIDIA's driver lists one; empty where that lists none.

    Args:
        built_with_cuda: whether this TensorFlow can use NVIDIA's GPUs at all.
    """
    if not _nvidia():
        return ""
    if os.environ.get(HIDES) in ("", "-1"):
        reason = f"{HIDES} hides it."
    elif not built_with_cuda:
        reason = "this TensorFlow was built without CUDA."
    else:
        reason = (
            "CUDA’s libraries are missing or do not fit its driver. `pip install 'tensorflow[and-cuda]'` brings them."
        )
    return f"An NVIDIA GPU is there, but TensorFlow cannot use it: {reason}"


def keep(gpus: Gpus) -> None:
    """Keeps an answer in the home; not one with an obstacle, which a person may remove at any time.

    Raises:
        SettingsError: `MNIST_STUDIO_HOME` cannot be understood.
    """
    path = settings.home() / KEPT
    with suppress(OSError):  # where nothing can be kept, TensorFlow is asked again
        if gpus.obstacle:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_json(path, {"asked": _asked(), "gpus": gpus.to_json()})


def kept() -> Gpus | None:
    """Returns the answer that is kept; None where there is none, or it may not hold any more.

    Raises:
        SettingsError: `MNIST_STUDIO_HOME` cannot be understood.
    """
    with suppress(OSError, ValueError, GpuError):
        answer = conform(files.read_json(settings.home() / KEPT), _Kept)
        return Gpus.from_json(answer["gpus"]) if answer["asked"] == _asked() else None
    return None


def _asked() -> dict[str, str | None]:
    """Lists all that an answer depends on."""
    return {
        "boot": BOOT_ID.read_text().strip() if BOOT_ID.exists() else None,
        "environment": sys.prefix,
        "tensorflow": version("tensorflow"),
        "nvidia": " ".join(_nvidia()),
        "chosen": settings.gpu(),
        HIDES: os.environ.get(HIDES),
    }


def _nvidia() -> list[str]:
    folder, pattern = NVIDIA
    return sorted(path.name for path in folder.glob(pattern))
