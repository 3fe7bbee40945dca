"""Settings that come from the environment; all of them optional."""

import os
from pathlib import Path

import platformdirs


def home() -> Path:
    """Gives the folder for models, runs and downloads: `MNIST_STUDIO_HOME`, else the user's data folder."""
    configured = os.environ.get("MNIST_STUDIO_HOME")
    return Path(configured).expanduser() if configured else platformdirs.user_data_path("mnist-studio", appauthor=False)


def mnist_path() -> Path | None:
    """Gives the place named by `MNIST_PATH`, an `.npz` file or a folder with IDX files; None where it is not set."""
    configured = os.environ.get("MNIST_PATH")
    return Path(configured).expanduser() if configured else None


def stroke_pack() -> Path | None:
    """Gives the stroke pack named by `STROKE_PACK`, an `.npz` file; None where it is not set."""
    configured = os.environ.get("STROKE_PACK")
    return Path(configured).expanduser() if configured else None
