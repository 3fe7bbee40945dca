"""What each step towards strangers' digits is worth: `python -m benchmarks.ablation [PACK.npz ...] [--json]`.

Trains the default recipe twice, without and with the world's pen styles among MNIST's digits, for a few epochs each and
alike in all else, and measures both on MNIST's test images and on the packs. The first is also given the canvas merely
scaled down; the second also reads each drawing in several views, as the shipped model does.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchmarks import drawn
from benchmarks.reading import add_packs
from mnist_core.commands.console import tensorflow_kept_quiet
from mnist_core.data.mnist import Mnist, load_mnist
from mnist_core.models.registry import Model
from mnist_core.networks import recipes
from mnist_core.reading.recognizer import Recognizer
from mnist_core.training.progress import Phase, Progress


@dataclass(frozen=True)
class Step:
    """What was reached with a step and all before it."""

    name: str
    mnist_accuracy: float | None
    """None where MNIST's images, which are framed already, cannot show it."""
    drawn_accuracy: float
    worst_digit: tuple[str, float] | None = None


def steps(mnist: Mnist, packs: list[Path], epochs: int) -> Iterator[Step]:
    """Trains and measures, and gives each step as soon as it is known.

    Raises:
        StrokePackError: a pack is not a stroke pack.
    """
    from mnist_core.training.train import train

    recipe = replace(recipes.DEFAULT, epochs=epochs)
    with tempfile.TemporaryDirectory() as folder:
        plain = train(recipes.with_pen_styles(recipe, wanted=False), mnist, Path(folder) / "plain", _quietly)
        reader = reading(plain, views=False)
        score = drawn.measure(packs, reader)
        yield Step("canvas merely scaled to 28 x 28", None, score.accuracy_merely_scaled)
        yield step("+ framed as MNIST is", reader, mnist, score)
        styled = train(recipe, mnist, Path(folder) / "styled", _quietly)
        for name, views in (("+ pen styles of the world", False), ("+ several views", True)):
            reader = reading(styled, views=views)
            yield step(name, reader, mnist, drawn.measure(packs, reader))


def _quietly(progress: Progress | Phase) -> None:
    """Tells nobody how far a training is."""


def reading(model: Model, *, views: bool) -> Recognizer:
    """Gives what reads with a model, in several views of each drawing or in one."""
    return Recognizer(replace(model, card=model.card | {"recipe": model.card["recipe"] | {"views": views}}))


def step(name: str, recognizer: Recognizer, mnist: Mnist, score: drawn.Score) -> Step:
    """Measures a step on MNIST's test images, beside what was measured on packs."""
    read = recognizer.network(mnist.x_test)[0].argmax(axis=1)
    found = score.drawn
    worst = min(found.per_digit.items(), key=lambda item: item[1])
    return Step(name, float((read == mnist.y_test).mean()), found.accuracy, worst)


def show(found: Step) -> None:
    paper = "" if found.mnist_accuracy is None else f"{found.mnist_accuracy:.2%}"
    worst = "" if found.worst_digit is None else f"{found.worst_digit[0]}: {found.worst_digit[1]:.1%}"
    print(f"{found.name:<32} {paper:>7} {found.drawn_accuracy:>8.2%}   {worst}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ablation", description=__doc__.splitlines()[0])
    add_packs(parser)
    parser.add_argument("--epochs", type=int, default=6, help="of each training (default: %(default)s)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    mnist = load_mnist()
    with tensorflow_kept_quiet():
        import mnist_core.training.train  # noqa: F401  # its messages shall not stand among the results
    found = steps(mnist, options.packs, options.epochs)
    if options.json:
        print(json.dumps([asdict(one) for one in found], indent=1))
        return
    print(f"{options.epochs} epochs each{'':<18} {'MNIST':>9} {'drawn':>8}   worst digit")
    for one in found:
        show(one)


if __name__ == "__main__":
    main()
