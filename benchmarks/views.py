"""Gain from test-time augmentation, and where one view is enough: `python -m benchmarks.views [PACK.npz ...] [--json]`.

The MNIST test set and pen-drawn digits are read in one view, in all views, and as the recognizer does: in all views
where the first is in doubt. Each drawing is framed whole, as one digit.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from benchmarks import command_line
from mnist_core.data.mnist import load_mnist
from mnist_core.drawing.strokes import StrokePack
from mnist_core.evaluation import drawn
from mnist_core.reading.network import CORES, Network, is_settled
from mnist_core.reading.tta import averaged, views

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.integer]

AT_ONCE = 500  # images whose views are made together


@dataclass(frozen=True)
class Worth:
    """How some images are read in one view, in all, and as the recognizer does."""

    images: int
    settled: float
    """The share for which the first view is enough."""
    mistakes_in_one_view: int
    mistakes_in_all_views: int
    mistakes: int
    """As the recognizer reads."""


def worth(content: bytes, images: Images, labels: Labels) -> Worth:
    """Reads images, uint8 (N, 28, 28), in all three ways."""
    alone, as_read = (Network(content, views=in_views, interpreters=CORES) for in_views in (False, True))
    first = alone.run(images)
    starts = range(0, len(images), AT_ONCE)
    all_views = [averaged(_logits(alone, views(images[start : start + AT_ONCE]))) for start in starts]
    return Worth(
        images=len(images),
        settled=float(is_settled(first).mean()),
        mistakes_in_one_view=_mistakes(first.probabilities, labels),
        mistakes_in_all_views=_mistakes(np.concatenate(all_views), labels),
        mistakes=_mistakes(as_read.run(images).probabilities, labels),
    )


def _logits(network: Network, images: Images) -> npt.NDArray[np.float32]:
    logits = network.run(images).logits
    if logits is None:
        raise ValueError("The model's export has no logits: export it anew.")
    return logits


def _mistakes(probabilities: npt.NDArray[np.float32], labels: Labels) -> int:
    return int((probabilities.argmax(axis=1) != labels).sum())


def main() -> None:
    parser = command_line.parser("views", __doc__)
    command_line.add_packs(parser)
    command_line.add_model(parser)
    options = parser.parse_args()
    model, mnist = command_line.recognizer(options).model, load_mnist()
    found: dict[str, Worth] = {"MNIST test set": worth(model.network, mnist.x_test, mnist.y_test)}
    for path in options.packs:
        pack = StrokePack.load(path)
        drawings = drawn.prepare(pack, count=len(pack))
        found[path.stem] = worth(model.network, drawings.model_inputs, pack.labels[drawings.chosen])
    show(found, as_json=options.json)


def show(found: Mapping[str, Worth], *, as_json: bool) -> None:
    """Prints how each group is read."""
    if as_json:
        print(json.dumps({name: asdict(one) for name, one in found.items()}, indent=1))
        return
    for name, one in found.items():
        print(
            f"{name}: {one.images:,} images, {one.settled:.1%} settled by the first view; mistakes in one view "
            f"{one.mistakes_in_one_view}, in all views {one.mistakes_in_all_views}, as it reads {one.mistakes}"
        )


if __name__ == "__main__":
    main()
