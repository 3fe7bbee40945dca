"""Settings that come from the environment; all of them optional."""

import os
import re
from pathlib import Path

import platformdirs

from mnist_core.errors import StudioError

MNIST = Path(__file__).parent / "data" / "packaged" / "mnist"
"""The four IDX files that come with the package."""
PEN_DIGITS = Path(__file__).parent / "data" / "packaged" / "pen_digits" / "pen-digits.npz"
"""The stroke pack that comes with the package."""

HOME = "MNIST_STUDIO_HOME"
"""The variable that names the home."""
DATABASE = "DATABASE_URL"
"""The variable that names the database of kept drawings."""
GPU = "MNIST_STUDIO_GPU"
"""The variable that chooses a GPU."""
PASSPHRASE = "PRESENTER_PASSPHRASE"
"""The variable that holds the presenter's passphrase."""
OPEN = "MNIST_STUDIO_OPEN"
"""The variable that lets everybody in a network do everything."""


class SettingsError(StudioError):
    """A setting has an impossible value."""


def home() -> Path:
    """Returns the folder for models and runs: `MNIST_STUDIO_HOME`, else the user's data folder.

    Raises:
        SettingsError: it names the home of a user who does not exist.
    """
    return _named_by(HOME) or platformdirs.user_data_path("mnist-studio", appauthor=False)


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


def database_url() -> str | None:
    """Returns the address of the database of kept drawings that `DATABASE_URL` holds; None if not set."""
    return os.environ.get(DATABASE, "").strip() or None


def database_path() -> Path:
    """Returns where that database lies if `DATABASE_URL` is not set: a SQLite file in the home.

    Raises:
        SettingsError: as `home` does.
    """
    return home() / "drawings.sqlite3"


def may_have_drawings() -> bool:
    """Returns whether there may be kept drawings, without opening a database; False also for an impossible home."""
    try:
        return database_url() is not None or database_path().exists()
    except (SettingsError, OSError):
        return False


def kept_per_hand() -> int:
    """Returns how many drawings of one hand are kept at most: `MNIST_STUDIO_KEPT_PER_HAND`, else 2,000.

    Raises:
        SettingsError: it is no positive number.
    """
    return _count("MNIST_STUDIO_KEPT_PER_HAND", 2_000)


def kept_in_total() -> int:
    """Returns how many drawings are kept at most, of all hands: `MNIST_STUDIO_KEPT_IN_TOTAL`, else 50,000.

    Raises:
        SettingsError: it is no positive number.
    """
    return _count("MNIST_STUDIO_KEPT_IN_TOTAL", 50_000)


def gpu() -> str | None:
    """Returns which GPU shall train: the index or a part of the name that `MNIST_STUDIO_GPU` holds; None if not set."""
    return os.environ.get(GPU, "").strip() or None


def passphrase() -> str | None:
    """Returns the presenter's passphrase that `PRESENTER_PASSPHRASE` holds; None if not set, and nothing asks."""
    return os.environ.get(PASSPHRASE, "").strip() or None


def is_open_to_all() -> bool:
    """Returns whether a network may use the app without a passphrase: whether `MNIST_STUDIO_OPEN` is 1."""
    return os.environ.get(OPEN, "").strip() == "1"


def public_address() -> str | None:
    """Returns the address by which phones reach the app: what `MNIST_STUDIO_ADDRESS` holds; None if not set.

    Raises:
        SettingsError: it is no address.
    """
    configured = os.environ.get("MNIST_STUDIO_ADDRESS", "").strip()
    if configured and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", configured):
        raise SettingsError(f"MNIST_STUDIO_ADDRESS should be like https://digits.example.org, but is {configured}.")
    return configured or None


def _count(variable: str, usual: int) -> int:
    configured = os.environ.get(variable, "").strip()
    if configured and not (configured.isascii() and configured.isdigit() and int(configured) > 0):
        raise SettingsError(f"{variable} should be a positive whole number, but is {configured}.")
    return int(configured or usual)


def _named_by(variable: str) -> Path | None:
    """Returns the path in an environment variable; None if it is not set."""
    configured = os.environ.get(variable)
    try:
        return Path(configured).expanduser() if configured else None
    except RuntimeError as error:
        raise SettingsError(f"{variable} is {configured}, but this machine has no such user.") from error
