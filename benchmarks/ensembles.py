"""What an ensemble gains and costs: `python -m benchmarks.ensembles [RECIPE ...] [--json]`.

Trains recipes, by default `quick` with three random seeds, combines the models, and reads the MNIST test set and all
pen-drawn digits with each and with the ensemble. A recipe that is named several times gets another seed each time.
"""

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks import command_line
from mnist_core import settings
from mnist_core.commands.console import tensorflow_kept_quiet
from mnist_core.data.mnist import Mnist, load_mnist
from mnist_core.drawing.strokes import StrokePack
from mnist_core.evaluation import comparison, drawn
from mnist_core.evaluation.comparison import Figures
from mnist_core.evaluation.drawn import Drawings
from mnist_core.models import registry
from mnist_core.networks import recipes
from mnist_core.networks.recipe import Recipe
from mnist_core.training import combining
from mnist_core.training.progress import Phase, Progress


@dataclass(frozen=True)
class Score:
    """What one model reaches and costs."""

    figures: Figures
    drawn_accuracy: float

    def to_json(self) -> dict[str, Any]:
        """Returns the score as a dictionary for programs."""
        return {"figures": self.figures.to_json(), "drawn_accuracy": self.drawn_accuracy}


def measure(chosen: Sequence[Recipe], mnist: Mnist, pack: Path) -> Iterator[Score]:
    """Trains recipes and combines the models, in a home that lasts as long; yields the scores of each.

    Raises:
        StudioError: the models cannot be combined, or the pack is missing or damaged.
    """
    from mnist_core.training.train import train

    strokes = StrokePack.load(pack)
    drawings: Future[Drawings] = Future()
    drawings.set_result(drawn.prepare(strokes, count=len(strokes)))
    names = [f"{recipe.name}-{recipe.seed}" for recipe in chosen]
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNIST_STUDIO_HOME"] = home
        for name in (*names, "ensemble"):
            recipe = chosen[names.index(name)] if name in names else combining.recipe_of(names)
            model = train(recipe, mnist, registry.folder_of(name), _quietly, drawings=drawings)
            found = drawn.kept(model, pack)
            if found is None:
                raise RuntimeError(f"{name} was not measured on {pack}.")
            yield Score(comparison.figures(model), found.accuracy)


def _quietly(progress: Progress | Phase) -> None:
    """Ignores a training's progress."""


def with_seeds(names: Sequence[str]) -> list[Recipe]:
    """Returns recipes by name, each with the random seed 0, and one more each time it is named again.

    Raises:
        UnknownRecipe: there is none of a name.
    """
    named: Counter[str] = Counter()
    chosen = []
    for name in names:
        chosen.append(replace(recipes.find(name), seed=named[name]))
        named[name] += 1
    return chosen


def show(score: Score) -> None:
    """Prints a score."""
    one = score.figures
    print(
        f"{one.name:<16} {one.accuracy:>8.2%} {score.drawn_accuracy:>10.2%} {100 * one.calibration_error:>12.2f} "
        f"{one.parameters:>11,} {one.size_bytes / 1e6:>6.2f} MB {one.reading_ms:>8.2f}",
        flush=True,
    )


def main() -> None:
    parser = command_line.parser("ensembles", __doc__)
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help="of the members (default: quick quick quick)")
    options = parser.parse_args()
    chosen = with_seeds(options.recipes or ["quick"] * 3)
    mnist = load_mnist()
    with tensorflow_kept_quiet():
        import mnist_core.training.train  # noqa: F401  # keeps its messages out of the results
    scores = []
    if not options.json:
        print(f"{'model':<16} {'MNIST':>8} {'pen-drawn':>10} {'calibration':>12} {'parameters':>11}", end="")
        print(f" {'size':>9} {'ms':>8}", flush=True)
    for score in measure(chosen, mnist, settings.stroke_pack()):
        scores.append(score)
        if not options.json:
            show(score)
    if options.json:
        print(json.dumps([score.to_json() for score in scores], indent=1))
        return
    *members, ensemble = (score.figures for score in scores)
    best = max(members, key=lambda one: one.accuracy)
    print(f"{comparison.verdict(ensemble, best)} {comparison.cost(ensemble, best)}")


if __name__ == "__main__":
    main()
