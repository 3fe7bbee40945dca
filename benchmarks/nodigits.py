"""How well digits are told from other drawings: `python -m benchmarks.nodigits [PACK.npz ...] [--json]`.

The digits are the MNIST test set and, drawn as on the canvas, the stroke packs. The other drawings are by the program:
letters, symbols, scribbles and several digits in one; or, with `--others PACK.npz`, by people. Each group gets the
share that the network takes for digits, and the area under the ROC curve of the digit score (the probability that a
digit scores higher). Drawings with known strokes also get the share that the page divides into several digits.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import stats

from benchmarks import command_line
from mnist_core.data.mnist import load_mnist
from mnist_core.drawing.framing import to_model_input
from mnist_core.drawing.strokes import PACK_SCALE, StrokePack, Writing
from mnist_core.evaluation.drawn import draw, on_canvas
from mnist_core.reading.recognizer import Recognizer
from mnist_core.synthesis import handwriting, non_digits
from mnist_core.synthesis.allographs import LETTERS, SYMBOLS, Allograph

COUNT = 2000  # of each group that the program draws
SEED = 12345  # not one that a network was trained with

Images = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Group:
    """How drawings of one kind are read."""

    name: str
    count: int
    taken_for_digits: float
    """The share whose digit score reaches the model's threshold."""
    auroc: float | None = None
    """Against all digits together; None for digits."""
    divided: float | None = None
    """The share that the page divides into several digits; None where no strokes are known."""


@dataclass(frozen=True)
class Kind:
    """Drawings of one kind."""

    images: Images
    """uint8 (N, 28, 28): the model inputs."""
    drawings: Sequence[Writing] = ()
    """These drawings, or others of this kind, with their pen strokes."""


def auroc(digits: npt.NDArray[np.float32], others: npt.NDArray[np.float32]) -> float:
    """Returns the area under the ROC curve: the probability that a digit scores higher, ties counting half.

    Source: Mann and Whitney (1947).
    """
    return float(stats.mannwhitneyu(digits, others).statistic / (len(digits) * len(others)))


def drawn(path: Path, seed: int) -> Kind:
    """Draws a stroke pack as on the canvas."""
    pack = StrokePack.load(path)
    drawings = [draw(pack, index, seed) for index in range(len(pack))]
    return Kind(np.stack([to_model_input(drawing.ink) for drawing in drawings]), drawings)


def measure(recognizer: Recognizer, digits: dict[str, Kind], others: dict[str, Kind]) -> list[Group]:
    """Measures groups of digits, and groups of other drawings against all digits."""
    kinds = digits | others
    scores = {name: recognizer.network(kind.images)[1] for name, kind in kinds.items()}
    together = np.concatenate([scores[name] for name in digits])
    return [
        Group(
            name=name,
            count=len(own),
            taken_for_digits=float((own >= recognizer.digit_threshold).mean()),
            auroc=None if name in digits else auroc(together, own),
            divided=divided(recognizer, kinds[name].drawings) if kinds[name].drawings else None,
        )
        for name, own in scores.items()
    ]


def divided(recognizer: Recognizer, drawings: Sequence[Writing]) -> float:
    """Returns the share of drawings that are read as several digits."""
    return float(np.mean([len(recognizer.read(*drawing)) > 1 for drawing in drawings]))


def generated(digits: Images, count: int = COUNT) -> dict[str, Kind]:
    """Draws `count` letters, symbols and training non-digits each."""
    rng = np.random.default_rng(SEED)
    chosen = {
        name: [forms[index] for index in rng.integers(len(forms), size=count)]
        for name, forms in (("letters", LETTERS), ("symbols", SYMBOLS))
    }
    kinds = {name: Kind(handwriting.pictures(forms, rng), written(forms, rng)) for name, forms in chosen.items()}
    return kinds | {"training non-digits": Kind(non_digits.draw(count, rng, digits)[0])}


def written(forms: Sequence[Allograph], rng: np.random.Generator) -> list[Writing]:
    """Writes a character of each form on the canvas."""
    drawings = []
    for strokes in handwriting.write(forms, rng):
        points = np.concatenate(strokes)
        scale = PACK_SCALE / np.ptp(points, axis=0).max()
        drawings.append(on_canvas([(stroke - points.min(axis=0)) * scale for stroke in strokes], rng))
    return drawings


def main() -> None:
    parser = command_line.parser("nodigits", __doc__)
    command_line.add_packs(parser)
    parser.add_argument("--others", nargs="*", type=Path, default=[], metavar="PACK.npz", help="by people")
    command_line.add_model(parser)
    parser.add_argument("--seed", type=int, default=0, help="random seed for positions (default: %(default)s)")
    options = parser.parse_args()
    recognizer = command_line.recognizer(options)
    test_images = load_mnist().x_test
    packs, strangers = (
        {path.stem: drawn(path, options.seed) for path in paths} for paths in (options.packs, options.others)
    )
    digits = {"MNIST test set": Kind(test_images)} | packs
    others = generated(test_images) | strangers
    groups = measure(recognizer, digits, others)
    if options.json:
        print(json.dumps([asdict(group) for group in groups], indent=1))
        return
    for group in groups:
        told = f"{group.name:<30} {group.count:>7,}   taken for digits {group.taken_for_digits:7.2%}"
        told += "" if group.auroc is None else f"   AUROC {group.auroc:.4f}"
        told += "" if group.divided is None else f"   divided {group.divided:.2%}"
        print(told)


if __name__ == "__main__":
    main()
