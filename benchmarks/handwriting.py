"""How fast digits are written: `python -m benchmarks.handwriting [--json]`.

Digits in all pen styles, drawn and framed for the network, on one core. Beside them in the same run, drawings that are
no digits.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable

import numpy as np

from mnist_core.synthesis import handwriting, non_digits

COUNT, ROUNDS = 1000, 7


def per_second(draw: Callable[[int], object]) -> float:
    """Gives how many are drawn in a second of processor time: the median of some rounds."""
    draw(COUNT)
    rates = []
    for _ in range(ROUNDS):
        started = time.process_time()
        draw(COUNT)
        rates.append(COUNT / (time.process_time() - started))
    return round(statistics.median(rates))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.handwriting", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    some, _ = handwriting.digits(100, rng)
    result = {
        "digits_per_second": per_second(lambda count: handwriting.digits(count, rng)),
        "no_digits_per_second": per_second(lambda count: non_digits.draw(count, rng, some)),
    }
    if options.json:
        print(json.dumps(result))
    else:
        print("\n".join(f"{name.replace('_', ' '):<22} {rate:,}" for name, rate in result.items()))


if __name__ == "__main__":
    main()
