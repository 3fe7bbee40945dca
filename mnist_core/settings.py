"""Settings that come from the environment; all of them optional."""

import os
from pathlib import Path

import platformdirs

from mnist_core.errors import StudioError

MNIST = Path(__file__).parent / "data" / "packaged" / "mnist"
"""The four IDX files that come with the package."""
PEN_DIGITS = Path(__file__).parent / "data" / "packaged" / "pen_digits" / "pen-digits.npz"
"""The stroke pack that comes with the package."""

GPU = "MNIST_STUDIO_GPU"
"""The variable that chooses a GPU."""


class SettingsError(StudioError):
    """A setting has an impossible value."""


def home() -> Path:
    """Returns the folder for models and runs: `MNIST_STUDIO_HOME`, else the user's data folder.

    Raises:
        SettingsError: it names the home of a user who does not exist.
    """
    return _named_by("MNIST_STUDIO_HOME") or platformdirs.user_data_path("mnist-studio", appauthor=False)


def mnist_path() -> Path:
    """Returns the path of MNIST: the `.npz` file or folder with IDX files that `MNIST_PATH` names, else the package's.

    Raises:
        SettingsError: as `home` does.
    """
    return _named_by("MNIST_PATH") or MNIST


def stroke_pack() -> Path:
    """Returns the stroke pack that models are measured on: the one that `STROKE_PACK` names, else the package's.

    Raises:
        SettingsError: as `home` does.
    """
    return _named_by("STROKE_PACK") or PEN_DIGITS


def gpu() -> str | None:
    """Returns which GPU shall train: the index or a part of the name that `MNIST_STUDIO_GPU` holds; None if not set."""
    return os.environ.get(GPU, "").strip() or None


def _named_by(variable: str) -> Path | None:
    """Returns the path in an environment variable; None if it is not set."""
    configured = os.environ.get(variable)
    try:
        return Path(configured).expanduser() if configured else None
    except RuntimeError as error:
        raise SettingsError(f"{variable} is {configured}, but this machine has no such user.") from error
