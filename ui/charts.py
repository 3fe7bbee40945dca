"""Curves, reliability diagrams and confusion matrices as SVG and HTML: readable in both themes, all numbers as text."""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from mnist_core.evaluation.metrics import Bin

WIDTH, HEIGHT = 440, 250
LEFT, RIGHT, TOP, BOTTOM = 52, 92, 14, 34  # margins, in the chart's own units
SIDE = 300  # of a reliability diagram
Z_95 = 1.96  # standard deviations on either side that hold 95 % of a normal distribution
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
    "each line up: a tenth of the mistakes",
    (0, 0.9, 0.99, 0.999),
    lambda share: min(1.0, -math.log10(max(1 - share, 0.001)) / 3),
    lambda share: f"{100 * share:.4g} %",
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
        lambda loss: f"{loss:.4g}",
    )


def accuracy_svg(curves: Sequence[Curve], *, title: str = "Accuracy", epochs: int, batches: int | None = None) -> str:
    """Draws accuracies over epochs, as `curves_svg` does."""
    return curves_svg(title, curves, ACCURACIES, epochs=epochs, batches=batches)


def loss_svg(
    curves: Sequence[Curve], *, title: str = "Loss", epochs: int, batches: int | None = None, least: float = 0.0
) -> str:
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


def curves_svg(title: str, curves: Sequence[Curve], scale: Scale, *, epochs: int, batches: int | None = None) -> str:
    """Draws a value's way over the epochs, from the begin.

    Args:
        title: what is shown.
        curves: one or more, those without a value left out; each has its name and its last value at its end.
        scale: of the values.
        epochs: how many there will be.
        batches: how many an epoch has, 0 while nobody knows: a single epoch is counted in them; None to count epochs.
    """
    drawn = [curve for curve in curves if curve.points]
    unit, per_epoch = ("epoch", 1) if epochs > 1 or batches is None else ("batch", batches)

    def x(epoch: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * epoch / epochs

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - scale.height(value))

    grid = "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        f'<text class="tick" x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{scale.text(tick)}</text>'
        for tick in scale.ticks
    )
    labels = "".join(
        f'<text class="tick" x="{x(count / max(1, per_epoch)):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">'
        f"{count:,}</text>"
        for count in round_counts(epochs * per_epoch)
    )
    lines = "".join(_line(curve, [(x(epoch), y(value)) for epoch, value in curve.points]) for curve in drawn)
    last = [curve.points[-1][1] for curve in drawn]
    ends = spread([y(value) for value in last], END, TOP, HEIGHT - BOTTOM - END / 2) if drawn else []
    names = "".join(
        f'<text class="curve-name{curve.kind}" x="{WIDTH - RIGHT + 10}" y="{place + 4:.1f}">{escape(curve.name)}'
        f'<tspan x="{WIDTH - RIGHT + 10}" dy="{END / 2}">{"" if curve.wavers else scale.text(value)}</tspan></text>'
        for curve, value, place in zip(drawn, last, ends, strict=True)
    )
    said = "; ".join(
        f"{curve.name} from {scale.text(curve.points[0][1])} to {scale.text(curve.points[-1][1])}" for curve in drawn
    )
    over = f"{epochs * per_epoch:,} {unit}{'es' if unit == 'batch' else 's' if epochs > 1 else ''}"
    description = escape(f"{title} over {over}: {said}" if drawn else f"{title}: nothing to draw yet")
    return (
        f'<figure class="curves"><figcaption>{escape(title)}<span class="unit">, {escape(scale.unit)}</span>'
        f'</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{description}">'
        f'{grid}{labels}<text class="tick" x="{WIDTH - RIGHT + 16}" y="{HEIGHT - BOTTOM + 20}">{unit}</text>'
        f"{lines}{names}</svg></figure>"
    )


def levels_svg(title: str, unit: str, levels: Sequence[float], curves: Sequence[Curve]) -> str:
    """Draws shares, from none to all, over evenly spaced levels.

    Args:
        title: what the levels are levels of.
        unit: of the levels.
        levels: where the values belong.
        curves: one or more, with one value for each level; told apart by their accent, their names are read aloud only.
    """
    right = 16

    def x(place: float) -> float:
        return LEFT + (WIDTH - LEFT - right) * place / (len(levels) - 1)

    def y(share: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)

    grid = "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - right}" y1="{y(share):.1f}" y2="{y(share):.1f}"/>'
        f'<text class="tick" x="{LEFT - 8}" y="{y(share) + 4:.1f}" text-anchor="end">{100 * share:g} %</text>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    labels = "".join(
        f'<text class="tick" x="{x(place):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{signed(level)}</text>'
        for place, level in enumerate(levels)
    )
    lines = "".join(
        _line(curve, [(x(place), y(share)) for place, share in enumerate(curve.values)])
        for curve in sorted(curves, key=lambda curve: curve.accented)
    )
    said = "; ".join(
        f"{curve.name}: "
        + ", ".join(f"{100 * share:.1f} % at {level:g}" for level, share in zip(levels, curve.values, strict=True))
        for curve in curves
    )
    return (
        f'<figure class="curves"><figcaption>{escape(title)}<span class="unit">, {escape(unit)}</span></figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(f"{title}, {unit}: {said}")}">'
        f"{grid}{labels}{lines}</svg></figure>"
    )


@dataclass(frozen=True)
class Reliability:
    """A network's calibration bins for a chart."""

    name: str
    bins: Sequence[Bin]
    accented: bool = False


def reliability_svg(networks: Sequence[Reliability]) -> str:
    """Draws how often networks are right against how sure they are.

    The larger a point the more images it stands for; its whisker holds the truth in 95 of 100 cases.
    """
    left, bottom = 44, 40

    def x(share: float) -> float:
        return left + (SIDE - left - 12) * share

    def y(share: float) -> float:
        return TOP + (SIDE - TOP - bottom) * (1 - share)

    ticks = "".join(
        f'<line class="grid" x1="{x(0)}" x2="{x(1)}" y1="{y(share):.1f}" y2="{y(share):.1f}"/>'
        f'<text class="tick" x="{x(0) - 8}" y="{y(share) + 4:.1f}" text-anchor="end">{100 * share:g} %</text>'
        f'<text class="tick" x="{x(share):.1f}" y="{y(0) + 18:.1f}" text-anchor="middle">{100 * share:g} %</text>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    marks = ""
    for network in sorted(networks, key=lambda network: network.accented):
        name = "line accented" if network.accented else "line"
        for bin in network.bins:
            low, high = likely(bin.accuracy, bin.images)
            said = f"{bin.images:,} images: {100 * bin.confidence:.0f} % sure, {100 * bin.accuracy:.0f} % right"
            place = f"{x(bin.confidence):.1f}"
            marks += (
                f'<g><title>{escape(network.name)}, {said}</title><line class="whisker {name}" x1="{place}" '
                f'x2="{place}" y1="{y(low):.1f}" y2="{y(high):.1f}"/>'
                f'<circle class="{name}" cx="{place}" cy="{y(bin.accuracy):.1f}" '
                f'r="{2.5 + 1.2 * math.log10(bin.images):.1f}"/></g>'
            )
    return (
        '<figure class="curves reliability"><figcaption>Right<span class="unit">, against sure</span></figcaption>'
        f'<svg viewBox="0 0 {SIDE} {SIDE}" role="img" aria-label="How often it is right against how sure it is">'
        f'{ticks}<line class="ideal" x1="{x(0)}" x2="{x(1)}" y1="{y(0)}" y2="{y(1)}"/>{marks}</svg></figure>'
    )


def likely(share: float, count: int) -> tuple[float, float]:
    """Gives the Wilson interval: where a share that was seen among so many lies in truth, in 95 of 100 cases."""
    middle = share + Z_95**2 / (2 * count)
    reach = Z_95 * math.sqrt(share * (1 - share) / count + Z_95**2 / (4 * count**2))
    scale = 1 + Z_95**2 / count
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def signed(number: float) -> str:
    """Writes a number with a true minus sign."""
    return f"{number:g}".replace("-", "−")


def round_steps(low: float, high: float) -> list[float]:
    """Gives three to six round numbers, evenly spaced, the first not above `low` and the last not below `high`."""
    span = high - low or abs(high) or 1.0
    magnitude = 10.0 ** math.floor(math.log10(span / 4))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= span / 4)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, max(last, first + 1) + 1)]


def round_counts(most: int) -> list[int]:
    """Returns 0 and whole, round numbers up to `most`, evenly spaced, at most seven."""
    steps = (multiple * 10**power for power in itertools.count() for multiple in (1, 2, 5))
    return list(range(0, most + 1, next(step for step in steps if 6 * step >= most)))


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


def confusion_html(title: str, confusion: Sequence[Sequence[int]], chosen: tuple[int, int] | None = None) -> str:
    """Shows a confusion matrix as a table to choose from: a row for each true digit, a column for each digit read.

    Right readings stand in the diagonal; mistakes are tinted, the more the stronger. The last column is the share read
    right, in per cent.

    Args:
        title: whose it is.
        confusion: the counts.
        chosen: the cell that is marked: the true digit and the one read.
    """
    worst = max((n for row, counts in enumerate(confusion) for n in _without(counts, row)), default=0) or 1
    head = "".join(f'<th scope="col">{digit}</th>' for digit in range(len(confusion)))
    body = ""
    for digit, counts in enumerate(confusion):
        cells = "".join(
            _cell(digit, column, n, math.sqrt(n / worst), (digit, column) == chosen) for column, n in enumerate(counts)
        )
        share = f"{100 * counts[digit] / sum(counts):.1f}" if sum(counts) else "–"
        body += f'<tr><th scope="row">{digit}</th>{cells}<td class="share">{share}</td></tr>'
    return (
        f'<div class="confusion"><table><caption>{escape(title)}</caption>'
        f'<thead><tr><td></td>{head}<th scope="col" title="Read right, per cent">%</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(true: int, read: int, count: int, share: float, chosen: bool) -> str:
    if not count:
        return "<td>·</td>"
    kind = 'class="right"' if true == read else f'class="mistake" style="--share:{share:.2f}"'
    said = f"{true} read as {read}: {count:,}"
    return (
        f'<td {kind}><button type="button" data-choice="{true}-{read}" aria-pressed="{str(chosen).lower()}" '
        f'aria-label="{said}" title="{said}">{count:,}</button></td>'
    )


def _line(curve: Curve, points: Sequence[tuple[float, float]]) -> str:
    name = f"line{curve.kind}"
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    marks = "".join(f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points)
    return f'<polyline class="{name}" points="{path}"/>{marks if len(points) <= MARKED else ""}'


def _without(counts: Sequence[int], index: int) -> list[int]:
    return [*counts[:index], *counts[index + 1 :]]
