"""Time from Retrain to "Use it?", and of evaluating a model: `python -m benchmarks.retrain [--json]`.

A training is started as the Train page starts it, in a process of its own, and followed by its progress log. So is the
fine-tuning of the shipped model, as *Teach the network* starts it, on ten digits that the program writes; and what the
Room page starts on 500 digits of 25 people, *Learn from the room* and *Start from nothing*. Then the
command `evaluate` measures the shipped model, in a process as well. Each part comes with its elapsed seconds and its
processor seconds. On a machine with other work, compare only the processor seconds.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import command_line
from mnist_core import settings
from mnist_core.evaluation import drawn
from mnist_core.evaluation.results import Evaluation
from mnist_core.models import registry
from mnist_core.networks import recipes
from mnist_core.networks.recipe import Recipe
from mnist_core.runs import control, descriptions, outcomes, processes, store
from mnist_core.synthesis import handwriting
from mnist_core.training import mixture
from mnist_core.training.own_drawings import OwnDrawings

LOOK_S = 0.02
EPOCHS = "Epochs"
DRAWINGS = 10  # that the shipped model is taught
PEOPLE, OF_EACH = 25, 20  # in a room, and how many digits each has drawn


@dataclass(frozen=True)
class Part:
    """A part of a process's work."""

    name: str
    seconds: float
    processor_seconds: float


def retrain(recipe: Recipe, own: OwnDrawings | None = None) -> dict[str, Any]:
    """Trains a recipe and returns the time of each part, until the decision and until all figures are there.

    Args:
        recipe: what is trained.
        own: the drawings that it wants to be learned.
    """
    began = time.monotonic()
    run = control.start(recipe, own=own)
    parts, decided_s = [], None
    since, spent, name = began, 0.0, "Starting the process"
    for phase in _phases(run):
        decided_s = decided_s or (time.monotonic() - began if (run.folder / outcomes.OUTCOME).exists() else None)
        if phase not in ("", name):
            now, processor = time.monotonic(), _processor_seconds(run) or spent
            parts.append(Part(name, round(now - since, 2), round(processor - spent, 2)))
            since, spent, name = now, processor, phase
    parts.append(Part(name, round(time.monotonic() - since, 2), 0.0))
    model = store.model_of(store.read(run.id))
    if model is None or decided_s is None:
        raise store.RunError(descriptions.describe(store.read(run.id)))
    read = drawn.kept(model, settings.stroke_pack())
    return {
        "recipe": recipe.name,
        "seconds_to_decision": round(decided_s, 2),
        "seconds_to_all_figures": round(time.monotonic() - began, 2),
        "test_accuracy": model.evaluation["accuracy"],
        "drawn_accuracy": read and read.accuracy,
        "drawn_digits": read and read.digits,
        "all_figures": Evaluation.from_json(model.evaluation) is not None,
        "parts": [asdict(part) for part in parts],
    }


def teach() -> dict[str, Any]:
    """Fine-tunes the shipped model, and returns the times as `retrain` does."""
    own = OwnDrawings.divided(*handwriting.digits(DRAWINGS, np.random.default_rng(0)))
    return retrain(mixture.recipe_of(registry.shipped(), len(own.learned[1])), own)


def room() -> OwnDrawings:
    """Writes what a room draws, and divides its people."""
    images, labels = handwriting.digits(PEOPLE * OF_EACH, np.random.default_rng(1))
    return OwnDrawings.divided_by_people(images, labels, np.repeat(np.arange(PEOPLE), OF_EACH))


def learn_from(own: OwnDrawings, *, alone: bool) -> dict[str, Any]:
    """Lets the shipped model learn from a room, or a new one from the room alone; returns the times."""
    drawings = len(own.learned[1])
    recipe = recipes.of_drawings_alone(drawings) if alone else mixture.recipe_of(registry.shipped(), drawings)
    return retrain(recipe, own)


def _phases(run: store.Run) -> Iterator[str]:
    """Yields the phase of a run, again and again until its process has ended."""
    while True:
        is_on = store.read(run.id).is_on
        track = run.track
        yield track.phase or (EPOCHS if track.steps else "")
        if not is_on:
            return
        time.sleep(LOOK_S)


def _processor_seconds(run: store.Run) -> float | None:
    """Returns the processor time of a run's process, from Linux's `/proc`; None when it has exited."""
    try:
        fields = Path(f"/proc/{processes.number(run.folder)}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def evaluate(name: str) -> dict[str, Any]:
    """Measures a model with the command `evaluate` and returns the time of each part."""
    parts = []
    for what, options in (("Test, training and disturbed images", ()), ("Drawn digits", ("--drawn",))):
        began, before = time.monotonic(), os.times()
        command = [sys.executable, "-m", "mnist_core", "evaluate", "--model", name, "--json", *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        parts.append(Part(what, round(time.monotonic() - began, 2), round(spent, 2)))
    return {"model": name, "seconds": round(parts[0].seconds, 2), "parts": [asdict(part) for part in parts]}


def show(result: dict[str, Any]) -> None:
    """Prints the times."""
    for trained in (result["retrain"], result["teach"], result["room"], result["room_alone"]):
        print(
            f"{trained['recipe']}: {trained['seconds_to_decision']:.1f} s to “Use it?” "
            f"({trained['seconds_to_all_figures']:.1f} s to all figures)"
        )
        _show_parts(trained["parts"])
    print(f"evaluate: {result['evaluate']['seconds']:.1f} s")
    _show_parts(result["evaluate"]["parts"])


def _show_parts(parts: list[dict[str, Any]]) -> None:
    for part in parts:
        print(f"  {part['seconds']:7.2f} s {part['processor_seconds']:7.2f} s of a processor   {part['name']}")


def main() -> None:
    parser = command_line.parser("retrain", __doc__)
    parser.add_argument("--recipe", default="quick", help="the recipe to train (default: %(default)s)")
    parser.add_argument("--model", default=registry.SHIPPED.name, help="the model to evaluate (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNIST_STUDIO_HOME"] = home
        result = {
            "load_before": os.getloadavg()[0],
            "retrain": retrain(recipes.find(options.recipe)),
            "teach": teach(),
            "room": learn_from(room(), alone=False),
            "room_alone": learn_from(room(), alone=True),
            "evaluate": evaluate(options.model),
        }
    if options.json:
        print(json.dumps(result, indent=1))
    else:
        show(result)


if __name__ == "__main__":
    main()
