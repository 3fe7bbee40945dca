from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ui.charts.axes import round_counts, round_steps

NUMBERS = st.floats(-1e6, 1e6).filter(lambda number: number == 0 or abs(number) > 1e-6)


@settings(deadline=None)
@given(NUMBERS, NUMBERS)
def test_the_steps_of_an_axis_are_few_even_and_hold_all_values(a, b):
    low, high = min(a, b), max(a, b)
    steps = round_steps(low, high)
    gaps = [after - before for before, after in pairwise(steps)]
    tolerance = 1e-6 * gaps[0] + 1e-9 * max(abs(low), abs(high))  # and that of floating-point numbers

    assert 2 <= len(steps) <= 7
    assert max(gaps) - min(gaps) <= tolerance
    assert steps[0] <= low + tolerance
    assert steps[-1] >= high - tolerance


@pytest.mark.parametrize(
    ("low", "high", "steps"),
    [
        (0.947, 0.994, [0.94, 0.96, 0.98, 1.0]),
        (0.285, 0.415, [0.25, 0.3, 0.35, 0.4, 0.45]),
        (3, 3, [3, 4]),
    ],
)
def test_the_steps_of_an_axis_are_round_numbers(low, high, steps):
    assert round_steps(low, high) == pytest.approx(steps)


@pytest.mark.parametrize(
    ("most", "counts"),
    [
        (1, [0, 1]),
        (5, [0, 1, 2, 3, 4, 5]),
        (10, [0, 2, 4, 6, 8, 10]),
        (13, [0, 5, 10]),
        (40, [0, 10, 20, 30, 40]),
    ],
)
def test_epochs_are_counted_in_whole_round_steps(most, counts):
    assert round_counts(most) == counts


@settings(deadline=None)
@given(st.integers(1, 100_000))
def test_counts_are_few_and_reach_far(most):
    counts = round_counts(most)

    assert 2 <= len(counts) <= 7
    assert most - counts[-1] < counts[1] <= most
