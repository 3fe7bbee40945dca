"""How well a model reads digits that people wrote with a pen, drawn as they would be on the page.

Digits of a stroke pack are drawn as a browser's canvas would draw them (280 x 280, round pen of 12 to 24 px, the digit
40 to 85 % of the canvas, anywhere on it), and read from this picture and the pen's strokes as the page reads them: of a
large pack a sample, as many as the figure's standard error needs. What comes out is measured once for a model and a
pack, and kept with the model: by its training, or later, and then for the shipped model, which nobody may write to, in
the studio's home.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core import files, formatting, settings
from mnist_core.drawing.framing import FIELD, to_model_input
from mnist_core.drawing.rgba import ink_from_rgba
from mnist_core.drawing.strokes import (
    PenStroke,
    Placement,
    Stroke,
    StrokePack,
    StrokePackError,
    Writing,
    render,
    to_canvas,
)
from mnist_core.evaluation.metrics import expected_calibration_error
from mnist_core.evaluation.results import OLDER_NAMES
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model
from mnist_core.reading.numbers import is_plain
from mnist_core.reading.recognizer import Recognition, Recognizer
from mnist_core.reading.segmentation import Sheet
from mnist_core.shapes import conform, renamed

NONE = -1  # the answer "no digit"
SHOWN = 10  # kinds of mistakes that are listed
SAMPLE = 2_000  # digits: standard error 0.2 points at 99 %, 0.4 points at 97 %; as many as TensorFlow takes to load
READ_AT_ONCE = 100  # drawings, between two reports of progress


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """How well drawings are read."""

    digits: int
    """How many were drawn and read."""
    of: int
    """How many the pack holds."""
    writers: int
    accuracy: float
    """The share for which the page would give this digit as the answer; "no digit" is wrong, and so are two digits."""
    false_rejection_rate: float
    """The share not taken for one digit."""
    expected_calibration_error: float
    """How far the confidence is from the share read right, on average over those taken for digits."""
    per_digit: dict[str, float]
    per_writer: dict[str, float]
    confusions: list[tuple[str, int]]
    """The most frequent mistakes as "true digit -> answer", and how often."""
    misread: tuple[int, ...] | None = None
    """The digits not read right, by their indices in the pack; None where only their number is known."""

    @property
    def standard_error(self) -> float:
        """How far chance may have moved the accuracy of a sample of these digits: one standard deviation."""
        return math.sqrt(self.accuracy * (1 - self.accuracy) / self.digits)


@dataclass(frozen=True)
class Drawings:
    """Digits of a pack, drawn and framed: all that most of them are read by, whatever the model."""

    chosen: npt.NDArray[np.intp]
    """(N,): which digits of the pack they are."""
    seed: int
    """Of the drawings."""
    model_inputs: npt.NDArray[np.uint8]
    """uint8 (N, 28, 28)."""
    in_one_piece: npt.NDArray[np.bool_]
    """bool (N,): whether all ink of a drawing belongs together."""


def prepare(
    pack: StrokePack,
    seed: int = 0,
    *,
    count: int = SAMPLE,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> Drawings:
    """Draws digits of a pack; the same seed, the same drawings of the same digits.

    Args:
        pack: whose digits are drawn.
        seed: of the sample and of the drawings.
        count: how many digits are drawn at most: a sample, stratified by digit and writer.
        report: called with how many were drawn, and how many there are to draw.
    """
    chosen = sample(pack, count, seed)
    model_inputs = np.zeros((len(chosen), FIELD, FIELD), np.uint8)
    in_one_piece = np.zeros(len(chosen), bool)
    for position, index in enumerate(chosen.tolist()):
        drawing = draw(pack, index, seed)
        model_inputs[position], in_one_piece[position] = to_model_input(drawing.ink), Sheet(*drawing).is_one_piece
        report(position + 1, len(chosen))
    return Drawings(chosen, seed, model_inputs, in_one_piece)


def measure(
    pack: StrokePack,
    drawings: Drawings,
    recognizer: Recognizer,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> Drawn:
    """Lets a model read drawings of a pack's digits as the page reads them.

    Args:
        pack: what `drawings` was prepared of.
        drawings: what is read.
        recognizer: what reads.
        report: called with how many drawings were read, and how many there are to read.
    """
    recognitions: list[Recognition] = []
    for start in range(0, len(drawings.chosen), READ_AT_ONCE):
        recognitions += _read_part(pack, drawings, slice(start, start + READ_AT_ONCE), recognizer)
        report(len(recognitions), len(drawings.chosen))
    labels, writers = pack.labels[drawings.chosen], pack.writers[drawings.chosen]
    found = score(labels, writers.tolist(), recognitions, of=len(pack))
    wrong = answers(recognitions) != labels
    return replace(found, misread=tuple(drawings.chosen[wrong].tolist()))


def _read_part(pack: StrokePack, drawings: Drawings, part: slice, recognizer: Recognizer) -> list[Recognition]:
    """Reads most drawings through the network all at once, and those that may have to be divided as the page does."""
    wholes = recognizer.recognize_framed(drawings.model_inputs[part])
    return [
        whole if in_one_piece and is_plain(whole) else read(recognizer, draw(pack, index, drawings.seed))
        for whole, in_one_piece, index in zip(
            wholes, drawings.in_one_piece[part], drawings.chosen[part].tolist(), strict=True
        )
    ]


def sample(pack: StrokePack, count: int, seed: int) -> npt.NDArray[np.intp]:
    """Chooses digits of a pack, of each digit and each writer as many as their share; returns indices in order."""
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random(len(pack)), pack.writers, pack.labels))
    count = min(count, len(pack))
    steps = np.floor((np.arange(count) + rng.random()) * (len(pack) / max(count, 1))).astype(np.intp)
    return np.sort(order[steps])


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
    """Returns the digits that were read, or NONE: (N,)."""
    return np.array([NONE if found.digit is None else found.digit for found in recognitions], np.int64)


def score(
    labels: npt.NDArray[np.integer],
    writers: Sequence[str],
    recognitions: Sequence[Recognition],
    *,
    of: int | None = None,
) -> Drawn:
    """Compares what was read with what is right.

    Args:
        labels: (N,): the digits that were written.
        writers: who wrote each.
        recognitions: what was read.
        of: how many digits there are, where these are a sample.
    """
    read = answers(recognitions)
    confidences = np.array([found.confidence for found in recognitions])
    right, taken = read == labels, read != NONE
    wrong, times = np.unique(np.stack([labels, read])[:, ~right], axis=1, return_counts=True)
    frequent = np.argsort(-times, kind="stable")[:SHOWN]
    names = np.array(writers)
    return Drawn(
        digits=len(labels),
        of=len(labels) if of is None else of,
        writers=len(set(writers)),
        accuracy=float(right.mean()),
        false_rejection_rate=float((~taken).mean()),
        expected_calibration_error=expected_calibration_error(confidences[taken], right[taken]),
        per_digit={str(digit): float(right[labels == digit].mean()) for digit in np.unique(labels)},
        per_writer={str(name): float(right[names == name].mean()) for name in np.unique(names)},
        confusions=[
            (f"{wrong[0, i]} -> {'none' if wrong[1, i] == NONE else wrong[1, i]}", int(times[i])) for i in frequent
        ],
    )


def described(found: Drawn) -> str:
    """Describes the digits that a figure is of, and for a sample its standard error."""
    if found.digits == found.of:
        return f"{formatting.count(found.digits)} digits that {found.writers} people drew with a pen."
    return (
        f"A sample of {formatting.count(found.digits)} of {formatting.count(found.of)} digits that {found.writers} "
        f"people drew with a pen. Standard error: {formatting.points(found.standard_error, 1)}."
    )


def kept(model: Model, pack: Path) -> Drawn | None:
    """Returns what was measured of a model on a pack; None if nothing was.

    Raises:
        StrokePackError: the pack is not there.
    """
    paths = [folder / file_name(_digest(pack)) for folder in (model.folder, _writable(model))]
    return next((found for path in paths if (found := _read(path, model))), None)


def _read(path: Path, model: Model) -> Drawn | None:
    try:
        found = renamed(conform(files.read_json(path), dict[str, Any]), OLDER_NAMES)
        if found.pop("network", None) != _network(model):
            return None
        return conform(found, Drawn)
    except (OSError, ValueError):
        return None


def keep(model: Model, pack: Path, drawn: Drawn) -> None:
    """Keeps what was measured of a model on a pack.

    Raises:
        StrokePackError: the pack is not there.
        ModelError: nothing can be written there.
    """
    path = _writable(model) / file_name(_digest(pack))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_json(path, {"network": _network(model), **asdict(drawn)})
    except OSError as error:
        raise model_folder.ModelError(
            f"What “{model.name}” reads of drawings cannot be kept: {error.strerror} ({path.parent})."
        ) from error


def file_name(digest: str) -> str:
    """Names the file for what is measured on a pack."""
    return f"drawn-{digest}.json"


def _digest(pack: Path) -> str:
    """Returns what identifies a pack's content, whatever its name."""
    try:
        return model_folder.sha256(pack)[:16]
    except OSError as error:
        raise StrokePackError(f"{pack} cannot be read as a stroke pack: {error.strerror}.") from error


def _writable(model: Model) -> Path:
    return settings.home() / "shipped" if model.folder == registry.SHIPPED else model.folder


def _network(model: Model) -> str:
    return str(model.card["files"][model_folder.NETWORK]["sha256"])
