"""How figures are written on all pages: per cent, percentage points, counts, durations, dates, sizes."""

import math
from collections.abc import Sequence
from datetime import datetime

MISSING = "–"
"""Stands where there is no figure."""
JUST_NOW_S = 120
MINUS = "−"  # as wide as a plus, where a hyphen is not


def per_cent(share: float | None, decimals: int = 2) -> str:
    """Writes a share in [0, 1] as per cent: 99.52 %; a missing one, None or NaN, as `MISSING`."""
    return MISSING if share is None or math.isnan(share) else f"{100 * share:.{decimals}f} %"


def short_per_cent(share: float, digits: int = 4) -> str:
    """Writes a share as per cent with no more decimals than it has, and so many digits at most: 90 %, 99.52 %."""
    return f"{100 * share:.{digits}g} %"


def confidence(share: float) -> str:
    """Writes a confidence in [0, 1] as a whole per cent, and never as none or all: <1 %, 50 %, >99 %."""
    percentage = round(100 * share)
    if percentage < 1:
        return "<1 %"
    return ">99 %" if percentage > 99 else f"{percentage} %"


def points(difference: float, decimals: int = 2) -> str:
    """Writes the size of a difference between shares in percentage points: 0.07 points."""
    return f"{100 * difference:.{decimals}f} points"


def signed_points(difference: float) -> str:
    """Writes a difference between shares in percentage points, with its sign: +0.07 points."""
    return _with_true_minus(f"{100 * difference:+.2f} points")


def mean_and_deviation(mean: float | None, deviation: float | None) -> str:
    """Writes the mean of shares and their standard deviation, as far as they are known: 99.10 % ± 0.12."""
    return per_cent(mean) if deviation is None else f"{per_cent(mean)} ± {100 * deviation:.2f}"


def count(number: int) -> str:
    """Writes a whole number with its thousands apart: 60,000."""
    return f"{number:,}"


def counted(number: int, singular: str) -> str:
    """Writes how many of something there are: 1 mistake, 2 mistakes."""
    return f"{count(number)} {singular}{'' if number == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """Writes names in a row: "a, b and c"."""
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last


def subset(images: int | None) -> str:
    """Writes how many images a run is trained on; None are all."""
    return "all" if images is None else count(images)


def loss(value: float | None) -> str:
    """Writes a loss with four decimals; a missing one as `MISSING`."""
    return MISSING if value is None else f"{value:.4f}"


def short_loss(value: float) -> str:
    """Writes a loss with no more decimals than it has, and four digits at most: 0.3, 0.5514."""
    return f"{value:.4g}"


def probability(share: float) -> str:
    """Writes a probability as the number that a network puts out, with six decimals."""
    return f"{share:.6f}"


def temperature(value: float) -> str:
    """Writes a temperature, which calibrates a network, with two decimals."""
    return f"{value:.2f}"


def logit(value: float) -> str:
    """Writes a logit with three decimals."""
    return _with_true_minus(f"{value:.3f}")


def shortest(number: float) -> str:
    """Writes a number with no more decimals than it has: −15, 0.5."""
    return _with_true_minus(f"{number:g}")


def shape(sizes: Sequence[int]) -> str:
    """Writes the shape of an array: 60,000 × 28 × 28."""
    return " × ".join(map(count, sizes))


def megabytes(n_bytes: int, decimals: int = 1) -> str:
    """Writes a size in megabytes, 10**6 bytes each."""
    return f"{n_bytes / 1e6:,.{decimals}f} MB"


def kilobytes(n_bytes: int) -> str:
    """Writes a size in whole kilobytes, 1,000 bytes each."""
    return f"{n_bytes / 1e3:,.0f} kB"


def milliseconds(duration_ms: float) -> str:
    """Writes a time of milliseconds with two decimals."""
    return f"{duration_ms:.2f} ms"


def duration(seconds: float) -> str:
    """Writes a duration in its two largest units: 2 min 47 s."""
    minutes, rest_s = divmod(round(seconds), 60)
    hours, rest_min = divmod(minutes, 60)
    if hours:
        return f"{hours} h {rest_min} min"
    return f"{minutes} min {rest_s} s" if minutes else f"{rest_s} s"


def time_left(seconds: float) -> str:
    """Writes how long something will go on, no more exactly than anybody can know."""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 100:
        return f"about {math.ceil(seconds / 10) * 10} s left"
    return f"about {duration(math.ceil(seconds / 60) * 60).removesuffix(' 0 s')} left"


def day(moment: datetime) -> str:
    """Writes the day of a moment: 22 November 2026."""
    return f"{moment.day} {moment:%B %Y}"


def recently(moment: datetime, now: datetime) -> str:
    """Writes when something was, as one says it: just now, today, yesterday, on Tuesday, on 3 November 2026.

    Args:
        moment: when it was, in the time zone of whoever reads this.
        now: in the same time zone.
    """
    days = (now.date() - moment.date()).days
    if days <= 0:
        return "just now" if (now - moment).total_seconds() < JUST_NOW_S else "today"
    if days == 1:
        return "yesterday"
    return f"on {moment:%A}" if days < 7 else f"on {day(moment)}"


def minute(moment: datetime) -> str:
    """Writes a moment in UTC to the minute: 22 Nov 2026, 14:05 UTC."""
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def _with_true_minus(written: str) -> str:
    return written.replace("-", MINUS)
