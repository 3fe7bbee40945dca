"""The figures of a model that a choice between two of them rests on."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from mnist_core.data.mnist import FILES
from mnist_core.drawing.framing import to_model_input
from mnist_core.drawing.strokes import render
from mnist_core.evaluation.pairs import Discordant
from mnist_core.evaluation.results import Tested
from mnist_core.formatting import milliseconds
from mnist_core.models.model_folder import NETWORK, Model
from mnist_core.reading.recognizer import Recognizer
from mnist_core.shapes import Misshapen

READINGS = 30  # of one picture: their median is steady on a busy machine, too
SEVEN = np.array([[80.0, 60.0], [190.0, 60.0], [120.0, 220.0]])  # px of the canvas: clear, as most digits are


@dataclass(frozen=True)
class Figures:
    """What one model reaches and costs."""

    name: str
    recipe: str
    accuracy: float
    """On the test images."""
    images: int
    """How many test images there were."""
    tested_on: str
    """The checksum of the test images: only what was measured on the same ones can be compared."""
    calibration_error: float
    parameters: int
    size_bytes: int
    """Of the network that the app reads."""
    reading_ms: float
    """The median time to read one picture, on this machine."""
    wrong: frozenset[int] | None = None
    """Which test images it reads wrong; None where not all of them are kept."""

    @property
    def mistakes(self) -> int:
        """Test images read wrongly."""
        return round(self.images * (1 - self.accuracy))

    def to_json(self) -> dict[str, Any]:
        """Returns the figures as a dictionary for programs, without the single mistakes."""
        return {name: value for name, value in asdict(self).items() if name != "wrong"}


def figures(model: Model) -> Figures:
    """Collects a model's figures; the speed is measured now.

    Raises:
        ModelError: the model is damaged.
    """
    evaluation = model.evaluation
    return Figures(
        name=model.name,
        recipe=str(model.card["recipe"]["name"]),
        accuracy=evaluation["accuracy"],
        images=evaluation["images"],
        tested_on=model.card["data"].get(FILES["x_test"], ""),
        calibration_error=evaluation["expected_calibration_error"],
        parameters=model.card["parameters"],
        size_bytes=model.card["files"][NETWORK]["bytes"],
        reading_ms=reading_ms(Recognizer(model)),
        wrong=_wrong(evaluation),
    )


def _wrong(evaluation: Mapping[str, Any]) -> frozenset[int] | None:
    """Returns which test images were read wrong, where an evaluation keeps all of them."""
    try:
        kept = frozenset(mistake.index for mistake in Tested.read(evaluation).mistakes)
    except (KeyError, Misshapen):
        return None
    counts = np.array(evaluation["confusion"])
    return kept if len(kept) == counts.sum() - counts.trace() else None


def reading_ms(recognizer: Recognizer) -> float:
    """Measures how long a network takes for one picture: the median, in milliseconds."""
    return readings_ms([recognizer])[0]


def readings_ms(recognizers: Sequence[Recognizer]) -> list[float]:
    """Measures how long each of several networks takes for one picture, in turns, so that all meet the same machine.

    Returns:
        For each network the median, in milliseconds.
    """
    picture = to_model_input(render([SEVEN], canvas_px=280, pen_width_px=18))[np.newaxis]
    times = np.zeros((READINGS, len(recognizers)))
    for round_ in times:
        for number, recognizer in enumerate(recognizers):
            began = time.perf_counter()
            recognizer.network(picture)
            round_[number] = time.perf_counter() - began
    return [1000 * float(median) for median in np.median(times, axis=0)]


def verdict(new: Figures, old: Figures) -> str:
    """Returns a sentence about which of two models reads better, and whether that can be chance."""
    if new.tested_on != old.tested_on:
        return f"They were tested on different images, {new.images:,} and {old.images:,} of them: no fair comparison."
    difference = old.mistakes - new.mistakes
    if difference == 0:
        return f"{new.name} reads exactly as many test digits right as {old.name}."
    better, worse, fewer = (new, old, difference) if difference > 0 else (old, new, -difference)
    words = f"{better.name} makes {fewer:,} {'mistake' if fewer == 1 else 'mistakes'} fewer than {worse.name}"
    if _may_be_chance(new, old, fewer):
        return f"{words}: so little may be chance."
    return f"{words} on {new.images:,} test digits."


def cost(new: Figures, old: Figures) -> str:
    """Returns a sentence about how much larger and slower one model is than another."""
    size, time_ = new.size_bytes / old.size_bytes, new.reading_ms / old.reading_ms
    return (
        f"{new.name} is {size:.1f} times as large as {old.name}, and takes {time_:.1f} times as long to read a digit: "
        f"{milliseconds(new.reading_ms)} in place of {milliseconds(old.reading_ms)}."
    )


def _may_be_chance(new: Figures, old: Figures, fewer: int) -> bool:
    if new.wrong is not None and old.wrong is not None:
        only_new, only_old = len(old.wrong - new.wrong), len(new.wrong - old.wrong)
        return not Discordant(new.name, old.name, only_new, only_old).is_more_than_chance
    # Most mistakes are of the same digits; if none were, the difference would vary by the root of their sum.
    return fewer < 2 * (new.mistakes + old.mistakes) ** 0.5
