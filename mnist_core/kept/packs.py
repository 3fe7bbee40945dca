"""Exports and imports drawings as stroke packs (`mnist_core.drawing.strokes`), on which models can be measured."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import numpy as np

from mnist_core import formatting, settings
from mnist_core.drawing.framing import BlankDrawing
from mnist_core.drawing.strokes import PACK_SCALE, PenStroke, Placement, StrokePack, Writing, render
from mnist_core.errors import StudioError
from mnist_core.kept import drawings, hands
from mnist_core.kept.drawings import Filter, Kept

AT_ONCE = 100
MOST_POINTS = 6000  # of a digit: more do not fit into what is kept of its strokes
MOST_POINTS_EACH = 300  # on average: drawing them takes longest; the package's digits have 40
DRAWN = Placement()
"""Where and with which pen the digits of a pack are drawn."""


class PackError(StudioError):
    """A stroke pack holds nothing that can be kept, or too much, or there is nothing for one."""


def exported(owner: str, wanted: Filter, file: BinaryIO) -> int:
    """Writes the drawings that are wanted, are digits and have strokes, as a stroke pack; returns how many.

    Raises:
        PackError: there are none.
        DatabaseError: the database cannot be used.
    """
    names = {hand.id: hand.name or f"hand-{hand.id}" for hand in hands.all_of(owner)}
    return write(
        (
            (kept.pen_strokes, kept.label, names.get(kept.hand, ""))
            for some in drawings.batches(owner, wanted, AT_ONCE)
            for kept in some
        ),
        file,
    )


def write(drawn: Iterable[tuple[list[PenStroke], int, str]], file: BinaryIO) -> int:
    """Writes those drawings that are digits and have strokes as a stroke pack; returns how many.

    Args:
        drawn: of each drawing its strokes, its label and its writer.
        file: where the pack is written to.

    Raises:
        PackError: there are none.
    """
    digits: list[list[np.ndarray]] = []
    labels: list[int] = []
    writers: list[str] = []
    for strokes, label, writer in drawn:
        if strokes and label >= 0:
            digits.append(_scaled(strokes))
            labels.append(label)
            writers.append(writer)
    if not digits:
        raise PackError("None of these drawings is a digit with strokes: only what was drawn on the paper has them.")
    all_strokes = [stroke for digit in digits for stroke in digit]
    np.savez_compressed(
        file,
        points=np.concatenate(all_strokes).astype(np.int16),
        stroke_offsets=np.cumsum([0, *map(len, all_strokes)]).astype(np.int32),
        digit_offsets=np.cumsum([0, *map(len, digits)]).astype(np.int32),
        label=np.array(labels, np.int64),
        writer=np.array(writers),
    )
    return len(digits)


def imported(owner: str, path: Path, hand: int | None = None) -> int:
    """Keeps the digits of a stroke pack, all or none; returns how many.

    Args:
        owner: whose they shall be.
        path: the file.
        hand: one of the owner's; by default the current one.

    Raises:
        StrokePackError: it is no stroke pack.
        PackError: it holds more than a hand may have or can be drawn, or labels that are no digits.
        KeepingError: there is no room for so many drawings.
        StudioError: they cannot be kept.
    """
    pack = StrokePack.load(path)
    if len(pack) > settings.kept_per_hand():
        raise PackError(
            f"This stroke pack has {formatting.count(len(pack))} digits, and at most "
            f"{formatting.count(settings.kept_per_hand())} drawings of one hand are kept: divide it."
        )
    if not np.isin(pack.labels, range(10)).all():
        raise PackError("The labels of this stroke pack should be digits from 0 to 9.")
    _check_points(pack)
    drawings.check_room(owner, len(pack), hand)  # before any digit is drawn
    now = time.time()
    kept = [_kept(pack, index, now) for index in range(len(pack))]
    return len(drawings.keep(owner, kept[::-1], hand))  # of the same moment, the first is listed first


def _check_points(pack: StrokePack) -> None:
    """Checks how many points are to be drawn: a file of a few kilobytes may unpack to millions.

    Raises:
        PackError: they are too many.
    """
    points = np.diff(pack.stroke_offsets[pack.digit_offsets])
    if len(points) and points.max() > MOST_POINTS:
        raise PackError(
            f"Digit {int(points.argmax()) + 1} of this stroke pack has {formatting.count(int(points.max()))} points, "
            f"and at most {formatting.count(MOST_POINTS)} can be drawn: leave it out, or record fewer points."
        )
    most = MOST_POINTS_EACH * settings.kept_per_hand()
    if len(pack.points) > most:
        raise PackError(
            f"This stroke pack has {formatting.count(len(pack.points))} points, and at most {formatting.count(most)} "
            "can be drawn: divide it."
        )


def _scaled(strokes: list[PenStroke]) -> list[np.ndarray]:
    """Returns strokes as a pack has them: from 0, the longer side of the digit 1000."""
    points = np.concatenate([stroke.points for stroke in strokes])
    corner, side = points.min(axis=0), max(float(np.ptp(points, axis=0).max()), 1.0)
    return [np.rint((stroke.points - corner) * (PACK_SCALE / side)) for stroke in strokes]


def _kept(pack: StrokePack, index: int, moment: float) -> Kept:
    """Draws one digit.

    Raises:
        PackError: it lies off the paper.
    """
    placed = DRAWN.apply(pack[index])
    label = int(pack.labels[index])
    ink = render(placed, DRAWN.canvas_px, DRAWN.pen_width_px)
    strokes = [PenStroke(stroke, DRAWN.pen_width_px) for stroke in placed]
    try:
        return drawings.of_writing(
            Writing(ink, strokes), label=label, predicted=label, confidence=1.0, model="", kept=moment
        )
    except BlankDrawing as error:
        raise PackError(
            f"Digit {index + 1} of this stroke pack lies off the paper: its points should start at 0, and its longer "
            f"side should be {PACK_SCALE}."
        ) from error
