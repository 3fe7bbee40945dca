import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.evaluation.intervals import wilson_interval


@pytest.mark.parametrize(("share", "count"), [(0.9, 10), (0.5, 2), (0.25, 400)])
def test_at_the_ends_of_the_interval_the_share_seen_is_two_standard_deviations_away(share, count):
    for truth in wilson_interval(share, count):
        assert abs(share - truth) == pytest.approx(1.96 * (truth * (1 - truth) / count) ** 0.5)


@given(st.integers(1, 10_000), st.data())
def test_what_was_seen_lies_within_what_is_wilson_interval(count, data):
    share = data.draw(st.integers(0, count)) / count
    low, high = wilson_interval(share, count)

    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1
