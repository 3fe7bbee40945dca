import numpy as np

from mnist_core.evaluation.robustness import DISTURBANCES
from ui.evaluation import curves


def test_every_disturbance_has_a_chart_in_words_people_know(shipped, other):
    sample = np.zeros((28, 28), np.uint8)
    html = curves.robustness_html([shipped, other], sample)

    assert set(curves.WORDS) == {disturbance.name for disturbance in DISTURBANCES}
    assert html.count("<svg") == len(DISTURBANCES)
    assert html.count("<img") == sum(len(disturbance.levels) for disturbance in DISTURBANCES)
    assert "<img" not in curves.robustness_html([shipped], None)
