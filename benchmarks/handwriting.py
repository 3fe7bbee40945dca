"""Speed of writing digits: `python -m benchmarks.handwriting [--json]`.

Digits in all pen styles are drawn and framed for the network, on one core. In the same run, so are drawings that are no
digits.
"""

import json
import statistics
import time
from collections.abc import Callable

import numpy as np

from benchmarks import command_line
from mnist_core.synthesis import handwriting, non_digits

COUNT, ROUNDS = 1000, 7


def per_second(draw: Callable[[int], object]) -> float:
    """Returns how many are drawn in a second of processor time: the median of `ROUNDS`."""
    draw(COUNT)
    rates = []
    for _ in range(ROUNDS):
        started = time.process_time()
        draw(COUNT)
        rates.append(COUNT / (time.process_time() - started))
    return round(statistics.median(rates))


def main() -> None:
    parser = command_line.parser("handwriting", __doc__)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    some, _ = handwriting.digits(100, rng)
    result = {
        "digits_per_second": per_second(lambda count: handwriting.digits(count, rng)),
        "non_digits_per_second": per_second(lambda count: non_digits.draw(count, rng, some)),
    }
    if options.json:
        print(json.dumps(result))
    else:
        print("\n".join(f"{name.replace('_', ' '):<22} {rate:,}" for name, rate in result.items()))


if __name__ == "__main__":
    main()
