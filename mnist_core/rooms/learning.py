"""Hands a room's drawings to a training, its people divided: some are learned from, the others are tested on."""

import numpy as np

from mnist_core.drawing.framing import FIELD, to_model_input
from mnist_core.kept import encoding
from mnist_core.rooms import drawings
from mnist_core.training.own_drawings import OwnDrawings


def divided(room: int) -> OwnDrawings:
    """Frames the drawings of a room that are not hidden, and divides its people.

    Raises:
        TooFewDrawings: there are too few.
        TooFewPeople: all are of one person.
        DatabaseError: the database cannot be used.
    """
    drawn = list(drawings.all_of(room))
    framed = [to_model_input(encoding.ink_of(drawing.ink)) for drawing in drawn]
    return OwnDrawings.divided_by_people(
        np.array(framed, np.uint8).reshape(-1, FIELD, FIELD),
        np.array([drawing.asked for drawing in drawn], np.int64),
        np.array([drawing.guest for drawing in drawn], np.int64),
    )
