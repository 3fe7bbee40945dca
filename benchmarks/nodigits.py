"""How well digits are told from what is none: `python -m benchmarks.nodigits [PACK.npz ...] [--json]`.

The digits are MNIST's test images and, drawn as on the canvas, those of the stroke packs. What is none is drawn by the
program: letters, symbols, doodles and several digits in one; or, with `--others PACK.npz`, by people. For each group
stands the area under the ROC curve of the digit score (the chance that a digit scores higher than what is none), and
the share that the page takes for digits.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import stats

from benchmarks import reading
from mnist_core import doodles, handwriting
from mnist_core.allographs import LETTERS, SYMBOLS
from mnist_core.commands.console import load_mnist
from mnist_core.drawn import draw
from mnist_core.preprocessing import to_model_input
from mnist_core.recognizer import Recognizer
from mnist_core.strokes import StrokePack

COUNT = 2000  # of each group that the program draws
SEED = 12345  # not one that a network was trained with

Images = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Group:
    """How drawings of one kind fare."""

    name: str
    count: int
    taken_for_digits: float
    """The share whose digit score reaches the model's threshold."""
    auroc: float | None = None
    """Against all digits together; None for digits."""


def auroc(digits: npt.NDArray[np.float32], others: npt.NDArray[np.float32]) -> float:
    """Gives the chance that a digit's score is above another drawing's, ties counting half (Mann and Whitney 1947)."""
    return float(stats.mannwhitneyu(digits, others).statistic / (len(digits) * len(others)))


def drawn(path: Path, seed: int) -> Images:
    """Draws a stroke pack as on the canvas and frames it, uint8 (N, 28, 28)."""
    pack = StrokePack.load(path)
    return np.stack([to_model_input(draw(pack, index, seed)) for index in range(len(pack))])


def measure(recognizer: Recognizer, digits: dict[str, Images], others: dict[str, Images]) -> list[Group]:
    """Measures groups of digits, and of what is none against all digits."""
    scores = {name: recognizer.network(images)[1] for name, images in (digits | others).items()}
    together = np.concatenate([scores[name] for name in digits])
    return [
        Group(
            name,
            len(own),
            float((own >= recognizer.digit_threshold).mean()),
            None if name in digits else auroc(together, own),
        )
        for name, own in scores.items()
    ]


def generated(digits: Images, count: int = COUNT) -> dict[str, Images]:
    """Draws groups of so many things that are no digits."""
    rng = np.random.default_rng(SEED)
    letters, symbols = (
        handwriting.pictures([forms[index] for index in rng.integers(len(forms), size=count)], rng)
        for forms in (LETTERS, SYMBOLS)
    )
    return {"letters": letters, "symbols": symbols, "all that the training draws": doodles.draw(count, rng, digits)[0]}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nodigits", description=__doc__.splitlines()[0])
    parser.add_argument("packs", nargs="*", type=Path, metavar="PACK.npz", help="digits that people drew")
    parser.add_argument("--others", nargs="*", type=Path, default=[], metavar="PACK.npz", help="what is none")
    reading.add_model(parser)
    parser.add_argument("--seed", type=int, default=0, help="how drawings are placed on the canvas")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    recognizer = reading.recognizer(options)
    test_images = load_mnist().x_test
    digits = {"MNIST's test images": test_images} | {path.stem: drawn(path, options.seed) for path in options.packs}
    others = generated(test_images) | {path.stem: drawn(path, options.seed) for path in options.others}
    groups = measure(recognizer, digits, others)
    if options.json:
        print(json.dumps([asdict(group) for group in groups], indent=1))
        return
    for group in groups:
        told = "" if group.auroc is None else f"   AUROC {group.auroc:.4f}"
        print(f"{group.name:<30} {group.count:>7,}   taken for digits {group.taken_for_digits:7.2%}{told}")


if __name__ == "__main__":
    main()
