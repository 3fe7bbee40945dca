"""How well a model reads digits that people wrote with a pen, drawn as they would be on the page.

Every digit of a stroke pack is drawn as a browser's canvas would draw it (280 x 280, round pen of 12 to 24 px, the
digit 40 to 85 % of the canvas, anywhere on it), and read from this picture and the pen's strokes as the page reads
them. What comes out is measured once for a model and a pack, and kept with the model: by its training, or later, and
then for the shipped model, which nobody may write to, in the studio's home.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mnist_core import outcomes, registry, settings
from mnist_core.evaluation import expected_calibration_error
from mnist_core.ink import ink_from_rgba
from mnist_core.recognizer import Recognition, Recognizer
from mnist_core.registry import Model
from mnist_core.strokes import PenStroke, Placement, Stroke, StrokePack, StrokePackError, Writing, render, to_canvas

NONE = -1  # the answer "no digit"
SHOWN = 10  # kinds of mistakes that are listed


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """How well drawings are read."""

    digits: int
    writers: int
    accuracy: float
    """The share for which the page would give this digit as the answer; "no digit" is wrong, and so are two digits."""
    turned_away: float
    """The share not taken for one digit."""
    expected_calibration_error: float
    """How far the confidence is from the share read right, on average over those taken for digits."""
    per_digit: dict[str, float]
    per_writer: dict[str, float]
    confusions: list[tuple[str, int]]
    """The most frequent mistakes as "true digit -> answer", and how often."""


def measure(pack: StrokePack, recognizer: Recognizer, seed: int = 0) -> Drawn:
    """Lets a model read every digit of a pack; the same seed, the same drawings."""
    recognitions = [read(recognizer, draw(pack, index, seed)) for index in range(len(pack))]
    return score(pack.labels, pack.writers.tolist(), recognitions)


def draw(pack: StrokePack, index: int, seed: int) -> Writing:
    """Draws one digit of a pack onto a canvas; the same seed, the same drawing."""
    return on_canvas(pack[index], np.random.default_rng([seed, index]))


def on_canvas(strokes: Sequence[Stroke], rng: np.random.Generator) -> Writing:
    """Draws strokes in a stroke pack's units onto a canvas, as people vary, and takes the ink from its picture."""
    placement = Placement.draw(rng, strokes)
    placed, pen_width_px = placement.apply(strokes), placement.pen_width_px
    ink = ink_from_rgba(to_canvas(render(placed, placement.canvas_px, pen_width_px)))
    return Writing(ink, [PenStroke(stroke, pen_width_px) for stroke in placed])


def read(recognizer: Recognizer, drawing: Writing) -> Recognition:
    """Reads a drawing of one digit as the page does; where it is read as several, that is no digit."""
    number = recognizer.read(*drawing)
    return number[0] if len(number) == 1 else replace(recognizer.recognize(drawing.ink), digit=None)


def answers(recognitions: Sequence[Recognition]) -> npt.NDArray[np.int64]:
    """Gives the digits that were read, or NONE: (N,)."""
    return np.array([NONE if found.digit is None else found.digit for found in recognitions], np.int64)


def score(labels: npt.NDArray[np.integer], writers: Sequence[str], recognitions: Sequence[Recognition]) -> Drawn:
    """Compares what was read with what is right.

    Args:
        labels: (N,): the digits that were written.
        writers: who wrote each.
        recognitions: what was read.
    """
    read = answers(recognitions)
    confidences = np.array([found.confidence for found in recognitions])
    right, taken = read == labels, read != NONE
    wrong, times = np.unique(np.stack([labels, read])[:, ~right], axis=1, return_counts=True)
    frequent = np.argsort(-times, kind="stable")[:SHOWN]
    names = np.array(writers)
    return Drawn(
        digits=len(labels),
        writers=len(set(writers)),
        accuracy=float(right.mean()),
        turned_away=float((~taken).mean()),
        expected_calibration_error=expected_calibration_error(confidences[taken], right[taken]),
        per_digit={str(digit): float(right[labels == digit].mean()) for digit in np.unique(labels)},
        per_writer={str(name): float(right[names == name].mean()) for name in np.unique(names)},
        confusions=[
            (f"{wrong[0, i]} -> {'none' if wrong[1, i] == NONE else wrong[1, i]}", int(times[i])) for i in frequent
        ],
    )


def kept(model: Model, pack: Path) -> Drawn | None:
    """Returns what was measured of a model on a pack; None if nothing was.

    Raises:
        StrokePackError: the pack is not there.
    """
    places = [folder / file_name(_digest(pack)) for folder in (model.folder, _writable(model))]
    return next((found for place in places if (found := _read(place, model))), None)


def _read(place: Path, model: Model) -> Drawn | None:
    content = outcomes.read_json(place)
    try:
        if content.pop("network") != _network(model):
            return None
        return Drawn(**content | {"confusions": [(str(kind), int(times)) for kind, times in content["confusions"]]})
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def keep(model: Model, pack: Path, drawn: Drawn) -> None:
    """Keeps what was measured of a model on a pack.

    Raises:
        StrokePackError: the pack is not there.
        ModelError: nothing can be written there.
    """
    place = _writable(model) / file_name(_digest(pack))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        outcomes.write_json(place, {"network": _network(model), **asdict(drawn)})
    except OSError as error:
        raise registry.ModelError(
            f"What “{model.name}” reads of drawings cannot be kept: {error.strerror} ({place.parent})."
        ) from error


def file_name(digest: str) -> str:
    """Names the file for what is measured on a pack."""
    return f"drawn-{digest}.json"


def _digest(pack: Path) -> str:
    """Tells a pack from others, whatever it is called."""
    try:
        return registry.sha256(pack)[:16]
    except OSError as error:
        raise StrokePackError(f"{pack} cannot be read as a stroke pack: {error.strerror}.") from error


def _writable(model: Model) -> Path:
    return settings.home() / "shipped" if model.folder == registry.SHIPPED else model.folder


def _network(model: Model) -> str:
    return str(model.card["files"][registry.NETWORK]["sha256"])
