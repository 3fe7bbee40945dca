"""Settings that come from the environment; all of them optional."""

import os
from pathlib import Path

import platformdirs

from mnist_core.errors import StudioError


class SettingsError(StudioError):
    """A setting of the environment names what cannot be."""


def home() -> Path:
    """Gives the folder for models, runs and downloads: `MNIST_STUDIO_HOME`, else the user's data folder.

    Raises:
        SettingsError: `MNIST_STUDIO_HOME` names no folder.
    """
    return _path("MNIST_STUDIO_HOME") or platformdirs.user_data_path("mnist-studio", appauthor=False)


def mnist_path() -> Path | None:
    """Gives the place named by `MNIST_PATH`, an `.npz` file or a folder with IDX files; None where it is not set.

    Raises:
        SettingsError: it names nothing.
    """
    return _path("MNIST_PATH")


def stroke_pack() -> Path | None:
    """Gives the stroke pack named by `STROKE_PACK`, an `.npz` file; None where it is not set.

    Raises:
        SettingsError: it names nothing.
    """
    return _path("STROKE_PACK")


def _path(variable: str) -> Path | None:
    configured = os.environ.get(variable)
    if not configured:
        return None
    try:
        return Path(configured).expanduser()
    except RuntimeError as error:  # "~somebody" where there is nobody of that name
        raise SettingsError(f"{variable} is {configured}, but this machine has no such user.") from error
