"""Reliability diagrams: how often networks are right against how confident they are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mnist_core import formatting
from mnist_core.evaluation.intervals import wilson_interval
from mnist_core.evaluation.results import Bin
from ui.charts.axes import Plot

SQUARE = Plot(width=300, height=300, left=44, right=12, top=14, bottom=40)
QUARTERS = (0, 0.25, 0.5, 0.75, 1)

_MARK = Markup(
    '<g><title>{said}</title><line class="whisker {kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>'
    '<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/></g>'
)


@dataclass(frozen=True)
class Reliability:
    """A network's calibration bins for a chart."""

    name: str
    bins: Sequence[Bin]
    accented: bool = False


def reliability_svg(networks: Sequence[Reliability]) -> Markup:
    """Draws the accuracy of networks against their confidence, a point for each bin.

    The larger a point the more images it stands for; its whisker holds the true accuracy in 95 of 100 cases.
    """
    ticks = [(share, formatting.per_cent(share, 0)) for share in QUARTERS]
    ideal = Markup('<line class="ideal" x1="{}" x2="{}" y1="{}" y2="{}"/>')
    content = (
        SQUARE.vertical_axis_svg(ticks)
        + SQUARE.horizontal_axis_svg(ticks)
        + ideal.format(SQUARE.x(0), SQUARE.x(1), SQUARE.y(0), SQUARE.y(1))
        + Markup("").join(
            _mark(network, bin)
            for network in sorted(networks, key=lambda network: network.accented)
            for bin in network.bins
        )
    )
    return SQUARE.figure_html(
        "Accuracy", content, unit="against confidence", description="Accuracy against confidence", kind="reliability"
    )


def _mark(network: Reliability, bin: Bin) -> Markup:
    low, high = wilson_interval(bin.accuracy, bin.images)
    said = (
        f"{network.name}, {formatting.counted(bin.images, 'image')}: confidence "
        f"{formatting.per_cent(bin.confidence, 0)}, accuracy {formatting.per_cent(bin.accuracy, 0)}"
    )
    return _MARK.format(
        said=said,
        kind="line accented" if network.accented else "line",
        x=SQUARE.x(bin.confidence),
        y=SQUARE.y(bin.accuracy),
        low=SQUARE.y(low),
        high=SQUARE.y(high),
        radius=2.5 + 1.2 * math.log10(bin.images),
    )
