"""Accuracy on pen-drawn digits: `python -m benchmarks.drawn [PACK.npz ...] [--json]`.

The digits of stroke packs are drawn and read as `mnist_core.evaluation.drawn` does. For comparison, the same pictures
are also merely scaled down to 28 x 28, without MNIST's framing. `--sheet FILE.png` lays out all mistakes as the network
saw them, each with its label and the answer.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from benchmarks import command_line
from mnist_core.drawing.framing import FIELD, Ink
from mnist_core.drawing.strokes import StrokePack
from mnist_core.evaluation import drawn
from mnist_core.reading.recognizer import Recognition, Recognizer

COLUMNS, TILE_PX, CAPTION_PX = 16, 84, 14  # of the sheet of mistakes


@dataclass(frozen=True)
class Mistake:
    """A drawing that was misread."""

    label: str
    writer: str
    recognition: Recognition


@dataclass(frozen=True)
class Score:
    """How well the drawings of some packs are read."""

    packs: list[str]
    model: str
    drawn: drawn.Drawn
    accuracy_merely_scaled: float
    """The same network and drawings, but the canvas only scaled down to 28 x 28."""
    mistakes: list[Mistake]

    def to_json(self) -> dict[str, object]:
        """Returns all figures as a dictionary."""
        merely_scaled = {"accuracy_merely_scaled": self.accuracy_merely_scaled}
        return {"packs": self.packs, "model": self.model, **asdict(self.drawn), **merely_scaled}


def merely_scaled(ink: Ink) -> npt.NDArray[np.uint8]:
    """Scales a canvas, float32 (H, W), down to uint8 (28, 28) with anti-aliasing and does nothing else."""
    scaled = Image.fromarray(ink).resize((FIELD, FIELD), Image.Resampling.BOX)
    return np.rint(np.asarray(scaled) * 255).astype(np.uint8)


def measure(paths: list[Path], recognizer: Recognizer, seed: int = 0) -> Score:
    """Reads every digit of every pack.

    Raises:
        StrokePackError: a file is not a stroke pack.
    """
    labels: list[npt.NDArray[np.int64]] = []
    writers: list[str] = []
    recognitions: list[Recognition] = []
    scaled: list[npt.NDArray[np.uint8]] = []
    for path in paths:
        pack = StrokePack.load(path)
        labels.append(pack.labels)
        writers += [f"{path.stem}/{writer}" if len(paths) > 1 else str(writer) for writer in pack.writers]
        for index in range(len(pack)):
            drawing = drawn.draw(pack, index, seed)
            recognitions.append(drawn.read(recognizer, drawing))
            scaled.append(merely_scaled(drawing.ink))
    true = np.concatenate(labels)
    scaled_answers = recognizer.network(np.stack(scaled))[0].argmax(axis=1)
    return Score(
        packs=[str(path) for path in paths],
        model=recognizer.model.name,
        drawn=drawn.score(true, writers, recognitions),
        accuracy_merely_scaled=float((scaled_answers == true).mean()),
        mistakes=[
            Mistake(str(true[index]), writers[index], recognitions[index])
            for index in np.flatnonzero(drawn.answers(recognitions) != true)
        ],
    )


def contact_sheet(mistakes: Sequence[Mistake]) -> Image.Image:
    """Lays out mistakes by label and answer, each as the network saw it, with label, answer and writer."""
    ordered = sorted(
        mistakes, key=lambda one: (one.label, -1 if one.recognition.digit is None else one.recognition.digit)
    )
    sheet = Image.new("L", (COLUMNS * TILE_PX, max(1, -(-len(ordered) // COLUMNS)) * (TILE_PX + CAPTION_PX)), 255)
    drawing = ImageDraw.Draw(sheet)
    for index, mistake in enumerate(ordered):
        row, column = divmod(index, COLUMNS)
        corner = column * TILE_PX, row * (TILE_PX + CAPTION_PX)
        ink = Image.fromarray(255 - mistake.recognition.model_input)
        sheet.paste(ink.resize((TILE_PX, TILE_PX), Image.Resampling.BICUBIC), corner)
        read = "none" if mistake.recognition.digit is None else mistake.recognition.digit
        drawing.text((corner[0] + 4, corner[1] + TILE_PX), f"{mistake.label} > {read}  {mistake.writer[:8]}", fill=0)
    return sheet


def show(score: Score) -> None:
    """Prints a score."""
    found = score.drawn
    print(f"{found.digits:,} digits by {found.writers} people, read by the model “{score.model}”")
    print(f"  accuracy                  {found.accuracy:.2%}")
    print(f"  canvas merely scaled down {score.accuracy_merely_scaled:.2%}")
    print(f"  false rejection rate      {found.false_rejection_rate:.2%}")
    print(f"  calibration error         {found.expected_calibration_error:.2%}")
    print("  per digit     " + "  ".join(f"{digit}: {accuracy:.1%}" for digit, accuracy in found.per_digit.items()))
    worst = sorted(found.per_writer.items(), key=lambda item: item[1])[:5]
    print("  worst writers " + "  ".join(f"{writer}: {accuracy:.1%}" for writer, accuracy in worst))
    print("  mistakes      " + "  ".join(f"{mistake}: {times}" for mistake, times in found.confusions))


def main() -> None:
    parser = command_line.parser("drawn", __doc__)
    command_line.add_packs(parser)
    command_line.add_model(parser)
    parser.add_argument("--seed", type=int, default=0, help="random seed for positions (default: %(default)s)")
    parser.add_argument("--sheet", type=Path, metavar="FILE.png", help="the file to lay out the mistakes in")
    options = parser.parse_args()
    recognizer = command_line.recognizer(options)
    score = measure(options.packs, recognizer, options.seed)
    if options.sheet:
        contact_sheet(score.mistakes).save(options.sheet)
    if options.json:
        print(json.dumps(score.to_json(), indent=1))
    else:
        show(score)


if __name__ == "__main__":
    main()
