import re

import numpy as np
import pytest

from mnist_core.data.projection import principal_plane
from ui.dataset.digit_map import STEPS, UNITS, axes_html, legend_html, positions


def test_points_fill_the_square_without_being_stretched():
    placed = np.array(positions(np.array([[-2, 0], [2, 0], [0, 1], [0, -1]], np.float32)))

    assert placed.tolist() == [[0, 500], [UNITS, 500], [500, 750], [500, 250]]


def test_a_single_point_lies_in_the_middle():
    assert positions(np.zeros((1, 2), np.float32)) == [[500, 500]]


def test_what_is_kept_and_what_the_axes_show_is_said(small_mnist):
    plane = principal_plane(small_mnist.x_train)
    shares = re.findall(r"(\d+) % of the variance", axes_html(plane))

    assert f"keeps {100 * plane.shares.sum():.0f} %" in legend_html(300, plane)
    assert [int(share) for share in shares] == pytest.approx(100 * plane.shares, abs=0.5)
    assert axes_html(plane).count("<img") == 2 * len(STEPS)
