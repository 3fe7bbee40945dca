"""What a teacher is worth: `python -m benchmarks.distillation [--epochs N] [--seeds N] [--teacher MODEL] [--json]`.

Trains the recipe `student` without a teacher and with one, from the same random seeds in one run, and reads the MNIST
test set and all pen-drawn digits with each student and with the teacher. The two take turns, and each result is
printed as soon as it is there.
"""

import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchmarks import command_line
from mnist_core import settings
from mnist_core.commands.console import tensorflow_kept_quiet
from mnist_core.data.mnist import Mnist, load_mnist
from mnist_core.drawing.strokes import StrokePack
from mnist_core.evaluation import comparison, drawn
from mnist_core.evaluation.drawn import Drawings
from mnist_core.models.model_folder import Model
from mnist_core.networks import recipes
from mnist_core.networks.recipe import Recipe
from mnist_core.reading.network import CORES
from mnist_core.reading.recognizer import Recognizer
from mnist_core.training import teachers
from mnist_core.training.progress import Phase, Progress

WITHOUT, WITH = "without", "with"


@dataclass(frozen=True)
class Score:
    """What one model reaches."""

    model: str
    seed: int | None
    """None of the teacher, which is not trained here."""
    mnist_accuracy: float
    drawn_accuracy: float
    parameters: int
    size_bytes: int
    reading_ms: float
    seconds: float = 0.0
    """Of its training."""


def measure(recipe: Recipe, mnist: Mnist, seeds: int, pack: Path, count: int | None) -> Iterator[Score]:
    """Measures the teacher of a recipe, and trains the recipe without it and with it, once for each random seed.

    Args:
        recipe: with a teacher.
        mnist: what to train and test on.
        seeds: how many random seeds.
        pack: pen-drawn digits.
        count: how many of them are read at most; all where None.

    Raises:
        StudioError: the teacher or the pack is missing or damaged.
    """
    from mnist_core.training.train import train

    strokes = StrokePack.load(pack)
    drawings: Future[Drawings] = Future()
    drawings.set_result(drawn.prepare(strokes, count=count or len(strokes)))
    teacher = teachers.opened(recipe.teacher)
    reader = Recognizer(teacher, interpreters=CORES)
    read = reader.network(mnist.x_test)[0].argmax(axis=1)
    of_teacher = float((read == mnist.y_test).mean())
    figures = comparison.figures(teacher)
    on_drawn = drawn.measure(strokes, drawings.result(), reader).accuracy
    yield Score(teacher.name, None, of_teacher, on_drawn, figures.parameters, figures.size_bytes, figures.reading_ms)
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(seeds):
            for name, taught in ((WITHOUT, replace(recipe, teacher="")), (WITH, recipe)):
                place = Path(folder) / f"{name}-{seed}"
                model = train(replace(taught, seed=seed), mnist, place, _quietly, drawings=drawings)
                yield _score(name, seed, model, pack)


def _score(name: str, seed: int, model: Model, pack: Path) -> Score:
    found = drawn.kept(model, pack)
    if found is None:
        raise RuntimeError(f"{name} was not measured on {pack}.")
    figures = comparison.figures(model)
    seconds = model.card["trained"]["seconds"]
    costs = figures.parameters, figures.size_bytes, figures.reading_ms, seconds
    return Score(name, seed, figures.accuracy, found.accuracy, *costs)


def _quietly(progress: Progress | Phase) -> None:
    """Tells the end of each epoch."""
    if isinstance(progress, Progress) and progress.ends_epoch:
        print(f"epoch {progress.epoch} of {progress.epochs}: {progress.values}", file=sys.stderr, flush=True)


def show(score: Score) -> None:
    """Prints a score."""
    seed = "" if score.seed is None else str(score.seed)
    print(
        f"{score.model:<10} {seed:>4} {score.mnist_accuracy:>8.2%} {score.drawn_accuracy:>10.2%} "
        f"{score.parameters:>11,} {score.size_bytes / 1e6:>7.2f} MB {score.reading_ms:>8.2f} {score.seconds:>9.0f}",
        flush=True,
    )


def show_difference(scores: list[Score]) -> None:
    """Prints what the teacher was worth, on average over the seeds."""
    for words, kind in (("MNIST", "mnist_accuracy"), ("pen-drawn digits", "drawn_accuracy")):
        means = {
            name: statistics.fmean(getattr(score, kind) for score in scores if score.model == name)
            for name in (WITHOUT, WITH)
        }
        print(f"{words}: {100 * (means[WITH] - means[WITHOUT]):+.2f} points with the teacher")


def main() -> None:
    parser = command_line.parser("distillation", __doc__)
    usual = recipes.STUDENT_DISTILLED
    parser.add_argument(
        "--epochs", type=int, default=usual.epochs, help="epochs of each training (default: %(default)s)"
    )
    parser.add_argument("--seeds", type=int, default=1, help="number of random seeds (default: %(default)s)")
    parser.add_argument("--teacher", default=usual.teacher, metavar="MODEL", help="who teaches (default: %(default)s)")
    parser.add_argument("--drawn", type=int, metavar="N", help="read only N of the pen-drawn digits")
    parser.add_argument("--share", type=float, help="the share of the loss that asks for the teacher's outputs")
    parser.add_argument("--temperature", type=float, help="what the logits are divided by")
    options = parser.parse_args()
    recipe = recipes.with_teacher(usual, options.teacher, options.share, options.temperature)
    mnist = load_mnist()
    with tensorflow_kept_quiet():
        import mnist_core.training.train  # noqa: F401  # keeps its messages out of the results
    scores = []
    if not options.json:
        words = f"share {recipe.teacher_share:g}, temperature {recipe.teacher_temperature:g}"
        print(f"{options.epochs} epochs each; {words}")
        print(
            f"{'teacher':<10} {'seed':>4} {'MNIST':>8} {'pen-drawn':>10} {'parameters':>11} {'size':>10} {'ms':>8}",
            end="",
        )
        print(f" {'seconds':>9}", flush=True)
    recipe = replace(recipe, epochs=options.epochs)
    for score in measure(recipe, mnist, options.seeds, settings.stroke_pack(), options.drawn):
        scores.append(score)
        if not options.json:
            show(score)
    if options.json:
        print(json.dumps([asdict(score) for score in scores], indent=1))
    else:
        show_difference(scores)


if __name__ == "__main__":
    main()
