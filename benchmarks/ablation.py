"""Accuracy after each step towards pen-drawn digits: `python -m benchmarks.ablation [PACK.npz ...] [--json]`.

Trains the default recipe twice for a few epochs, without and with the world's pen styles among MNIST's digits and alike
in all else. Both are measured on the MNIST test set and on the packs. The first also reads the canvas merely scaled
down; the second also uses test-time augmentation, as the shipped model does.
"""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchmarks import command_line, drawn
from mnist_core.commands.console import tensorflow_kept_quiet
from mnist_core.data.mnist import Mnist, load_mnist
from mnist_core.models.model_folder import Model
from mnist_core.networks import recipes
from mnist_core.reading.recognizer import Recognizer
from mnist_core.training.progress import Phase, Progress


@dataclass(frozen=True)
class Step:
    """The accuracy with a step and all before it."""

    name: str
    mnist_accuracy: float | None
    """On the MNIST test set; None for the step without framing, as MNIST's images are framed already."""
    drawn_accuracy: float
    worst_digit: tuple[str, float] | None = None


def steps(mnist: Mnist, packs: list[Path], epochs: int) -> Iterator[Step]:
    """Trains, measures, and yields each step as soon as it is measured.

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
        for name, views in (("+ pen styles of the world", False), ("+ test-time augmentation", True)):
            reader = reading(styled, views=views)
            yield step(name, reader, mnist, drawn.measure(packs, reader))


def _quietly(progress: Progress | Phase) -> None:
    """Ignores a training's progress."""


def reading(model: Model, *, views: bool) -> Recognizer:
    """Returns a recognizer for a model, with or without test-time augmentation."""
    return Recognizer(replace(model, card=model.card | {"recipe": model.card["recipe"] | {"views": views}}))


def step(name: str, recognizer: Recognizer, mnist: Mnist, score: drawn.Score) -> Step:
    """Measures a step on the MNIST test set and adds its score on the packs."""
    read = recognizer.network(mnist.x_test)[0].argmax(axis=1)
    found = score.drawn
    worst = min(found.per_digit.items(), key=lambda item: item[1])
    return Step(name, float((read == mnist.y_test).mean()), found.accuracy, worst)


def show(found: Step) -> None:
    """Prints a step."""
    paper = "" if found.mnist_accuracy is None else f"{found.mnist_accuracy:.2%}"
    worst = "" if found.worst_digit is None else f"{found.worst_digit[0]}: {found.worst_digit[1]:.1%}"
    print(f"{found.name:<32} {paper:>7} {found.drawn_accuracy:>8.2%}   {worst}", flush=True)


def main() -> None:
    parser = command_line.parser("ablation", __doc__)
    command_line.add_packs(parser)
    parser.add_argument("--epochs", type=int, default=6, help="epochs of each training (default: %(default)s)")
    options = parser.parse_args()
    mnist = load_mnist()
    with tensorflow_kept_quiet():
        import mnist_core.training.train  # noqa: F401  # keeps its messages out of the results
    found = steps(mnist, options.packs, options.epochs)
    if options.json:
        print(json.dumps([asdict(one) for one in found], indent=1))
        return
    print(f"{options.epochs} epochs each{'':<18} {'MNIST':>9} {'drawn':>8}   worst digit")
    for one in found:
        show(one)


if __name__ == "__main__":
    main()
