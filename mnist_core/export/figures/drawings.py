"""A drawing: the steps from the ink to what the network sees, and what it answers, digit by digit."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from mnist_core import formatting, settings
from mnist_core.drawing.framing import BOX, FIELD, BlankDrawing, frame
from mnist_core.drawing.strokes import StrokePack
from mnist_core.evaluation.drawn import draw
from mnist_core.export.figures.evaluation import draw_bars
from mnist_core.export.figures.sheet import Images, Sheet, show
from mnist_core.export.figures.styles import Palette
from mnist_core.export.figures.subjects import Subject, model_words
from mnist_core.reading.recognizer import Recognition, Recognizer

MOST_DIGITS = 6  # of a number: more rows would be too small to see on a slide
STEPS = ("ink", "cropped", f"fitted into {BOX} px", f"centred on {FIELD} × {FIELD} px")


def steps(subject: Subject, palette: Palette) -> Figure:
    """Draws for each digit of a drawing the four steps of preprocessing and the ten probabilities.

    Raises:
        BlankDrawing: there is nothing to read.
        StudioError: the drawing cannot be read.
    """
    model = subject.model()
    writing, origin = subject.writing, "A drawing."
    if writing is None:
        writing = draw(StrokePack.load(settings.stroke_pack()), 0, subject.seed)
        origin = "The first of the pen-drawn digits that models are measured on."
    number = Recognizer(model).read(*writing)
    if not number:
        raise BlankDrawing
    shown = number[:MOST_DIGITS]
    words = f"{origin} {model_words(model)}"
    if len(number) > len(shown):
        words = f"{words} The first {MOST_DIGITS} of {len(number)} digits."
    written = "".join(map(_sign, number))
    sheet = Sheet(palette, f"Read as {written}" if written != "?" else "No digit", words, (12, 1 + 2.2 * len(shown)))
    rows = sheet.figure.subplots(len(shown), 5, squeeze=False, width_ratios=(1, 1, 1, 1, 2.2))
    for row, recognition in zip(rows, shown, strict=True):
        framing = frame(recognition.ink)
        fitted = np.zeros((BOX, BOX), np.float32)
        height, width = framing.fitted.shape
        top, left = (BOX - height) // 2, (BOX - width) // 2
        fitted[top : top + height, left : left + width] = framing.fitted
        seen = np.float32(1 / 255) * framing.model_input
        images: Sequence[Images] = (framing.ink, framing.cropped, fitted, seen)
        for axes, image in zip(row, images, strict=False):
            show(axes, image, brightest=1)
            for spine in axes.spines.values():
                spine.set(visible=True, color=palette.grid)
        draw_bars(row[-1], recognition.probabilities, palette)
        row[-1].set_title(_verdict(recognition))
    for axes, step in zip(rows[0], STEPS, strict=False):
        axes.set_title(step)
    return sheet.figure


def _sign(recognition: Recognition) -> str:
    return "?" if recognition.digit is None else str(recognition.digit)


def _verdict(recognition: Recognition) -> str:
    if recognition.digit is None:
        return f"rejected as no digit, confidence {formatting.confidence(1 - recognition.digit_score)}"
    return f"{recognition.digit}, confidence {formatting.confidence(recognition.confidence)}"
