"""Accuracy against size: which version of a network costs what."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mnist_core import formatting
from ui.charts.axes import Plot, round_steps

SIDE, NAME = 60, 20  # the left margin, and the height of a name
HEIGHT, BOTTOM = 190, 36  # of the area of the values, and beneath it
DOUBLINGS = (1, 2, 5)  # of powers of ten: the sizes that stand at the axis

_VERSION = Markup(
    '<g><title>{said}</title><line class="leader" x1="{x:.1f}" x2="{x:.1f}" y1="{name_y:.1f}" y2="{low:.1f}"/>'
    '<text class="curve-name{kind}" x="{text_x:.1f}" y="{text_y:.1f}">{name}</text>{marks}</g>'
)
_MARK = Markup('<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>')


@dataclass(frozen=True)
class Version:
    """A version of a network for a chart."""

    name: str
    size_bytes: int
    accuracy: float
    """On the test images."""
    drawn: float | None = None
    """On pen-drawn digits, where that is known."""
    accented: bool = False


def tradeoff_svg(versions: Sequence[Version], title: str, unit: str) -> Markup:
    """Draws accuracies against sizes, whose axis is logarithmic, with the name of each version above its marks.

    The smallest stands at the left with its name at the top, so that no line crosses a name.

    Args:
        versions: one or more; a filled mark is its accuracy on test images, an open one that on drawn digits.
        title: what is shown.
        unit: what is said of it beside the title.
    """
    by_size = sorted(versions, key=lambda version: version.size_bytes)
    plot = Plot(440, NAME * len(by_size) + HEIGHT + BOTTOM, SIDE, 72, NAME * len(by_size) + 12, BOTTOM)
    shares = [share for one in versions for share in (one.accuracy, one.drawn) if share is not None]
    ticks = round_steps(min(shares), max(shares))
    sizes = _sizes(by_size[0].size_bytes, by_size[-1].size_bytes)

    def x(size_bytes: float) -> float:
        return plot.x(_along(size_bytes, sizes))

    def y(share: float) -> float:
        return plot.y((share - ticks[0]) / (ticks[-1] - ticks[0]))

    content = plot.vertical_axis_svg(
        ((tick - ticks[0]) / (ticks[-1] - ticks[0]), formatting.short_per_cent(tick)) for tick in ticks
    ) + plot.horizontal_axis_svg((_along(size, sizes), formatting.kilobytes(size)) for size in sizes)
    for number, one in enumerate(by_size):
        marks = [_MARK.format(kind="line accented" if one.accented else "line", x=x(one.size_bytes), y=y(one.accuracy))]
        if one.drawn is not None:
            kind = "open accented" if one.accented else "open"
            marks.append(_MARK.format(kind=kind, x=x(one.size_bytes), y=y(one.drawn)))
        reached = [one.accuracy, *([] if one.drawn is None else [one.drawn])]
        content += _VERSION.format(
            said=_said(one),
            kind=" accented" if one.accented else "",
            x=x(one.size_bytes),
            name_y=NAME * number + 3,
            low=y(min(reached)),
            text_x=x(one.size_bytes) + 5,
            text_y=NAME * number + 15,
            name=one.name,
            marks=Markup("").join(marks),
        )
    said = "; ".join(map(_said, by_size))
    return plot.figure_html(title, content, unit=unit, description=f"{title}, {unit}: {said}", kind="tradeoff")


def _said(version: Version) -> str:
    drawn = "" if version.drawn is None else f", {formatting.per_cent(version.drawn)} of pen-drawn digits"
    return (
        f"{version.name}: {formatting.kilobytes(version.size_bytes)}, {formatting.per_cent(version.accuracy)} of MNIST"
        f"{drawn}"
    )


def _sizes(least: int, most: int) -> list[int]:
    """Returns round sizes for an axis, the first below all and the last above all."""
    powers = range(math.floor(math.log10(least)) - 1, math.ceil(math.log10(most)) + 2)
    steps = [step * 10**power for power in powers for step in DOUBLINGS if power >= 0]
    low = max((step for step in steps if step < least), default=1)
    high = min(step for step in steps if step > most)
    return [step for step in steps if low <= step <= high]


def _along(size_bytes: float, sizes: Sequence[int]) -> float:
    """Returns where a size stands between the first and the last."""
    return math.log(size_bytes / sizes[0]) / math.log(sizes[-1] / sizes[0])
