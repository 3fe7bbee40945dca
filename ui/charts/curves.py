"""Curves over epochs, and over levels of a disturbance."""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mnist_core import formatting
from ui.charts.axes import Plot, round_counts

EPOCHS = Plot(width=440, height=250, left=52, right=92, top=14, bottom=34)  # names stand at the right
LEVELS = Plot(width=440, height=250, left=52, right=16, top=14, bottom=34)
QUARTERS = (0, 0.25, 0.5, 0.75, 1)
LADDER = tuple(float(f"{digit}e{power}") for power in range(-9, 10) for digit in (1, 3))  # evenly spaced logarithms
USUAL_LOSSES = (0.01, 3)  # between a good network and guessing among ten digits, 2.3
END = 34  # the height of a name and a value at the end of a line
MARKED = 12  # up to so many epochs each has a mark on the line


@dataclass(frozen=True)
class Curve:
    """A line of a chart; the accented one is the one that counts."""

    name: str
    values: Sequence[float]
    accented: bool = False
    at: Sequence[float] | None = None
    """Where the values belong, in epochs; by default at 1, 2, 3 ..."""
    tone: int = 0
    """From 1: a colour of its own, where lines of equal rank are to be told apart."""
    wavers: bool = False
    """Whether its values come from a few batches each: the last one then says too little to be written at its end."""

    @property
    def points(self) -> list[tuple[float, float]]:
        """The epochs and values that can be drawn: those that are numbers."""
        at = self.at if self.at is not None else range(1, len(self.values) + 1)
        return [(epoch, value) for epoch, value in zip(at, self.values, strict=True) if math.isfinite(value)]

    @property
    def kind(self) -> str:
        """Its class in the style sheet."""
        return " accented" if self.accented else f" tone-{self.tone}" if self.tone else ""


@dataclass(frozen=True)
class Scale:
    """A vertical axis that stays the same while curves grow."""

    unit: str
    """What is said of it beside the title."""
    ticks: Sequence[float]
    """From the lowest to the highest."""
    height: Callable[[float], float]
    """How high a value stands, from 0 at the lowest tick to 1 at the highest."""
    text: Callable[[float], str]
    """Writes a value."""


ACCURACIES = Scale(
    "each line up: ten times fewer mistakes",
    (0, 0.9, 0.99, 0.999),
    lambda share: min(1.0, -math.log10(max(1 - share, 0.001)) / 3),
    formatting.short_per_cent,
)
"""Logarithmic in what is read wrong: a rise from nothing shows, and so does the difference between 99.0 and 99.5 %."""


def losses(least: float, greatest: float) -> Scale:
    """Returns a logarithmic scale that holds losses between two values, from one step of `LADDER` to another."""
    low = max((step for step in LADDER if step <= least), default=LADDER[0])
    high = min((step for step in LADDER if step >= greatest), default=LADDER[-1])
    return Scale(
        "cross-entropy: the lower the better",
        [step for step in LADDER if low <= step <= high],
        lambda loss: min(1.0, math.log(max(loss, low) / low) / math.log(high / low)),
        formatting.short_loss,
    )


def accuracy_svg(
    curves: Sequence[Curve], *, title: str = "Accuracy", epochs: int, batches: int | None = None
) -> Markup:
    """Draws accuracies over epochs, as `curves_svg` does."""
    return curves_svg(title, curves, ACCURACIES, epochs=epochs, batches=batches)


def loss_svg(
    curves: Sequence[Curve], *, title: str = "Loss", epochs: int, batches: int | None = None, least: float = 0.0
) -> Markup:
    """Draws losses over epochs, as `curves_svg` does.

    Args:
        curves: as there.
        title: as there.
        epochs: as there.
        batches: as there.
        least: the loss of a perfect network.
    """
    values = [value for curve in curves for _, value in curve.points]
    scale = losses(min([least or USUAL_LOSSES[0], *filter(None, values)]), max([USUAL_LOSSES[1], *values]))
    return curves_svg(title, curves, scale, epochs=epochs, batches=batches)


def curves_svg(title: str, curves: Sequence[Curve], scale: Scale, *, epochs: int, batches: int | None = None) -> Markup:
    """Draws how values change over the epochs, from the beginning.

    Args:
        title: what is shown.
        curves: one or more, those without a value left out; each has its name and its last value at its end.
        scale: of the values.
        epochs: how many there will be.
        batches: how many an epoch has, 0 while nobody knows: a single epoch is counted in them; None to count epochs.
    """
    drawn = [curve for curve in curves if curve.points]
    unit, per_epoch = ("epoch", 1) if epochs > 1 or batches is None else ("batch", batches)
    total = epochs * per_epoch

    def placed(curve: Curve) -> list[tuple[float, float]]:
        return [(EPOCHS.x(epoch / epochs), EPOCHS.y(scale.height(value))) for epoch, value in curve.points]

    content = (
        EPOCHS.vertical_axis_svg((scale.height(tick), scale.text(tick)) for tick in scale.ticks)
        + EPOCHS.horizontal_axis_svg(
            ((count / max(1, per_epoch) / epochs, formatting.count(count)) for count in round_counts(total)), unit
        )
        + Markup("").join(_line(curve, placed(curve)) for curve in drawn)
        + _ends(drawn, scale)
    )
    said = "; ".join(
        f"{curve.name} from {scale.text(curve.points[0][1])} to {scale.text(curve.points[-1][1])}" for curve in drawn
    )
    over = f"{formatting.count(total)} {unit}{'es' if unit == 'batch' else 's' if epochs > 1 else ''}"
    description = f"{title} over {over}: {said}" if drawn else f"{title}: nothing to draw yet"
    return EPOCHS.figure_html(title, content, unit=scale.unit, description=description)


def levels_svg(title: str, unit: str, levels: Sequence[float], curves: Sequence[Curve]) -> Markup:
    """Draws shares, from none to all, over evenly spaced levels.

    Args:
        title: what the levels are levels of.
        unit: of the levels.
        levels: at which the values were measured.
        curves: one or more, with one value for each level; told apart by their accent, their names are read aloud only.
    """
    steps = [number / (len(levels) - 1) for number in range(len(levels))]
    content = (
        LEVELS.vertical_axis_svg((share, formatting.per_cent(share, 0)) for share in QUARTERS)
        + LEVELS.horizontal_axis_svg(zip(steps, map(formatting.shortest, levels), strict=True))
        + Markup("").join(
            _line(curve, [(LEVELS.x(step), LEVELS.y(share)) for step, share in zip(steps, curve.values, strict=True)])
            for curve in sorted(curves, key=lambda curve: curve.accented)
        )
    )
    said = "; ".join(
        f"{curve.name}: "
        + ", ".join(
            f"{formatting.per_cent(share, 1)} at {formatting.shortest(level)}"
            for level, share in zip(levels, curve.values, strict=True)
        )
        for curve in curves
    )
    return LEVELS.figure_html(title, content, unit=unit, description=f"{title}, {unit}: {said}")


def spread(positions: Sequence[float], distance: float, low: float, high: float) -> list[float]:
    """Moves positions apart, in their order, so that neighbours keep a distance and all lie between two others."""
    order = sorted(range(len(positions)), key=lambda index: positions[index])
    moved = list(positions)
    for before, after in itertools.pairwise(order):
        moved[after] = max(moved[after], moved[before] + distance)
    shift = (sum(positions) - sum(moved)) / len(positions)  # as near to where they were as can be
    for number, index in enumerate(order):
        moved[index] = max(moved[index] + shift, low + number * distance)
    for number, index in enumerate(reversed(order)):
        moved[index] = min(moved[index], high - number * distance)
    return moved


def _line(curve: Curve, points: Sequence[tuple[float, float]]) -> Markup:
    name = f"line{curve.kind}"
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    marks = [Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="3"/>').format(name, x, y) for x, y in points]
    shown = Markup("").join(marks if len(points) <= MARKED else [])
    return Markup('<polyline class="{}" points="{}"/>{}').format(name, path, shown)


def _ends(drawn: Sequence[Curve], scale: Scale) -> Markup:
    """Writes the name and the last value of each curve at its end."""
    if not drawn:
        return Markup("")
    last = [curve.points[-1][1] for curve in drawn]
    lowest = EPOCHS.y(0) - END / 2
    ends = spread([EPOCHS.y(scale.height(value)) for value in last], END, EPOCHS.top, lowest)
    x = EPOCHS.width - EPOCHS.right + 10
    return Markup("").join(
        Markup(
            '<text class="curve-name{kind}" x="{x}" y="{y:.1f}">{name}<tspan x="{x}" dy="{dy}">{value}</tspan></text>'
        ).format(
            kind=curve.kind,
            x=x,
            y=end + 4,
            name=curve.name,
            dy=END / 2,
            value="" if curve.wavers else scale.text(value),
        )
        for curve, value, end in zip(drawn, last, ends, strict=True)
    )
