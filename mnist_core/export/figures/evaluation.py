"""How well a model reads the test images: confusion, calibration, robustness, mistakes, predictions."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from mnist_core import formatting
from mnist_core.data.mnist import CLASSES
from mnist_core.evaluation.intervals import wilson_interval
from mnist_core.evaluation.robustness import DISTURBANCES
from mnist_core.export.figures.sheet import Sheet, show
from mnist_core.export.figures.styles import DASHES, Palette
from mnist_core.export.figures.subjects import (
    Subject,
    data_name,
    evaluation_of,
    model_words,
    test_images,
    tested_words,
)
from mnist_core.reading.recognizer import Recognizer

LEVELS_WORDS = {
    "rotation": "Rotation, degrees",
    "shift": "Shift, px",
    "noise": "Noise, share of full ink",
    "blur": "Blur, px",
    "pen": "Pen, px thinner or wider",
}
WHOLE_PER_CENT = FuncFormatter(lambda share, _: formatting.per_cent(share, 0))
MISTAKES = 20


def confusion(subject: Subject, palette: Palette) -> Figure:
    """Draws the confusion matrix, a number in each cell; the darker a cell, the more images."""
    model = subject.model()
    counts = np.array(evaluation_of(model).confusion)
    wrong = int(counts.sum() - counts.trace())
    sheet = Sheet(
        palette,
        f"Confusion matrix: {formatting.counted(wrong, 'mistake')} in {formatting.count(int(counts.sum()))}",
        f"{tested_words([model])} Rows: the true digit. Columns: the digit that was read. Logarithmic shades.",
        (7, 7),
    )
    axes = sheet.axes()[0]
    shades = LinearSegmentedColormap.from_list("ink", [palette.background, palette.accent])
    axes.imshow(np.ma.masked_equal(counts, 0), cmap=shades, norm=LogNorm(0.5, max(2, counts.max())))
    for true, read in np.argwhere(counts):
        dark = np.log(2 * counts[true, read]) > 0.55 * np.log(2 * counts.max())
        axes.text(
            read,
            true,
            formatting.count(int(counts[true, read])),
            ha="center",
            va="center",
            fontsize=9,
            color=palette.background if dark else palette.text,
        )
    axes.grid(False)
    axes.set(xlabel="digit read", ylabel="true digit", xticks=range(CLASSES), yticks=range(CLASSES))
    return sheet.figure


def calibration(subject: Subject, palette: Palette) -> Figure:
    """Draws the reliability diagram: accuracy against confidence, a point for each bin."""
    models = subject.opened()
    errors = "; ".join(
        f"{model.name}: expected calibration error {formatting.points(evaluation_of(model).expected_calibration_error)}"
        for model in models
    )
    sheet = Sheet(
        palette,
        "Is it right as often as it is confident?",
        f"{tested_words(models)} {errors}. The larger a point, the more images; whiskers: 95 % confidence intervals.",
        (6, 6),
    )
    axes = sheet.axes()[0]
    axes.plot((0, 1), (0, 1), linestyle="--", color=palette.quiet, linewidth=1, label="perfectly calibrated")
    for number, model in enumerate(models):
        bins = evaluation_of(model).reliability
        confidences = [bin.confidence for bin in bins]
        accuracies = np.array([bin.accuracy for bin in bins])
        intervals = np.array([wilson_interval(bin.accuracy, bin.images) for bin in bins]).T
        color = palette.tones[number % len(palette.tones)]
        whiskers = np.abs(intervals - accuracies)
        axes.errorbar(confidences, accuracies, whiskers, fmt="none", ecolor=color, elinewidth=1)
        sizes = [(4 + 2.5 * np.log10(bin.images)) ** 2 for bin in bins]
        axes.scatter(confidences, accuracies, sizes, color=color, label=model.name, zorder=3)
    axes.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.03), ylim=(0, 1.03), aspect="equal")
    axes.xaxis.set_major_formatter(WHOLE_PER_CENT)
    axes.yaxis.set_major_formatter(WHOLE_PER_CENT)
    axes.legend(loc="lower right")
    return sheet.figure


def robustness(subject: Subject, palette: Palette) -> Figure:
    """Draws accuracy against each disturbance, with a digit as it looks at each level."""
    models = subject.opened()
    evaluations = [evaluation_of(model) for model in models]
    sample = test_images(models[0]).x_test[:1]
    count = formatting.count(evaluations[0].robustness.images)
    words = f"{' '.join(map(model_words, models))} Accuracy on the same {count} {data_name()} test images, disturbed."
    sheet = Sheet(palette, "Robustness", words, (12, 7.5))
    panels = [panel for row in sheet.figure.subfigures(2, 3, squeeze=False) for panel in row]
    for panel, disturbance in zip(panels, DISTURBANCES, strict=False):
        panel.set_facecolor(palette.background)
        chart, strip = panel.subplots(2, 1, height_ratios=(5, 1), sharex=True)
        positions = range(len(disturbance.levels))
        for number, (model, evaluation) in enumerate(zip(models, evaluations, strict=True)):
            chart.plot(
                positions,
                evaluation.robustness.accuracies[disturbance.name],
                marker="o",
                markersize=4,
                color=palette.tones[number % len(palette.tones)],
                linestyle=DASHES[number % len(DASHES)],
                label=model.name,
            )
        chart.set(title=LEVELS_WORDS[disturbance.name], ylim=(0, 1.03))
        chart.yaxis.set_major_formatter(WHOLE_PER_CENT)
        chart.tick_params(labelbottom=False)
        disturbed = np.hstack([disturbance.apply(sample, level)[0] for level in disturbance.levels])
        strip.imshow(disturbed, cmap="binary", extent=(-0.5, len(disturbance.levels) - 0.5, 0, 1), aspect="auto")
        strip.grid(False)
        strip.set_yticks([])
        strip.set_xticks(positions, [formatting.shortest(level) for level in disturbance.levels])
    last = panels[-1]
    last.set_facecolor(palette.background)
    last.legend(*chart.get_legend_handles_labels(), loc="center")
    return sheet.figure


def mistakes(subject: Subject, palette: Palette) -> Figure:
    """Draws the images that a model reads wrong, the worst first."""
    model = subject.model()
    images = test_images(model).x_test
    worst = evaluation_of(model).mistakes
    shown = worst[:MISTAKES]
    if not shown:
        return Sheet(palette, "No mistakes", f"{tested_words([model])} All were read right.", (6, 1.5)).figure
    sheet = Sheet(
        palette,
        f"{'The' if len(worst) <= MISTAKES else f'{len(shown)} of'} {formatting.counted(len(worst), 'mistake')}",
        f"{tested_words([model])} The worst first: those whose true digit had the lowest probability.",
        (10, 1.2 + 1.5 * -(-len(shown) // 10)),
    )
    for axes, mistake in zip(sheet.pictures(images[[m.index for m in shown]], columns=10), shown, strict=True):
        axes.set_title(f"read {mistake.digit}", loc="center", color=palette.accent, fontsize=10)
        axes.set_xlabel(f"is {mistake.label}", fontsize=10)
    return sheet.figure


def predictions(subject: Subject, palette: Palette) -> Figure:
    """Draws the first ten test images, each with the predicted and the true label, as tutorial 3."""
    model = subject.model()
    first = evaluation_of(model).first
    images = test_images(model).x_test[[reading.index for reading in first]]
    right = sum(reading.digit == reading.label for reading in first)
    words = f"{model_words(model)} {right} of {len(first)} are right."
    sheet = Sheet(palette, f"Predictions for the first {len(first)} test images", words, (10, 2.9))
    for axes, reading in zip(sheet.pictures(images, columns=len(first)), first, strict=True):
        color = palette.text if reading.digit == reading.label else palette.accent
        weight = "normal" if reading.digit == reading.label else "bold"
        axes.set_title(f"predicted {reading.digit}", loc="center", fontsize=9, color=color, fontweight=weight)
        axes.set_xlabel(f"true {reading.label}", fontsize=9)
    return sheet.figure


def outputs(subject: Subject, palette: Palette) -> Figure:
    """Draws a test image and the ten probabilities that a model gives it, as tutorial 1 predicts test image 0."""
    model = subject.model()
    images, labels = replace(subject, split="test").images()
    image, label = images[subject.index], labels[subject.index]
    (shares,), _ = Recognizer(model).network(image[np.newaxis])
    best = int(shares.argmax())
    verdict = "right" if best == label else f"but it is a {label}"
    words = f"{model_words(model)} {data_name()}, test image {subject.index}, a {label}."
    sheet = Sheet(palette, f"Read as {best}: {verdict}", words, (8, 3.6))
    picture, bars = sheet.figure.subplots(1, 2, width_ratios=(1, 2))
    show(picture, image, "Greys")
    draw_bars(bars, shares, palette)
    return sheet.figure


def draw_bars(axes: Axes, shares: Sequence[float] | npt.NDArray[np.float32], palette: Palette) -> None:
    """Draws ten probabilities as bars, the largest in the accent colour."""
    best = int(np.argmax(shares))
    colors = [palette.accent if digit == best else palette.quiet for digit in range(CLASSES)]
    bars = axes.bar(range(CLASSES), shares, color=colors)
    axes.bar_label(bars, [formatting.confidence(float(share)) for share in shares], fontsize=8, padding=2)
    axes.set(xlabel="digit", ylabel="probability", ylim=(0, 1.1), xticks=range(CLASSES), yticks=(0, 0.5, 1))
    axes.yaxis.set_major_formatter(WHOLE_PER_CENT)
