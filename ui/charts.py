"""Learning curves and confusion matrices as SVG and HTML: readable in both themes, and with all numbers as text."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 440, 250
LEFT, RIGHT, TOP, BOTTOM = 52, 92, 14, 34  # margins, in the chart's own units
MARKED = 12  # up to so many epochs each has a mark on the line


@dataclass(frozen=True)
class Curve:
    """A line of a chart; the accented one is the one that counts."""

    name: str
    values: Sequence[float]
    accented: bool = False


def curves_svg(title: str, curves: Sequence[Curve], *, per_cent: bool = False) -> str:
    """Draws a value's way over the epochs.

    Args:
        title: what is shown.
        curves: one or more, equally long, one value for each epoch from 1.
        per_cent: whether the values are shares.
    """
    values = [value for curve in curves for value in curve.values]
    ticks = round_steps(min(values), max(values))
    low, high = ticks[0], ticks[-1]
    epochs = len(curves[0].values)

    def x(epoch: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * ((epoch - 1) / (epochs - 1) if epochs > 1 else 0.5)

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    def text(value: float) -> str:
        return f"{100 * value:.4g} %" if per_cent else f"{value:.4g}"

    grid = "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        f'<text class="tick" x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{text(tick)}</text>'
        for tick in ticks
    )
    labels = "".join(
        f'<text class="tick" x="{x(epoch):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{epoch}</text>'
        for epoch in sorted({1, math.ceil(epochs / 2), epochs})
    )
    lines = "".join(
        _line(curve, [(x(epoch), y(value)) for epoch, value in enumerate(curve.values, 1)]) for curve in curves
    )
    ends = spread([y(curve.values[-1]) for curve in curves], 17)
    names = "".join(
        f'<text class="curve-name{" accented" if curve.accented else ""}" x="{WIDTH - RIGHT + 10}" y="{end + 4:.1f}">'
        f"{escape(curve.name)}</text>"
        for curve, end in zip(curves, ends, strict=True)
    )
    said = "; ".join(f"{curve.name} from {text(curve.values[0])} to {text(curve.values[-1])}" for curve in curves)
    description = escape(f"{title} over {epochs} epochs: {said}")
    return (
        f'<figure class="curves"><figcaption>{escape(title)}</figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{description}">'
        f'{grid}{labels}<text class="tick" x="{WIDTH - RIGHT + 16}" y="{HEIGHT - BOTTOM + 20}">epoch</text>'
        f"{lines}{names}</svg></figure>"
    )


def round_steps(low: float, high: float) -> list[float]:
    """Gives three to six round numbers, evenly spaced, the first not above `low` and the last not below `high`."""
    span = high - low or abs(high) or 1.0
    magnitude = 10.0 ** math.floor(math.log10(span / 4))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= span / 4)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, max(last, first + 1) + 1)]


def spread(positions: Sequence[float], distance: float) -> list[float]:
    """Moves positions apart so that neighbours keep a distance; their order and their mean stay."""
    order = sorted(range(len(positions)), key=lambda index: positions[index])
    moved = list(positions)
    for before, after in itertools.pairwise(order):
        moved[after] = max(moved[after], moved[before] + distance)
    shift = (sum(positions) - sum(moved)) / len(positions)
    return [position + shift for position in moved]


def confusion_html(confusion: Sequence[Sequence[int]]) -> str:
    """Shows a confusion matrix as a table: a row for each true digit, a column for each digit read.

    Right readings stand in the diagonal; mistakes are tinted, the more the stronger. The last column is the share read
    right.
    """
    worst = max((n for row, counts in enumerate(confusion) for n in _without(counts, row)), default=0) or 1
    head = "".join(f'<th scope="col">{digit}</th>' for digit in range(len(confusion)))
    body = ""
    for digit, counts in enumerate(confusion):
        cells = "".join(
            f'<td class="right">{n:,}</td>'
            if column == digit
            else (f'<td class="mistake" style="--share:{math.sqrt(n / worst):.2f}">{n:,}</td>' if n else "<td>·</td>")
            for column, n in enumerate(counts)
        )
        share = counts[digit] / sum(counts) if sum(counts) else math.nan
        body += f'<tr><th scope="row">{digit}</th>{cells}<td class="share">{100 * share:.1f}</td></tr>'
    return (
        '<div class="confusion"><table><caption>Rows: the digit that was written. Columns: the digit that was read. '
        f'Mistakes are tinted.</caption><thead><tr><td></td>{head}<th scope="col">right, %</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _line(curve: Curve, points: Sequence[tuple[float, float]]) -> str:
    name = "line accented" if curve.accented else "line"
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    marks = "".join(f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points)
    return f'<polyline class="{name}" points="{path}"/>{marks if len(points) <= MARKED else ""}'


def _without(counts: Sequence[int], index: int) -> list[int]:
    return [*counts[:index], *counts[index + 1 :]]
