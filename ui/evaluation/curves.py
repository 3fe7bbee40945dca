"""How well one or two models are calibrated, and how robust they are, as charts."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.evaluation.measured import Measured
from mnist_core.evaluation.robustness import DISTURBANCES, WORDS, Disturbance
from mnist_core.export.images import png_uri
from ui.charts.curves import Curve, levels_svg
from ui.charts.reliability import Reliability, reliability_svg
from ui.evaluation.figures import named_values_html


def calibration_html(measured: Sequence[Measured]) -> Markup:
    """Draws the reliability diagram."""
    networks = [Reliability(m.name, m.evaluation.reliability, accented=m is measured[0]) for m in measured]
    return Markup(
        '<section class="calibration"><h2>Calibration</h2><p>Of the digits read with a confidence of 80 %, 80 % should '
        "be right: they then lie on the dashed line. The larger a point, the more digits it stands for; its whisker "
        "is the 95 % confidence interval.</p>{}</section>"
    ).format(reliability_svg(networks))


def robustness_html(measured: Sequence[Measured], sample: npt.NDArray[np.uint8] | None) -> Markup:
    """Draws accuracy against disturbance, with a digit as it looks at each level.

    Args:
        measured: one or two models.
        sample: uint8 (28, 28): the digit; None where no image is at hand.
    """
    count = measured[0].evaluation.robustness.images
    return Markup(
        '<section class="robustness"><h2>Robustness</h2><p>Accuracy on the same {count} test digits, disturbed more '
        "and more. Guessing among ten digits gives 10 %. Another sample of digits would give slightly other "
        'figures: the standard error is {error} at most.</p><div class="disturbances">{charts}'
        '<div class="on-average">{means}'
        "<p>on average over all disturbances and all levels except 0</p></div></div></section>"
    ).format(
        count=formatting.count(count),
        error=formatting.points(0.5 / math.sqrt(count), 1),
        charts=Markup("").join(_chart(measured, disturbance, sample) for disturbance in DISTURBANCES),
        means=named_values_html([(m.name, formatting.per_cent(m.robustness)) for m in measured]),
    )


def _chart(measured: Sequence[Measured], disturbance: Disturbance, sample: npt.NDArray[np.uint8] | None) -> Markup:
    title, unit, meaning = WORDS[disturbance.name]
    curves = [
        Curve(m.name, m.evaluation.robustness.accuracies[disturbance.name], accented=m is measured[0]) for m in measured
    ]
    strip = Markup("").join(
        Markup('<img src="{}" alt="At {}">').format(
            png_uri(disturbance.apply(image, level)[0]), formatting.shortest(level)
        )
        for image in ([] if sample is None else [sample[np.newaxis]])
        for level in disturbance.levels
    )
    return Markup('<div class="disturbance">{}<div class="strip">{}</div><p>{}</p></div>').format(
        levels_svg(title, unit, disturbance.levels, curves), strip, meaning
    )
