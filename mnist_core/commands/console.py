"""Prints results and progress on the console.

Results go to standard output, progress and errors to standard error.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mnist_core.formatting import duration, loss, per_cent
from mnist_core.reading.recognizer import Recognizer
from mnist_core.training.progress import Phase

output, messages = Console(soft_wrap=True), Console(stderr=True, soft_wrap=True)


def warn(recognizer: Recognizer) -> None:
    """Warns when another model than the active one had to be used."""
    if recognizer.notice:
        messages.print(recognizer.notice, style="yellow", markup=False, highlight=False)


@contextmanager
def tensorflow_kept_quiet() -> Iterator[None]:
    """Chooses TensorFlow for Keras, and hides what it writes to standard error before its log level holds."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    standard_error = os.dup(2)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123  # no path, but a device
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(standard_error, 2)
        os.close(standard_error)


@contextmanager
def reading_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Shows how many of some images were read, and how long the others will take."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=messages, transient=True) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


def epoch_of(step: Any) -> str:
    """Returns in words which epoch a step belongs to."""
    return f"epoch {step.epoch} of {step.epochs}"


@contextmanager
def training_bar(place: Callable[[Any], str] = epoch_of) -> Iterator[Any]:
    """Shows a training's progress: a bar for the whole, a line for each epoch that is done.

    Args:
        place: says which epoch a step belongs to.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[state]}"), TimeRemainingColumn())
    with Progress(*columns, console=messages, transient=True) as bars:
        task = bars.add_task("training", state="")

        def report(progress: Any) -> None:
            if isinstance(progress, Phase):
                share = progress.share or 0.0
                bars.update(task, description=progress.words, completed=share, total=1.0, state="")
                return
            done = (progress.epoch - 1) * progress.batches + progress.batch
            bars.update(
                task,
                description=place(progress),
                completed=done,
                total=progress.epochs * progress.batches,
                state=f"loss {loss(progress.values['loss'])}, accuracy {per_cent(progress.values['accuracy'])}",
            )
            if progress.ends_epoch:
                values = progress.values
                validated = (
                    f"validation loss {loss(values['val_loss'])}, accuracy {per_cent(values['val_accuracy'])}; "
                    if "val_loss" in values
                    else ""
                )
                bars.console.print(
                    f"{place(progress)}: loss {loss(values['loss'])}, accuracy {per_cent(values['accuracy'])}; "
                    f"{validated}{duration(values['seconds'])}",
                    highlight=False,
                )

        yield report
