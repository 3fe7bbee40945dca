"""How far a share that was measured may lie from the true one."""

import math

Z_95 = 1.96  # standard deviations on either side that hold 95 % of a normal distribution


def wilson_interval(share: float, count: int) -> tuple[float, float]:
    """Returns where a share seen among `count` truly lies, in 95 of 100 cases (Wilson 1927)."""
    middle = share + Z_95**2 / (2 * count)
    reach = Z_95 * math.sqrt(share * (1 - share) / count + Z_95**2 / (4 * count**2))
    scale = 1 + Z_95**2 / count
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)
