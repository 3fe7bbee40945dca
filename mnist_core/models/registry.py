"""The models of this home by name: which there are, which one is active, and the one that is shipped."""

import shutil
from contextlib import suppress
from pathlib import Path

from mnist_core import files, settings
from mnist_core.errors import StudioError
from mnist_core.models.model_folder import CARD, Model, ModelError

SHIPPED = Path(__file__).parent / "shipped"
ACTIVE = "active"
LONGEST_NAME = 60  # characters
MOST_BYTES = 1000  # of the file that names the active model and the one before


def shipped() -> Model:
    """Opens the model that is part of the package."""
    return Model.open(SHIPPED)


def folder_of(name: str) -> Path:
    """Returns the folder in which a model of that name lies or would lie.

    Raises:
        ModelError: the name is not one for a folder.
    """
    if not _is_name(name):
        raise ModelError(
            f"A model's name consists of at most {LONGEST_NAME} letters, digits, “.”, “_”, “-” and blanks; "
            f"“{files.printable(name[:LONGEST_NAME])}” does not."
        )
    return SHIPPED if name == SHIPPED.name else settings.home() / "models" / name


def names() -> list[str]:
    """Lists all models by name, the shipped one first, damaged ones as well."""
    return [SHIPPED.name, *_listed()[0]]


def troubles() -> list[str]:
    """Returns sentences on what keeps models from being listed."""
    return _listed()[1]


def active_name() -> str:
    """Returns the name of the active model: the one that was activated last, else the shipped one."""
    with suppress(StudioError):
        return next(iter(_activated()), SHIPPED.name)
    return SHIPPED.name


def active() -> Model:
    """Opens the active model.

    Raises:
        StudioError: it is missing or damaged, or nobody can tell which it is.
    """
    return Model.open(folder_of(next(iter(_activated()), SHIPPED.name)))


def previous_name() -> str | None:
    """Returns the name of the model that was active before; None where there was none or it is gone."""
    with suppress(StudioError):
        before = _activated()[1:2] or [SHIPPED.name]
        return before[0] if before[0] != active_name() and before[0] in names() else None
    return None


def activate(name: str) -> Model:
    """Makes a model the one that the app reads with, from the next drawing on.

    Raises:
        ModelError: there is no such model, or it is damaged, or the choice cannot be written.
    """
    model = Model.open(folder_of(name))
    before = active_name()
    if name != before:
        try:
            settings.home().mkdir(parents=True, exist_ok=True)
            files.write(settings.home() / ACTIVE, f"{name}\n{before}\n".encode())
        except OSError as error:
            raise ModelError(f"“{name}” cannot be made the active model: {error.strerror}.") from error
    return model


def delete(name: str) -> None:
    """Deletes a model for good.

    Raises:
        ModelError: it is the shipped or the active one, or there is none of that name, or it cannot be deleted.
    """
    folder = folder_of(name)
    if folder == SHIPPED:
        raise ModelError("The shipped model is part of the app and stays.")
    if name == active_name():
        raise ModelError(f"“{name}” is the model that reads: let another one read first, then delete it.")
    grave = folder.with_name(f".deleted-{name}")
    shutil.rmtree(grave, ignore_errors=True)
    try:
        folder.rename(grave)
    except FileNotFoundError as error:
        raise ModelError(f"There is no model “{name}”.") from error
    except OSError as error:
        raise ModelError(f"“{name}” cannot be deleted: {error.strerror}.") from error
    shutil.rmtree(grave, ignore_errors=True)


def _is_name(name: str) -> bool:
    is_short = 0 < len(name) <= LONGEST_NAME
    return is_short and not name.startswith(".") and all(c.isalnum() or c in "._- " for c in name)


def _listed() -> tuple[list[str], list[str]]:
    """Lists the models of one's own by name, and in sentences what cannot be listed."""
    try:
        folder = settings.home() / "models"
        entries = files.entries(folder)
    except StudioError as error:
        return [], [str(error)]
    except OSError as error:
        return [], [f"The folder of the models cannot be read: {error.strerror} ({folder})."]
    found = [entry.name for entry in entries if _may_be_model(entry)]
    odd = [files.printable(name) for name in found if not _is_name(name)]
    return list(filter(_is_name, found)), [f"“{name}” is no name for a model: rename that folder." for name in odd]


def _may_be_model(folder: Path) -> bool:
    try:
        (folder / CARD).stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # whoever opens it will hear why it cannot be read
        return True
    return True


def _activated() -> list[str]:
    """Reads the names of the active model and of the one before, as far as they are written.

    Raises:
        StudioError: what is written there is no name, or cannot be read.
    """
    path = settings.home() / ACTIVE
    try:
        with path.open("rb") as file:
            lines = file.read(MOST_BYTES).decode().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ModelError(f"Which model is active cannot be read: {error.strerror} ({path}).") from error
    except UnicodeDecodeError:
        lines = ["?"]
    written = [name for line in lines if (name := line.strip())][:2]
    if not all(map(_is_name, written)):
        raise ModelError(f"Which model is active is written in {path}, but what stands there is no model's name.")
    return written
