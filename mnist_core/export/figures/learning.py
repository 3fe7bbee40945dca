"""How networks learn: curves over epochs, and the folds of a K-fold validation."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from mnist_core import formatting
from mnist_core.export.figures.sheet import Sheet
from mnist_core.export.figures.styles import DASHES, Palette
from mnist_core.export.figures.subjects import Subject
from mnist_core.runs import store

SIDE_BY_SIDE_IN = (12, 4)  # as tutorial 3
ACCURACIES = (0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)
LEAST_MISTAKES = 1e-4  # the top of the axis, which has no end: one mistake in 10,000 images
PER_CENT = FuncFormatter(lambda share, _: formatting.short_per_cent(share))


def curves(subject: Subject, palette: Palette) -> Figure:
    """Draws accuracy and loss over the epochs side by side, training and validation, as tutorial 3."""
    learned = subject.learned()[0]
    sheet = Sheet(palette, "Learning curves", learned.words, SIDE_BY_SIDE_IN)
    panels = (("accuracy", "Accuracy"), ("loss", "Loss (cross-entropy in nats)"))
    for axes, (value, words) in zip(sheet.axes(1, 2), panels, strict=True):
        _line(axes, learned.history, value, label="training", color=palette.tones[1], linestyle="--")
        validated = [row for row in learned.history if f"val_{value}" in row]
        if validated:
            _line(axes, validated, f"val_{value}", label="validation", color=palette.accent)
        axes.set(title=f"{words.split(' (')[0]} over the epochs", ylabel=words)
        axes.legend()
        if value == "accuracy":
            axes.yaxis.set_major_formatter(PER_CENT)
    return sheet.figure


def curves_compared(subject: Subject, palette: Palette) -> Figure:
    """Draws validation curves over each other, so that small differences near 100 % show."""
    all_learned = subject.learned()
    sheet = Sheet(
        palette,
        "Learning curves laid over each other" if len(all_learned) > 1 else "Learning curves",
        f"{' '.join(learned.words for learned in all_learned)} On the validation images, else on the training images. "
        "Accuracies are spaced by the logarithm of the mistakes.",
        SIDE_BY_SIDE_IN,
    )
    accuracy, loss = sheet.axes(1, 2)
    for axes, value in ((accuracy, "accuracy"), (loss, "loss")):
        for number, learned in enumerate(all_learned):
            kind = f"val_{value}" if f"val_{value}" in learned.history[-1] else value
            rows = [row for row in learned.history if kind in row]
            color, dashes = palette.tones[number % len(palette.tones)], DASHES[number % len(DASHES)]
            _line(axes, rows, kind, label=learned.name, color=color, linestyle=dashes)
    _scale_by_mistakes(accuracy)
    accuracy.set(title="Accuracy over the epochs", ylabel="Accuracy")
    loss.set(title="Loss over the epochs", ylabel="Loss (cross-entropy in nats)", yscale="log")
    loss.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    loss.yaxis.set_minor_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    loss.legend()
    return sheet.figure


def kfold(subject: Subject, palette: Palette) -> Figure:
    """Draws the accuracy of each fold of a K-fold validation, their mean and their standard deviation."""
    run = subject.run()
    validation = store.validation_of(run)
    images = "all" if run.subset is None else formatting.count(run.subset)
    sheet = Sheet(
        palette,
        f"K-fold validation of the recipe {run.recipe.name}",
        f"{len(validation.finished)} of {run.folds} folds of {images} training images: each was trained without one "
        "part and validated on it. Mean and standard deviation: "
        f"{formatting.mean_and_deviation(validation.mean, validation.standard_deviation)}.",
        (7, 4),
    )
    axes = sheet.axes()[0]
    numbers = [fold.number for fold in validation.finished]
    shares = [fold.accuracy for fold in validation.finished]
    if validation.mean is not None:
        axes.axhline(validation.mean, color=palette.accent, label="mean", zorder=1)
        if validation.standard_deviation is not None:
            low, high = validation.mean - validation.standard_deviation, validation.mean + validation.standard_deviation
            axes.axhspan(low, high, color=palette.accent, alpha=0.15, lw=0, label="± standard deviation", zorder=0)
        axes.scatter(numbers, shares, color=palette.text, s=40, zorder=2)
        for number, share in zip(numbers, shares, strict=True):
            words = formatting.per_cent(share)
            axes.annotate(words, (number, share), (0, 8), textcoords="offset points", ha="center", fontsize=9)
        axes.margins(y=0.3)
        axes.legend(loc="lower right", ncols=2)
    axes.set(xlabel="fold", ylabel="accuracy on the held-out part", xlim=(0.5, (run.folds or 1) + 0.5))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(PER_CENT)
    return sheet.figure


def _line(axes: Axes, rows: Sequence[dict[str, float]], kind: str, **look: object) -> None:
    epochs = [row["epoch"] for row in rows]
    marker = "o" if len(rows) <= 12 else ""
    axes.plot(epochs, [row[kind] for row in rows], marker=marker, markersize=4, **look)  # type: ignore[arg-type]
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _scale_by_mistakes(axes: Axes) -> None:
    """Spaces an axis of accuracies by the logarithm of the mistakes, around the values that are drawn."""
    values = [share for line in axes.lines for share in np.asarray(line.get_ydata())]
    low = max(tick for tick in ACCURACIES if tick <= min(values))
    high = next((tick for tick in ACCURACIES if tick > max(values)), 1 - LEAST_MISTAKES)
    axes.set_yscale(
        "function",
        functions=(
            lambda share: -np.log10(np.maximum(1 - np.asarray(share), LEAST_MISTAKES)),
            lambda height: 1 - 10 ** -np.asarray(height),
        ),
    )
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(FixedLocator([tick for tick in ACCURACIES if low <= tick <= high]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(PER_CENT)
