"""Accuracy on digits that people wrote with a pen: `python -m benchmarks.drawn PACK.npz ... --json`.

Every digit of a stroke pack is drawn as a browser's canvas would draw it (280 x 280, round pen of 12 to 24 px, the
digit 40 to 85 % of the canvas, anywhere on it), and that picture goes through the whole chain. Beside it, as a
comparison in the same run, the same pictures are merely scaled down to 28 x 28, as programs do that leave out MNIST's
framing.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core.ink import ink_from_rgba
from mnist_core.preprocessing import FIELD, Ink
from mnist_core.recognizer import Recognizer
from mnist_core.registry import Model, folder_of
from mnist_core.strokes import Placement, StrokePack, render, to_canvas

CHUNK = 1000  # drawings held in memory at once


@dataclass(frozen=True)
class Score:
    """How well the drawings of some packs are read."""

    packs: list[str]
    model: str
    digits: int
    writers: int
    accuracy: float
    """The share read right: the answer that the page would give, "no digit" being wrong."""
    turned_away: float
    """The share not taken for a digit."""
    accuracy_merely_scaled: float
    """The same network, the same drawings, but the canvas only scaled down to 28 x 28."""
    per_digit: dict[str, float]
    per_writer: dict[str, float]
    confusions: list[tuple[str, int]]
    """The ten most frequent mistakes as "true digit -> answer", and how often."""


def draw(pack: StrokePack, index: int, seed: int) -> Ink:
    """Draws one digit of a pack onto a canvas and takes the ink from that picture; the same seed, the same drawing."""
    rng = np.random.default_rng([seed, index])
    strokes = pack[index]
    placement = Placement.draw(rng, strokes)
    return ink_from_rgba(to_canvas(render(placement.apply(strokes), placement.canvas_px, placement.pen_width_px)))


def merely_scaled(ink: Ink) -> npt.NDArray[np.uint8]:
    """Scales a canvas down to 28 x 28 with anti-aliasing and does nothing else."""
    scaled = Image.fromarray(ink).resize((FIELD, FIELD), Image.Resampling.BOX)
    return np.rint(np.asarray(scaled) * 255).astype(np.uint8)


def measure(paths: list[Path], recognizer: Recognizer, seed: int = 0) -> Score:
    """Reads every digit of every pack.

    Raises:
        StrokePackError: a file is not a stroke pack.
    """
    labels, writers, answers, scaled_answers = [], [], [], []
    for path in paths:
        pack = StrokePack.load(path)
        labels.append(pack.labels)
        writers += [f"{path.stem}/{writer}" if len(paths) > 1 else str(writer) for writer in pack.writers]
        for start in range(0, len(pack), CHUNK):
            inks = [draw(pack, index, seed) for index in range(start, min(start + CHUNK, len(pack)))]
            answers += [recognition.digit for recognition in recognizer.recognize_many(inks)]
            probabilities, _ = recognizer.network(np.stack([merely_scaled(ink) for ink in inks]))
            scaled_answers.append(probabilities.argmax(axis=1))

    true = np.concatenate(labels)
    read = np.array([-1 if answer is None else answer for answer in answers])
    right = read == true
    wrong, times = np.unique(np.stack([true, read])[:, ~right], axis=1, return_counts=True)
    frequent = np.argsort(-times, kind="stable")[:10]
    names = np.array(writers)
    return Score(
        packs=[str(path) for path in paths],
        model=recognizer.model.name,
        digits=len(true),
        writers=len(set(writers)),
        accuracy=float(right.mean()),
        turned_away=float((read == -1).mean()),
        accuracy_merely_scaled=float((np.concatenate(scaled_answers) == true).mean()),
        per_digit={str(digit): float(right[true == digit].mean()) for digit in np.unique(true)},
        per_writer={str(name): float(right[names == name].mean()) for name in np.unique(names)},
        confusions=[
            (f"{wrong[0, i]} -> {'none' if wrong[1, i] < 0 else wrong[1, i]}", int(times[i])) for i in frequent
        ],
    )


def show(score: Score) -> None:
    print(f"{score.digits:,} digits by {score.writers} people, read by the model “{score.model}”")
    print(f"  read right                {score.accuracy:.2%}")
    print(f"  canvas merely scaled down {score.accuracy_merely_scaled:.2%}")
    print(f"  not taken for a digit     {score.turned_away:.2%}")
    print("  per digit     " + "  ".join(f"{digit}: {accuracy:.1%}" for digit, accuracy in score.per_digit.items()))
    worst = sorted(score.per_writer.items(), key=lambda item: item[1])[:5]
    print("  worst writers " + "  ".join(f"{writer}: {accuracy:.1%}" for writer, accuracy in worst))
    print("  mistakes      " + "  ".join(f"{mistake}: {times}" for mistake, times in score.confusions))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drawn", description=__doc__.splitlines()[0])
    parser.add_argument("packs", nargs="+", type=Path, metavar="PACK.npz")
    parser.add_argument("--model", help="the model's name (default: the active one)")
    parser.add_argument("--seed", type=int, default=0, help="how the digits are placed on the canvas")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    recognizer = Recognizer(Model.open(folder_of(options.model))) if options.model else Recognizer.load()
    score = measure(options.packs, recognizer, options.seed)
    if options.json:
        print(json.dumps(asdict(score), indent=1))
    else:
        show(score)


if __name__ == "__main__":
    main()
