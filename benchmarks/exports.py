"""Time of everything that can be saved, and how true an export is: `python -m benchmarks.exports [--json]`.

Pictures, predictions, reports, code and notebooks are made as the pages have them made: by a command in a process of
its own, at low priority. The pictures of a K-fold validation and of smaller versions are left out: an empty home
has neither. The shipped model's export is compared with its Keras file on the whole test set.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks import command_line
from mnist_core.data.mnist import load_mnist
from mnist_core.export import notebook, script
from mnist_core.export.figures import catalogue
from mnist_core.export.figures.styles import Style
from mnist_core.export.report import pdf
from mnist_core.models import registry
from mnist_core.networks import recipes
from mnist_core.networks.architectures import PROBABILITIES
from mnist_core.reading.network import CORES, Network
from mnist_core.runs import aside
from ui import pictures

ROUNDS = 3
LEFT_OUT = ("kfold", "compression")


def seconds(make: Callable[[], object]) -> float:
    """Returns how long something takes: the median of `ROUNDS`."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        make()
        times.append(time.perf_counter() - started)
    return round(statistics.median(times), 3)


def pictures_s() -> dict[str, dict[str, float]]:
    """Returns the seconds that each picture takes in each format."""
    return {
        figure: {
            format_: seconds(lambda: pictures.drawn(figure, (), Style.LIGHT, format_))  # noqa: B023  # called at once
            for format_ in catalogue.FORMATS
        }
        for figure in catalogue.FIGURES
        if figure not in LEFT_OUT
    }


def reports() -> dict[str, float]:
    """Returns the seconds that a report of the shipped model takes, as HTML and, where it can be made, as PDF."""
    formats = ("html", "pdf") if pdf.is_possible() else ("html",)
    commands = {format_: ["report", "--output=-", f"--format={format_}"] for format_ in formats}
    return {f"report, {format_}": seconds(partial(aside.output, command)) for format_, command in commands.items()}


def disagreement() -> float:
    """Returns by how much the shipped model's export differs from its Keras file at most, in any probability."""
    import keras

    from mnist_core.training.batches import to_pixels

    model, images = registry.shipped(), load_mnist().x_test
    expected = keras.models.load_model(model.keras_path).predict(to_pixels(images), batch_size=500, verbose=0)
    found = Network(model.network, interpreters=CORES).run(images)
    return float(np.abs(found.probabilities - expected[PROBABILITIES]).max())


def main() -> None:
    parser = command_line.parser("exports", __doc__)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNIST_STUDIO_HOME"] = home
        sections = script.training_sections(recipes.TUTORIAL_3)
        of_pictures = pictures_s()
        result = {
            "predictions": seconds(lambda: aside.output(["predictions", "--output=-"])),
            **reports(),
            "script": seconds(lambda: script.training_script(recipes.TUTORIAL_3)),
            "notebook": seconds(lambda: notebook.to_notebook(sections)),
        }
    differs = disagreement()
    if options.json:
        print(json.dumps({"pictures": of_pictures, **result, "disagreement": differs}, indent=1))
        return
    print(f"{'picture':<16}" + "".join(f"{format_.upper():>8}" for format_ in catalogue.FORMATS))
    for figure, times in of_pictures.items():
        print(f"{figure:<16}" + "".join(f"{times[format_]:>6.2f} s" for format_ in catalogue.FORMATS))
    for name, time_s in result.items():
        print(f"{name:<16}{time_s:>6.3f} s")
    print(f"export and Keras file differ by {differs:.1g} at most")


if __name__ == "__main__":
    main()
