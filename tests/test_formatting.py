from datetime import UTC, datetime

import pytest

from mnist_core import formatting


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formatting.per_cent(0.9952), "99.52 %"),
        (formatting.per_cent(0.25, 0), "25 %"),
        (formatting.per_cent(None), "–"),
        (formatting.per_cent(float("nan")), "–"),
        (formatting.short_per_cent(0.9), "90 %"),
        (formatting.short_per_cent(0.99521), "99.52 %"),
        (formatting.points(0.0123), "1.23 points"),
        (formatting.signed_points(0.0007), "+0.07 points"),
        (formatting.signed_points(-0.0123), "−1.23 points"),
        (formatting.mean_and_deviation(None, None), "–"),
        (formatting.mean_and_deviation(0.991, None), "99.10 %"),
        (formatting.mean_and_deviation(0.991, 0.0012), "99.10 % ± 0.12"),
        (formatting.counted(1, "mistake"), "1 mistake"),
        (formatting.counted(1200, "mistake"), "1,200 mistakes"),
        (formatting.subset(None), "all"),
        (formatting.subset(6000), "6,000"),
        (formatting.loss(0.02345), "0.0234"),
        (formatting.loss(None), "–"),
        (formatting.short_loss(0.3), "0.3"),
        (formatting.short_loss(0.55139), "0.5514"),
        (formatting.probability(0.1234567), "0.123457"),
        (formatting.temperature(0.586), "0.59"),
        (formatting.logit(-1.5), "−1.500"),
        (formatting.shortest(-15.0), "−15"),
        (formatting.shape((60_000, 28, 28)), "60,000 × 28 × 28"),
        (formatting.megabytes(1_234_567), "1.2 MB"),
        (formatting.kilobytes(1_234_567), "1,235 kB"),
        (formatting.milliseconds(0.256), "0.26 ms"),
        (formatting.day(datetime(2026, 11, 2, tzinfo=UTC)), "2 November 2026"),
        (formatting.minute(datetime(2026, 11, 2, 4, 5, tzinfo=UTC)), "2 Nov 2026, 04:05 UTC"),
    ],
)
def test_figures_are_written_as_people_write_them(written, expected):
    assert written == expected


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0.0, "<1 %"),
        (0.0049, "<1 %"),
        (0.006, "1 %"),
        (0.494, "49 %"),
        (0.994, "99 %"),
        (0.9951, ">99 %"),
        (1.0, ">99 %"),
    ],
)
def test_a_confidence_is_a_whole_per_cent_and_never_none_or_all(share, written):
    assert formatting.confidence(share) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.4, "0 s"), (59.4, "59 s"), (166.9, "2 min 47 s"), (3600, "1 h 0 min"), (7384, "2 h 3 min")],
)
def test_a_duration_has_its_two_largest_units(seconds, written):
    assert formatting.duration(seconds) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "a few seconds left"),
        (9.9, "a few seconds left"),
        (11, "about 20 s left"),
        (90, "about 90 s left"),
        (101, "about 2 min left"),
        (3700, "about 1 h 2 min left"),
    ],
)
def test_the_time_left_is_no_more_exact_than_anybody_can_know(seconds, written):
    assert formatting.time_left(seconds) == written
