"""Smaller versions of a model: accuracy against size."""

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from mnist_core import formatting
from mnist_core.compression import results
from mnist_core.export.figures.sheet import Sheet
from mnist_core.export.figures.styles import Palette
from mnist_core.export.figures.subjects import FigureError, Subject, data_name
from mnist_core.models.model_folder import NETWORK, Model
from mnist_core.runs import store

SIZE_IN = (9, 5)
PER_CENT = FuncFormatter(lambda share, _: formatting.short_per_cent(share))


def tradeoff(subject: Subject, palette: Palette) -> Figure:
    """Draws accuracy on test images and on pen-drawn digits against the size of each version, gzipped."""
    found = measured(subject.model())
    original = found.original
    digits = max(row.drawn_digits for row in found.rows)
    drawn_words = f" and on {formatting.count(digits)} pen-drawn digits" if digits else ""
    sheet = Sheet(
        palette,
        f"Smaller versions of the model {original.name}",
        f"{results.summary(found.rows)} Accuracy on the {formatting.count(original.images)} images of the "
        f"{data_name()} test set{drawn_words}. Sizes are those of the LiteRT files, gzipped, on a logarithmic axis.",
        SIZE_IN,
    )
    axes = sheet.axes()[0]
    by_size = sorted(found.rows, key=lambda row: row.zipped_bytes)
    for row in by_size:
        axes.axvline(row.zipped_bytes, color=palette.grid, lw=1, zorder=0)
    drawn = [(row.zipped_bytes, row.drawn) for row in by_size if row.drawn is not None]
    tested = [(row.zipped_bytes, row.accuracy) for row in by_size]
    for name, points, color, marker in (
        ("MNIST", tested, palette.accent, "o"),
        ("pen-drawn digits", drawn, palette.text, "s"),
    ):
        if points:
            sizes, shares = zip(*points, strict=True)
            axes.scatter(sizes, shares, s=40, color=color, marker=marker, label=name, zorder=2)
    for number, row in enumerate(by_size):
        height = 4 + 13 * (len(by_size) - 1 - number)
        axes.annotate(
            row.title,
            (row.zipped_bytes, 1),
            (3, height),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=9,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": palette.grid, "relpos": (0, 0), "shrinkA": 0, "shrinkB": 0},
        )
    axes.set(xlabel="size, gzipped", ylabel="accuracy", xscale="log")
    axes.set_xlim(by_size[0].zipped_bytes / 1.25, by_size[-1].zipped_bytes * 1.6)
    axes.margins(y=0.15)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda size, _: formatting.kilobytes(round(size))))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(PER_CENT)
    axes.legend(loc="upper right", bbox_to_anchor=(1, -0.1), ncols=2)
    return sheet.figure


def measured(model: Model) -> results.Results:
    """Returns what was measured of a model's smaller versions, or of those of the model that it was made of.

    Raises:
        FigureError: none have been made.
        ResultsError: the figures are damaged.
    """
    made = model.card.get("compressed")
    network = model.card["files"][NETWORK]["sha256"] if made is None else made["network"]
    for run in store.compressions(network):
        found = store.results_of(run)
        if found is not None and found.finished:
            return found
    raise FigureError(
        f"No smaller versions of the model “{model.name}” have been made yet: the command compress or the page “The "
        "model” does."
    )
