"""What one or two models reach, as figures, tables and curves, each with a line that says what it means.

The first model has the accent's colour wherever both are shown, the second that of the text.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt

from mnist_core.data.mnist import CHECKSUMS
from mnist_core.evaluation.metrics import Evaluation, Reading, Tested, figures_per_digit
from mnist_core.evaluation.robustness import DISTURBANCES
from mnist_core.models.registry import NETWORK, Model
from ui.charts import Curve, Reliability, confusion_html, levels_svg, reliability_svg, signed
from ui.evaluation.readings import outputs_html, picture_html
from ui.images import png_uri

TEST_FILES = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


@dataclass(frozen=True)
class Measured:
    """A model with all its figures."""

    model: Model
    evaluation: Evaluation

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def mistakes(self) -> int:
        """How many test images it read wrong."""
        counts = np.array(self.evaluation.confusion)
        return int(counts.sum() - counts.trace())

    @property
    def gap(self) -> float:
        """How much better it reads what it has learned from, as a difference of shares."""
        return self.evaluation.training.accuracy - self.evaluation.accuracy

    @property
    def bearing(self) -> float:
        """What it still reads of disturbed images, on average over all disturbances and levels above 0."""
        kept = self.evaluation.robustness
        shares = [
            share
            for name, levels in kept.levels.items()
            for level, share in zip(levels, kept.accuracies[name], strict=True)
            if level
        ]
        return float(np.mean(shares))


@dataclass(frozen=True)
class Figure:
    """A figure and what it means."""

    name: str
    meaning: str
    """With `training_images` and `disturbed_images` in braces where it speaks of a sample."""
    value: Callable[[Measured], float]
    written: Callable[[float], str]
    best: Callable[..., float] | None = None
    """`min` or `max`, where one is better than the other."""


def points(share: float) -> str:
    """Writes a difference of shares in points of per cent: +0.07 points."""
    return f"{100 * share:+.2f} points".replace("-", "−")


def exact_per_cent(share: float) -> str:
    """Writes a share with two decimals; NaN, where there was nothing to count, as a dash."""
    return "–" if math.isnan(share) else f"{100 * share:.2f} %"


FIGURES = (
    Figure("Mistakes", "test digits read wrong", lambda m: m.mistakes, lambda n: f"{n:,}", min),
    Figure(
        "Loss",
        "cross-entropy: how far its probabilities are from the truth; 0 would be perfect",
        lambda m: m.evaluation.loss,
        lambda loss: f"{loss:.4f}",
        min,
    ),
    Figure(
        "On training images",
        "accuracy on {training_images:,} images of the training set",
        lambda m: m.evaluation.training.accuracy,
        exact_per_cent,
    ),
    Figure(
        "Gap",
        "training less test accuracy: a wide gap says that it learns by heart",
        lambda m: m.gap,
        points,
        lambda *gaps: min(gaps, key=abs),
    ),
    Figure(
        "Calibration error",
        "how far its sureness is from how often it is right, on average",
        lambda m: m.evaluation.expected_calibration_error,
        lambda share: f"{100 * share:.2f} points",
        min,
    ),
    Figure("Turned away", "digits that it takes for none", lambda m: m.evaluation.turned_away, exact_per_cent, min),
    Figure(
        "Disturbed",
        "mean accuracy on {disturbed_images:,} test digits, turned, shifted, noisy ...",
        lambda m: m.bearing,
        exact_per_cent,
        max,
    ),
    Figure("Parameters", "numbers that it has learned", lambda m: m.model.card["parameters"], lambda n: f"{n:,}"),
    Figure(
        "Size",
        "of its file",
        lambda m: m.model.card["files"][NETWORK]["bytes"],
        lambda n_bytes: f"{n_bytes / 1e6:.1f} MB",
    ),
)


DISTURBED = {
    "rotation": ("Rotation", "degrees", "Turned about the middle, half of them to the left."),
    "shift": (
        "Shift",
        "px",
        "Moved in any direction. The app centres drawings first; the network alone has to bear it.",
    ),
    "noise": ("Noise", "share of full ink", "Every pixel lighter or darker by chance."),
    "blur": ("Blur", "px", "Out of focus: spread by a Gaussian."),
    "pen": ("Pen", "px thinner or wider", "As if drawn by another pen."),
}
"""For each disturbance its title, its unit, and what is done."""


def reached_html(measured: Sequence[Measured]) -> str:
    """Says in one large number each what models reach."""
    shown = ""
    for m in measured:
        mistakes = "1 mistake" if m.mistakes == 1 else f"{m.mistakes:,} mistakes"
        shown += (
            f'<div class="{"first" if m is measured[0] else "second"}">'
            f"<h2>{_origin(m)}</h2>"
            f'<p class="reached">{100 * m.evaluation.accuracy:.2f} %</p><p><strong>{escape(m.name)}</strong>: '
            f"{mistakes} in {m.evaluation.images:,} test digits, none of which it learned from.</p></div>"
        )
    return f'<section class="reach">{shown}</section>'


def _origin(measured: Measured) -> str:
    """Says where the test images come from."""
    is_mnist = all(measured.evaluation.data.get(file) == CHECKSUMS[file] for file in TEST_FILES)
    return "On paper from 1998" if is_mnist else "On its test images"


def figures_html(measured: Sequence[Measured]) -> str:
    """Lists the figures of models, the better one of two in bold."""
    kept = measured[0].evaluation
    counts = {"training_images": kept.training.images, "disturbed_images": kept.robustness.images}
    cells = ""
    for figure in FIGURES:
        values = [figure.value(m) for m in measured]
        written = [figure.written(value) for value in values]
        best = figure.best(*values) if figure.best and len(set(written)) > 1 else None
        shown = "".join(
            f'<dd class="value{" best" if value == best or len(values) == 1 else ""}">{text}</dd>'
            for value, text in zip(values, written, strict=True)
        )
        cells += f"<div><dt>{figure.name}</dt>{shown}<dd>{figure.meaning.format(**counts)}</dd></div>"
    return f'<section class="figures"><h2>In figures</h2><dl>{cells}</dl></section>'


def drawn_html(measured: Sequence[Measured], shares: Sequence[str], note: str) -> str:
    """Says what models read of digits that people drew.

    Args:
        measured: one or two models.
        shares: what each reads right, as written.
        note: what else is to be said.
    """
    shown = "".join(
        f'<p class="reached{"" if place == 0 else " second"}">{escape(share)} <small>{escape(m.name)}</small></p>'
        for place, (m, share) in enumerate(zip(measured, shares, strict=True))
    )
    return f'<section class="drawn"><h2>On strangers’ screens</h2>{shown}<p>{escape(note)}</p></section>'


def per_digit_html(measured: Sequence[Measured]) -> str:
    """Lists precision, recall and F1 of each digit; of two models F1 only, side by side."""
    digits = [figures_per_digit(m.evaluation.confusion) for m in measured]
    if len(measured) == 1:
        head = '<thead><tr><th scope="col">Digit</th>' + "".join(
            f'<th scope="col">{name}</th>' for name in ("Images", "Precision", "Recall", "F1")
        )
        head += "</tr></thead>"
        rows = [[f"{d.images:,}", *map(exact_per_cent, (d.precision, d.recall, d.f1))] for d in digits[0]]
        shown = "Precision, recall, F1"
    else:
        head = _names_head("F1", measured)
        rows = [[exact_per_cent(d.f1) for d in both] for both in zip(*digits, strict=True)]
        shown = "F1, digit by digit"
    body = "".join(
        f'<tr><th scope="row">{digit}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for digit, cells in enumerate(rows)
    )
    return (
        f'<section class="per-digit"><h2>{shown}</h2><p>Precision: of all it called a 5, how many were one. '
        "Recall: of all that were a 5, how many it found. F1 is high when both are.</p>"
        f"<table>{head}<tbody>{body}</tbody></table></section>"
    )


def calibration_html(measured: Sequence[Measured]) -> str:
    """Draws the reliability diagram."""
    networks = [Reliability(m.name, m.evaluation.reliability, accented=m is measured[0]) for m in measured]
    return (
        '<section class="calibration"><h2>Is it as sure as it is right?</h2><p>Of the digits that it is 80 % sure of, '
        "80 % should be right: on the dashed line sureness means what it says. The larger a point the more digits it "
        f"stands for; its whisker shows how far chance may have moved it.</p>{reliability_svg(networks)}</section>"
    )


def confusions_html(measured: Sequence[Measured], chosen: tuple[int, int]) -> str:
    """Shows the confusion matrices, each cell to choose."""
    tables = "".join(confusion_html(m.name, m.evaluation.confusion, chosen) for m in measured)
    return (
        '<section class="mistakes"><h2>What is taken for what</h2><p>Rows: the digit that was written. Columns: the '
        "digit that was read. Choose a cell to see its images.</p>"
        f'<div class="pair" data-models="{len(measured)}">{tables}</div></section>'
    )


def robustness_html(measured: Sequence[Measured], sample: npt.NDArray[np.uint8] | None) -> str:
    """Draws accuracy against disturbance, with a digit as it looks at each level.

    Args:
        measured: one or two models.
        sample: uint8 (28, 28): the digit; None where no image is at hand.
    """
    charts = ""
    for disturbance in DISTURBANCES:
        title, unit, meaning = DISTURBED[disturbance.name]
        curves = [
            Curve(m.name, m.evaluation.robustness.accuracies[disturbance.name], accented=m is measured[0])
            for m in measured
        ]
        strip = ""
        if sample is not None:
            images = (disturbance.apply(sample[np.newaxis], level)[0] for level in disturbance.levels)
            strip = "".join(
                f'<img src="{png_uri(image)}" alt="At {signed(level)}">'
                for image, level in zip(images, disturbance.levels, strict=True)
            )
        charts += (
            f'<div class="disturbance">{levels_svg(title, unit, disturbance.levels, curves)}'
            f'<div class="strip">{strip}</div><p>{meaning}</p></div>'
        )
    count = measured[0].evaluation.robustness.images
    means = "".join(
        f'<p class="reached{"" if m is measured[0] else " second"}">{exact_per_cent(m.bearing)} '
        f"<small>{escape(m.name)}</small></p>"
        for m in measured
    )
    return (
        '<section class="robustness"><h2>How much does it bear?</h2>'
        f"<p>Accuracy on the same {count:,} test digits, disturbed more and more. With ten digits, guessing gives "
        f"10 %. Another sample may give up to {50 / math.sqrt(count):.1f} points more or less (standard error)."
        f'</p><div class="disturbances">{charts}<div class="on-average">{means}'
        "<p>on average over all disturbances and all levels but 0</p></div></div></section>"
    )


def cell_html(measured: Measured, true: int, read: int, count: int, readings: str) -> str:
    """Puts a heading over the images of one cell of the confusion matrix.

    Args:
        measured: the model.
        true: the digit that was written.
        read: the digit that was read.
        count: how many images there are.
        readings: HTML of some of them.
    """
    if true == read:
        title, order = f"{true}, and read as such", "the least sure first"
    else:
        title, order = f"{true}, but read as {read}", "the surest first"
    number = "no image" if count == 0 else "1 image" if count == 1 else f"{count:,} images, {order}"
    return f'<section class="cell"><h2>{title}</h2><p>{escape(measured.name)}: {number}.</p>{readings}</section>'


def mistakes_html(measured: Measured, readings: str) -> str:
    """Puts a heading over a model's mistakes, HTML of readings."""
    return (
        f'<section class="cell"><h2>The mistakes of {escape(measured.name)}</h2><p>The worst first: those whose true '
        f"digit it thought least probable. Below each the ten probabilities.</p>{readings}</section>"
    )


def first_html(readings: str) -> str:
    """Puts a heading over the first test images, HTML of readings."""
    return (
        '<section class="cell first"><h2>The first ten test digits</h2>'
        f"<p>What is read in them, and below the ten probabilities.</p>{readings}</section>"
    )


def single_html(
    measured: Sequence[Measured],
    readings: Sequence[Reading],
    logits: Sequence[Sequence[float] | None],
    image: npt.NDArray[np.uint8],
) -> str:
    """Shows one test image, uint8 (28, 28), and the ten outputs of each model.

    Args:
        measured: the models.
        readings: what each read.
        logits: the ten logits of each, divided by its temperature; None where its export does not have them.
        image: the test image.
    """
    index, label = readings[0].index, readings[0].label
    outputs = "".join(
        outputs_html(m.name, reading, ten, m.model.card.get("temperature", 1.0), accented=m is measured[0])
        for m, reading, ten in zip(measured, readings, logits, strict=True)
    )
    return (
        f'<section class="single"><div><h2>Test image {index}: a {label}</h2>'
        f"{picture_html(image, f'Test image {index}, a {label}')}<p>The last layer gives ten raw outputs, the logits: "
        "the larger, the likelier, but they are not probabilities. Softmax turns them into ten probabilities that add "
        "up to 1. The answer is the digit with the largest, the argmax.</p></div>"
        f'<div class="pair" data-models="{len(measured)}">{outputs}</div></section>'
    )


def mistakes_of_two(first: Tested, second: Tested, labels: npt.NDArray[np.integer]) -> dict[str, list[int]]:
    """Sorts the mistakes of two models by who makes them.

    Args:
        first: what one has read.
        second: what the other has read in the same test images.
        labels: (N,): of these images.

    Returns:
        The images' places under "both", "first" and "second", those first of which a model was surest.
    """
    wrong = np.stack([np.array(evaluation.digits) != labels for evaluation in (first, second)])
    sureness = np.where(wrong, [first.sureness, second.sureness], -1).max(axis=0)
    groups = {"both": wrong[0] & wrong[1], "first": wrong[0] & ~wrong[1], "second": wrong[1] & ~wrong[0]}
    order = np.argsort(-sureness, kind="stable")
    return {name: order[group[order]].tolist() for name, group in groups.items()}


def most_frequent_mistake(confusion: Sequence[Sequence[int]]) -> tuple[int, int]:
    """Gives the cell with the most mistakes: the true digit and the one read; without mistakes that of zeros."""
    counts = np.array(confusion)
    np.fill_diagonal(counts, 0)
    true, read = divmod(int(counts.argmax()), len(counts))
    return true, read


def cell(choice: object) -> tuple[int, int] | None:
    """Reads which cell was chosen; None where it is none, as a stranger's browser may have sent anything."""
    match choice:
        case str() if len(choice) == 3 and choice[1] == "-" and f"{choice[0]}{choice[2]}".isdecimal():
            return int(choice[0]), int(choice[2])
    return None


def _names_head(corner: str, measured: Sequence[Measured]) -> str:
    if len(measured) == 1:
        return ""
    names = "".join(f'<th scope="col">{escape(m.name)}</th>' for m in measured)
    return f"<thead><tr><td>{corner}</td>{names}</tr></thead>"
