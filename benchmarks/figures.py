"""Time to draw each picture that can be saved: `python -m benchmarks.figures [--json]`.

Each is drawn as the pages have it drawn: by the command `figure` in a process of its own, at low priority. K-fold
validations are left out, as there is none in an empty home.
"""

import json
import os
import statistics
import tempfile
import time

from benchmarks import command_line
from mnist_core.export.figures import catalogue
from mnist_core.export.figures.styles import Style
from ui import pictures

ROUNDS = 3
LEFT_OUT = ("kfold",)


def seconds(figure: str, format_: str) -> float:
    """Returns how long one figure takes: the median of `ROUNDS`."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        pictures.drawn(figure, (), Style.LIGHT, format_)
        times.append(time.perf_counter() - started)
    return round(statistics.median(times), 2)


def main() -> None:
    parser = command_line.parser("figures", __doc__)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNIST_STUDIO_HOME"] = home
        result = {
            figure: {format_: seconds(figure, format_) for format_ in catalogue.FORMATS}
            for figure in catalogue.FIGURES
            if figure not in LEFT_OUT
        }
    if options.json:
        print(json.dumps(result, indent=1))
        return
    print(f"{'figure':<16}" + "".join(f"{format_.upper():>8}" for format_ in catalogue.FORMATS))
    for figure, times in result.items():
        print(f"{figure:<16}" + "".join(f"{times[format_]:>6.2f} s" for format_ in catalogue.FORMATS))


if __name__ == "__main__":
    main()
