"""How well a model reads digits that people wrote with a pen, drawn as they would be on the page.

Every digit of a stroke pack is drawn as a browser's canvas would draw it (280 x 280, round pen of 12 to 24 px, the
digit 40 to 85 % of the canvas, anywhere on it), and that picture goes through the whole chain. What comes out is
measured once for a model and a pack, and kept with the model; that of the shipped one, which nobody may write to, in
the studio's home.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mnist_core import outcomes, registry, settings
from mnist_core.ink import ink_from_rgba
from mnist_core.preprocessing import Ink
from mnist_core.recognizer import Recognizer
from mnist_core.registry import Model
from mnist_core.strokes import Placement, StrokePack, StrokePackError, render, to_canvas

CHUNK = 1000  # drawings held in memory at once
NONE = -1  # the answer "no digit"
SHOWN = 10  # kinds of mistakes that are listed

Answers = npt.NDArray[np.int64]
"""(N,): the digits read, or NONE."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """How well drawings are read."""

    digits: int
    writers: int
    accuracy: float
    """The share read right: the answer that the page would give, "no digit" being wrong."""
    turned_away: float
    """The share not taken for a digit."""
    per_digit: dict[str, float]
    per_writer: dict[str, float]
    confusions: list[tuple[str, int]]
    """The most frequent mistakes as "true digit -> answer", and how often."""


def measure(pack: StrokePack, recognizer: Recognizer, seed: int = 0) -> Drawn:
    """Lets a model read every digit of a pack; the same seed, the same drawings."""
    answers = [read(recognizer, inks) for inks in drawings(pack, seed)]
    return score(pack.labels, pack.writers.tolist(), np.concatenate(answers))


def drawings(pack: StrokePack, seed: int) -> Iterator[list[Ink]]:
    """Draws the digits of a pack in their order, a good many at once."""
    for start in range(0, len(pack), CHUNK):
        yield [draw(pack, index, seed) for index in range(start, min(start + CHUNK, len(pack)))]


def draw(pack: StrokePack, index: int, seed: int) -> Ink:
    """Draws one digit of a pack onto a canvas and takes the ink from that picture; the same seed, the same drawing."""
    rng = np.random.default_rng([seed, index])
    strokes = pack[index]
    placement = Placement.draw(rng, strokes)
    return ink_from_rgba(to_canvas(render(placement.apply(strokes), placement.canvas_px, placement.pen_width_px)))


def read(recognizer: Recognizer, inks: Sequence[Ink]) -> Answers:
    """Gives the answers to drawings that the page would give."""
    digits = (recognition.digit for recognition in recognizer.recognize_many(list(inks)))
    return np.array([NONE if digit is None else digit for digit in digits], np.int64)


def score(labels: npt.NDArray[np.integer], writers: Sequence[str], answers: Answers) -> Drawn:
    """Compares answers with what is right.

    Args:
        labels: (N,): the digits that were written.
        writers: who wrote each.
        answers: (N,): what was read.
    """
    right = answers == labels
    wrong, times = np.unique(np.stack([labels, answers])[:, ~right], axis=1, return_counts=True)
    frequent = np.argsort(-times, kind="stable")[:SHOWN]
    names = np.array(writers)
    return Drawn(
        digits=len(labels),
        writers=len(set(writers)),
        accuracy=float(right.mean()),
        turned_away=float((answers == NONE).mean()),
        per_digit={str(digit): float(right[labels == digit].mean()) for digit in np.unique(labels)},
        per_writer={str(name): float(right[names == name].mean()) for name in np.unique(names)},
        confusions=[
            (f"{wrong[0, i]} -> {'none' if wrong[1, i] == NONE else wrong[1, i]}", int(times[i])) for i in frequent
        ],
    )


def kept(model: Model, pack: Path) -> Drawn | None:
    """Gives what was measured of a model on a pack; None where that was not done yet.

    Raises:
        StrokePackError: the pack is not there.
    """
    content = outcomes.read_json(_place(model, pack))
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
    place = _place(model, pack)
    try:
        if model.folder == registry.SHIPPED:
            place.parent.mkdir(parents=True, exist_ok=True)
        outcomes.write_json(place, {"network": _network(model), **asdict(drawn)})
    except OSError as error:
        raise registry.ModelError(
            f"What “{model.name}” reads of drawings cannot be kept: {error.strerror} ({place.parent})."
        ) from error


def _place(model: Model, pack: Path) -> Path:
    """Gives the file for what is measured of a model on a pack, whatever that is called."""
    try:
        digest = registry.sha256(pack)[:16]
    except OSError as error:
        raise StrokePackError(f"{pack} cannot be read as a stroke pack: {error.strerror}.") from error
    folder = settings.home() / "shipped" if model.folder == registry.SHIPPED else model.folder
    return folder / f"drawn-{digest}.json"


def _network(model: Model) -> str:
    return str(model.card["files"][registry.NETWORK]["sha256"])
