"""Accuracy on digits that people wrote with a pen: `python -m benchmarks.drawn PACK.npz ... --json`.

The digits of stroke packs are drawn and read as `mnist_core.drawn` does. Beside it, as a comparison in the same run,
the same pictures are merely scaled down to 28 x 28, as programs do that leave out MNIST's framing.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core import drawn
from mnist_core.preprocessing import FIELD, Ink
from mnist_core.recognizer import Recognizer
from mnist_core.registry import Model, folder_of
from mnist_core.strokes import StrokePack


@dataclass(frozen=True)
class Score:
    """How well the drawings of some packs are read."""

    packs: list[str]
    model: str
    drawn: drawn.Drawn
    accuracy_merely_scaled: float
    """The same network, the same drawings, but the canvas only scaled down to 28 x 28."""

    def to_json(self) -> dict[str, object]:
        """Gives all figures as a dictionary for programs."""
        merely_scaled = {"accuracy_merely_scaled": self.accuracy_merely_scaled}
        return {"packs": self.packs, "model": self.model, **asdict(self.drawn), **merely_scaled}


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
        for inks in drawn.drawings(pack, seed):
            answers.append(drawn.read(recognizer, inks))
            probabilities, _ = recognizer.network(np.stack([merely_scaled(ink) for ink in inks]))
            scaled_answers.append(probabilities.argmax(axis=1))
    true = np.concatenate(labels)
    return Score(
        packs=[str(path) for path in paths],
        model=recognizer.model.name,
        drawn=drawn.score(true, writers, np.concatenate(answers)),
        accuracy_merely_scaled=float((np.concatenate(scaled_answers) == true).mean()),
    )


def show(score: Score) -> None:
    found = score.drawn
    print(f"{found.digits:,} digits by {found.writers} people, read by the model “{score.model}”")
    print(f"  read right                {found.accuracy:.2%}")
    print(f"  canvas merely scaled down {score.accuracy_merely_scaled:.2%}")
    print(f"  not taken for a digit     {found.turned_away:.2%}")
    print("  per digit     " + "  ".join(f"{digit}: {accuracy:.1%}" for digit, accuracy in found.per_digit.items()))
    worst = sorted(found.per_writer.items(), key=lambda item: item[1])[:5]
    print("  worst writers " + "  ".join(f"{writer}: {accuracy:.1%}" for writer, accuracy in worst))
    print("  mistakes      " + "  ".join(f"{mistake}: {times}" for mistake, times in found.confusions))


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
        print(json.dumps(score.to_json(), indent=1))
    else:
        show(score)


if __name__ == "__main__":
    main()
