"""The area of a chart, its two axes, and the figure around it; and the round numbers that stand at axes."""

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

_GRID = Markup(
    '<line class="grid" x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
    '<text class="tick" x="{text_x}" y="{text_y:.1f}" text-anchor="end">{text}</text>'
)
_LABEL = Markup('<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{}</text>')
_FIGURE = Markup(
    '<figure class="curves{kind}"><figcaption>{title}{unit}</figcaption>'
    '<svg viewBox="0 0 {width} {height}" role="img" aria-label="{description}">{content}</svg></figure>'
)


@dataclass(frozen=True)
class Plot:
    """Where the values of a chart stand; all lengths are in the chart's own units."""

    width: int
    height: int
    left: int
    """The margins, which hold the axes."""
    right: int
    top: int
    bottom: int

    def x(self, share: float) -> float:
        """Returns the position of a share of the width, from 0 at the left to 1 at the right."""
        return self.left + (self.width - self.left - self.right) * share

    def y(self, share: float) -> float:
        """Returns the position of a share of the height, from 0 at the bottom to 1 at the top."""
        return self.top + (self.height - self.top - self.bottom) * (1 - share)

    def vertical_axis_svg(self, ticks: Iterable[tuple[float, str]]) -> Markup:
        """Draws a line across the chart for each share of the height, and writes what it stands for at its left."""
        return Markup("").join(
            _GRID.format(
                left=self.left,
                right=self.width - self.right,
                y=self.y(share),
                text_x=self.left - 8,
                text_y=self.y(share) + 4,
                text=text,
            )
            for share, text in ticks
        )

    def horizontal_axis_svg(self, ticks: Iterable[tuple[float, str]], unit: str = "", unit_gap: int = 16) -> Markup:
        """Writes beneath the chart what each share of the width stands for, and the unit at the right end."""
        baseline = self.height - self.bottom + 20
        labels = Markup("").join(_LABEL.format(self.x(share), baseline, text) for share, text in ticks)
        named = Markup('<text class="tick" x="{}" y="{}">{}</text>')
        return labels + (named.format(self.width - self.right + unit_gap, baseline, unit) if unit else "")

    def figure_html(self, title: str, content: Markup, *, unit: str = "", description: str, kind: str = "") -> Markup:
        """Puts a caption over what was drawn, and a description for those who cannot see it.

        Args:
            title: what is shown.
            content: SVG.
            unit: what is said of the values beside the title.
            description: what is read aloud in the place of the chart.
            kind: its further class in the style sheet.
        """
        return _FIGURE.format(
            kind=f" {kind}" if kind else "",
            title=title,
            unit=Markup('<span class="unit">, {}</span>').format(unit) if unit else "",
            width=self.width,
            height=self.height,
            description=description,
            content=content,
        )


def round_steps(low: float, high: float) -> list[float]:
    """Returns three to six round numbers, evenly spaced, the first not above `low` and the last not below `high`."""
    span = high - low or abs(high) or 1.0
    magnitude = 10.0 ** math.floor(math.log10(span / 4))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= span / 4)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, max(last, first + 1) + 1)]


def round_counts(most: int) -> list[int]:
    """Returns 0 and whole, round numbers up to `most`, evenly spaced, at most seven."""
    steps = (multiple * 10**power for power in itertools.count() for multiple in (1, 2, 5))
    return list(range(0, most + 1, next(step for step in steps if 6 * step >= most)))
