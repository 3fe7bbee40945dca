"""Accuracy on handwritten typefaces: `python -m benchmarks.typefaces FONT ...`.

No network was trained on these hands. `benchmarks/typefaces.txt` names the npm packages of typefaces made from people's
handwriting and of the model hands that schools of many countries teach, all under the SIL Open Font License. In an
empty folder

    npm install $(cat .../benchmarks/typefaces.txt)

fetches them, and `node_modules/@fontsource/*/files/*-latin-400-normal.woff` are the fonts. All digits are read, and
those letters that people do not take for digits. The area under the ROC curve of the digit score measures how well the
two are told apart. `--sheet FILE.png` lays out all misread digits, and all letters that are taken for digits.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks import command_line
from benchmarks.drawn import Mistake, contact_sheet
from benchmarks.nodigits import auroc
from mnist_core.drawing.framing import Ink
from mnist_core.evaluation import drawn
from mnist_core.reading.recognizer import Recognizer

DIGITS, LETTERS = "0123456789", "AEFHKMNRWXhkmnwx"
SIZE_PX = 160  # of the typeface; its letters then are about as large as on the canvas


@dataclass(frozen=True)
class Score:
    """How the characters of some typefaces are read."""

    model: str
    drawn: drawn.Drawn
    """Of the digits; a typeface counts as a writer."""
    letters: int
    letters_taken_for_digits: float
    letters_read_as_numbers: float
    """The share that is divided into several digits."""
    letters_auroc: float
    mistakes: list[Mistake]
    taken: list[Mistake]
    """The letters that are taken for digits."""

    def to_json(self) -> dict[str, object]:
        """Returns all figures as a dictionary."""
        names = ("letters", "letters_taken_for_digits", "letters_read_as_numbers", "letters_auroc")
        return {"model": self.model, **asdict(self.drawn), **{name: getattr(self, name) for name in names}}


def draw(character: str, font: ImageFont.FreeTypeFont) -> Ink:
    """Draws a character with paper around it, float32 (H, W) in [0, 1]."""
    left, top, right, bottom = font.getbbox(character)
    picture = Image.new("L", (round(right - left) + SIZE_PX, round(bottom - top) + SIZE_PX))
    ImageDraw.Draw(picture).text((SIZE_PX / 2 - left, SIZE_PX / 2 - top), character, fill=255, font=font)
    return np.asarray(picture, np.float32) / np.float32(255)


def measure(fonts: Sequence[Path], recognizer: Recognizer) -> Score:
    """Reads the digits and letters of typefaces.

    Raises:
        OSError: a file is not a typeface.
    """
    faces = [(path.stem.removesuffix("-latin-400-normal"), ImageFont.truetype(path, SIZE_PX)) for path in fonts]
    digits = [(name, character, draw(character, face)) for name, face in faces for character in DIGITS]
    letters = [(name, character, draw(character, face)) for name, face in faces for character in LETTERS]
    read = recognizer.recognize_many([ink for _, _, ink in digits])
    read_letters = recognizer.recognize_many([ink for _, _, ink in letters])
    true = np.array([int(character) for _, character, _ in digits])
    return Score(
        model=recognizer.model.name,
        drawn=drawn.score(true, [name for name, _, _ in digits], read),
        letters=len(letters),
        letters_taken_for_digits=float(np.mean([one.digit is not None for one in read_letters])),
        letters_read_as_numbers=float(np.mean([len(recognizer.read(ink)) > 1 for _, _, ink in letters])),
        letters_auroc=auroc(
            np.array([one.digit_score for one in read]), np.array([one.digit_score for one in read_letters])
        ),
        mistakes=[
            Mistake(character, name, one)
            for (name, character, _), one in zip(digits, read, strict=True)
            if one.digit != int(character)
        ],
        taken=[
            Mistake(character, name, one)
            for (name, character, _), one in zip(letters, read_letters, strict=True)
            if one.digit is not None
        ],
    )


def show(score: Score) -> None:
    """Prints a score."""
    found = score.drawn
    print(f"{found.digits:,} digits of {found.writers} typefaces, read by the model “{score.model}”")
    print(f"  accuracy                  {found.accuracy:.2%}")
    print(f"  false rejection rate      {found.false_rejection_rate:.2%}")
    print("  per digit     " + "  ".join(f"{digit}: {accuracy:.1%}" for digit, accuracy in found.per_digit.items()))
    print(
        "  mistakes      "
        + "  ".join(f"{one.writer}: {one.label} -> {one.recognition.digit}" for one in score.mistakes)
    )
    print(f"{score.letters:,} letters, each of {LETTERS}")
    print(f"  told from the digits      AUROC {score.letters_auroc:.4f}")
    print(f"  taken for digits          {score.letters_taken_for_digits:.2%}")
    print(f"  divided into digits       {score.letters_read_as_numbers:.2%}")


def main() -> None:
    parser = command_line.parser("typefaces", __doc__)
    parser.add_argument("fonts", nargs="+", type=Path, metavar="FONT", help="TrueType, OpenType or WOFF files")
    command_line.add_model(parser)
    parser.add_argument("--sheet", type=Path, metavar="FILE.png", help="the file to lay out the mistakes in")
    options = parser.parse_args()
    recognizer = command_line.recognizer(options)
    score = measure(options.fonts, recognizer)
    if options.sheet:
        contact_sheet([*score.mistakes, *score.taken]).save(options.sheet)
    if options.json:
        print(json.dumps(score.to_json(), indent=1))
    else:
        show(score)


if __name__ == "__main__":
    main()
