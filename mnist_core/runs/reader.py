"""A process that reads drawings for others: `python -m mnist_core.runs.reader DESCRIPTOR`; see `readers.py`."""

import os
import sys
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection

import numpy as np

from mnist_core import settings
from mnist_core.drawing.image_files import decode_canvas_png
from mnist_core.drawing.rgba import ink_from_rgba
from mnist_core.errors import StudioError
from mnist_core.reading.recognizer import Recognizer
from mnist_core.runs.readers import Reading, Request

IDLE_S = 600.0  # after which nobody seems to draw any more, and the process ends
NO_INK = np.zeros((0, 0), np.float32)


def main() -> None:
    """Answers requests until nobody sends any more."""
    with Connection(int(sys.argv[1])) as asking:
        while asking.poll(IDLE_S) and (request := _received(asking)) is not None:
            answered = answer(request)
            with suppress(OSError):
                asking.send(answered)


def _received(asking: Connection) -> Request | None:
    """Returns what somebody asks; None where they have gone."""
    try:
        request: Request = asking.recv()
    except (EOFError, OSError):
        return None
    return request


def answer(request: Request) -> Reading | StudioError:
    """Reads a drawing, or returns why it cannot be read."""
    os.environ[settings.HOME] = str(request.home)
    try:
        ink = ink_from_rgba(decode_canvas_png(request.png, max_side_px=request.most_side_px))
        recognizer = Recognizer.load()
        return Reading(replace(recognizer.recognize(ink), ink=NO_INK), recognizer.model.name)
    except StudioError as error:
        return error


if __name__ == "__main__":
    main()
