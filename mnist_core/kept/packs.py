"""Exports and imports drawings as stroke packs (`mnist_core.drawing.strokes`), on which models can be measured."""

from pathlib import Path
from typing import BinaryIO

import numpy as np

from mnist_core import formatting, settings
from mnist_core.drawing.strokes import PACK_SCALE, PenStroke, Placement, StrokePack, Writing, render
from mnist_core.errors import StudioError
from mnist_core.kept import drawings, hands
from mnist_core.kept.drawings import Filter, Kept

AT_ONCE = 100
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
    digits: list[list[np.ndarray]] = []
    labels: list[int] = []
    writers: list[str] = []
    for some in drawings.batches(owner, wanted, AT_ONCE):
        for kept in some:
            if kept.strokes is not None and kept.label >= 0:
                digits.append(_scaled(kept.pen_strokes))
                labels.append(kept.label)
                writers.append(names.get(kept.hand, ""))
    if not digits:
        raise PackError("None of these drawings is a digit with strokes: only what was drawn on the paper has them.")
    strokes = [stroke for digit in digits for stroke in digit]
    np.savez_compressed(
        file,
        points=np.concatenate(strokes).astype(np.int16),
        stroke_offsets=np.cumsum([0, *map(len, strokes)]).astype(np.int32),
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
        PackError: it holds more than a hand may have, or labels that are no digits.
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
    return len(drawings.keep(owner, [_kept(pack, index) for index in range(len(pack))], hand))


def _scaled(strokes: list[PenStroke]) -> list[np.ndarray]:
    """Returns strokes as a pack has them: from 0, the longer side of the digit 1000."""
    points = np.concatenate([stroke.points for stroke in strokes])
    corner, side = points.min(axis=0), max(float(np.ptp(points, axis=0).max()), 1.0)
    return [np.rint((stroke.points - corner) * (PACK_SCALE / side)) for stroke in strokes]


def _kept(pack: StrokePack, index: int) -> Kept:
    placed = DRAWN.apply(pack[index])
    label = int(pack.labels[index])
    ink = render(placed, DRAWN.canvas_px, DRAWN.pen_width_px)
    strokes = [PenStroke(stroke, DRAWN.pen_width_px) for stroke in placed]
    return drawings.of_writing(Writing(ink, strokes), label=label, predicted=label, confidence=1.0, model="")
