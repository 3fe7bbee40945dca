"""Where a stroke may be cut."""

from itertools import combinations

import numpy as np
import pytest

from mnist_core.drawing.framing import Ink, crop
from mnist_core.drawing.strokes import Stroke, render
from mnist_core.reading import seams

ANGLES = np.linspace(0, 2 * np.pi, 60)
RING = np.column_stack([20 + 14 * np.cos(ANGLES), 22 + 18 * np.sin(ANGLES)])
BAR = np.array([[20.0, 4.0], [20.0, 40.0]])


def stroke(*lines: Stroke) -> Ink:
    """A stroke of some 40 rows, by a pen of 4."""
    return crop(render(lines, 120, 4))


@pytest.mark.parametrize("rings", [2, 3])
def test_rings_that_touch_are_cut_where_they_touch(rings):
    shape = stroke(*(RING + np.array([number * 30, 0]) for number in range(rings)))
    places = [float(seam.path.mean()) for seam in seams.find(shape)]
    for touch in range(1, rings):
        assert min(abs(place - touch * shape.shape[1] / rings) for place in places) < 2


@pytest.mark.parametrize("lines", [[RING], [BAR]], ids=["ring", "bar"])
def test_what_leaves_too_little_on_one_side_is_no_seam(lines):
    shape = stroke(*lines)
    for seam in seams.find(shape):
        left = np.where(np.arange(shape.shape[1]) <= seam.path[:, np.newaxis], shape, 0).sum() / shape.sum()
        assert seams.LEAST_PART <= left <= 1 - seams.LEAST_PART


def test_seams_are_ordered_and_apart():
    shape = stroke(*(RING + np.array([number * 30, 0]) for number in range(4)))
    found = seams.find(shape)
    places = [float(seam.path.mean()) for seam in found]
    assert places == sorted(places)
    distances = [np.abs(one.path - other.path).mean() for one, other in combinations(found, 2)]
    assert min(distances) >= seams.SEAM_DISTANCE * len(shape)
    assert 3 <= len(found) <= seams.MOST_CUTS


def test_a_seam_costs_more_the_more_ink_it_crosses():
    bridges = [np.array([[20.0, y], [50.0, y]]) for y in (12.0, 32.0)]
    one, two = (
        min(seam.cost for seam in seams.find(stroke(BAR, BAR + np.array([30, 0]), *bridges[:number])))
        for number in (1, 2)
    )
    assert seams.CUT < one < two
