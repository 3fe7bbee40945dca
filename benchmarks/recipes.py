"""Accuracy and time of the recipes: `python -m benchmarks.recipes [NAME ...] [--seeds N] [--json]`.

Trains the recipes one after the other in one process, once for each random seed, and reads the test images with each
model. Times are those of the training with its validation. They depend on the machine, so compare only their ratios.
The recipes take turns, so that other work on the machine disturbs all of them alike.
"""

import json
import os
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from benchmarks import command_line
from mnist_core.commands.console import tensorflow_kept_quiet
from mnist_core.data.mnist import Mnist, load_mnist
from mnist_core.networks import architectures, recipes
from mnist_core.networks.recipe import Recipe

YARDSTICK = recipes.TUTORIAL_3
OF_HOURS = (recipes.DEFAULT, recipes.DEFAULT_DISTILLED)  # these are trained only when they are named
WARM_UP_IMAGES = 500


@dataclass(frozen=True)
class Score:
    """A recipe's accuracy and time over some random seeds."""

    recipe: str
    parameters: int
    epochs: int
    accuracies: list[float]
    """On the MNIST test set, by random seed."""
    seconds: list[float]

    @property
    def accuracy(self) -> float:
        """The median."""
        return statistics.median(self.accuracies)

    def share_of(self, other: "Score") -> float:
        """Returns the share of another recipe's time that it takes: the median of the ratios by random seed."""
        return statistics.median(own / others for own, others in zip(self.seconds, other.seconds, strict=True))


def measure(chosen: Sequence[Recipe], mnist: Mnist, seeds: int) -> list[Score]:
    """Trains each recipe once for each random seed."""
    scores = [Score(recipe.name, architectures.parameters(recipe), recipe.epochs, [], []) for recipe in chosen]
    train_once(replace(chosen[0], epochs=1), mnist.subset(WARM_UP_IMAGES, WARM_UP_IMAGES))
    for seed in range(seeds):
        for recipe, score in zip(chosen, scores, strict=True):
            accuracy, seconds = train_once(replace(recipe, seed=seed), mnist)
            score.accuracies.append(accuracy)
            score.seconds.append(round(seconds, 2))
            print(f"seed {seed}  {recipe.name:<12} {accuracy:.2%} {seconds:7.1f} s", file=sys.stderr)
    return scores


def train_once(recipe: Recipe, mnist: Mnist) -> tuple[float, float]:
    """Trains a recipe; returns its accuracy on the MNIST test set and the seconds of the training."""
    from mnist_core.networks import keras_models
    from mnist_core.training import fitting
    from mnist_core.training.batches import to_pixels

    trained = fitting.fit(recipe, fitting.Division.of(mnist, recipe), report=lambda progress: None)
    outputs = keras_models.for_reading(trained.model).predict(to_pixels(mnist.x_test), batch_size=500, verbose=0)
    read = outputs[architectures.PROBABILITIES].argmax(axis=1)
    return float((read == mnist.y_test).mean()), trained.seconds


def show(scores: Sequence[Score]) -> None:
    """Prints a table of the scores."""
    yardstick = next((score for score in scores if score.recipe == YARDSTICK.name), None)
    print(f"{'recipe':<12} {'parameters':>10} {'epochs':>6} {'accuracy':>9} {'lowest':>8} {'seconds':>8}", end="")
    print(f"  of {YARDSTICK.name}'s" if yardstick else "")
    for score in scores:
        print(
            f"{score.recipe:<12} {score.parameters:>10,} {score.epochs:>6} {score.accuracy:>9.2%} "
            f"{min(score.accuracies):>8.2%} {statistics.median(score.seconds):>8.1f}",
            f"{score.share_of(yardstick):>8.1%}" if yardstick else "",
        )


def main() -> None:
    parser = command_line.parser("recipes", __doc__)
    parser.add_argument(
        "recipes",
        nargs="*",
        metavar="NAME",
        help=f"one of {', '.join(recipes.RECIPES)} (default: all but those of the shipped model's network)",
    )
    parser.add_argument(
        "--seeds",
        type=int,
        default=1,
        help="number of random seeds (default: %(default)s)",
    )
    options = parser.parse_args()
    chosen = [recipes.find(name) for name in options.recipes] or [
        recipe for recipe in recipes.RECIPES.values() if recipe not in OF_HOURS
    ]
    mnist = load_mnist()
    with tensorflow_kept_quiet():
        import mnist_core.training.fitting  # noqa: F401  # keeps its messages out of the results
    scores = measure(chosen, mnist, options.seeds)
    if options.json:
        result = {"cpu_cores": os.cpu_count(), "recipes": [asdict(score) for score in scores]}
        print(json.dumps(result, indent=1))
    else:
        show(scores)


if __name__ == "__main__":
    main()
