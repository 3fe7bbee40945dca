"""What is taken home from a room: its drawings as a stroke pack, all of them as one picture, and a network."""

import io
import math
from typing import BinaryIO

import numpy as np
from PIL import Image

from mnist_core.drawing.framing import to_model_input
from mnist_core.kept import encoding, packs
from mnist_core.models import registry
from mnist_core.rooms import drawings
from mnist_core.rooms.store import Room, RoomError

TILE_PX = 56
GAP_PX = 4
RATIO = 16 / 9  # of a slide
PAPER = 255


def write_pack(room: int, file: BinaryIO) -> int:
    """Writes a room's drawings that are not hidden as a stroke pack, its writers numbered; returns how many.

    Raises:
        PackError: there are none.
        DatabaseError: the database cannot be used.
    """
    drawn = ((one.pen_strokes, one.asked, f"guest-{one.guest}") for one in drawings.all_of(room))
    return packs.write(drawn, file)


def network(room: Room) -> str:
    """Returns the model that people take home: the speaker's choice while it is there, else the active one."""
    return room.network if room.network in registry.names() else registry.active_name()


def mosaic(room: int) -> bytes:
    """Draws all drawings of a room that are not hidden, in the order of their digits, as one PNG.

    Raises:
        RoomError: there are none.
        DatabaseError: the database cannot be used.
    """
    tiles = [(one.asked, one.id, to_model_input(encoding.ink_of(one.ink))) for one in drawings.all_of(room)]
    if not tiles:
        raise RoomError("Nothing has been drawn in this room yet.")
    tiles.sort(key=lambda tile: tile[:2])
    columns = max(1, math.ceil(math.sqrt(len(tiles) * RATIO)))
    rows = math.ceil(len(tiles) / columns)
    pitch_px = TILE_PX + GAP_PX
    wall = np.full((rows * pitch_px + GAP_PX, columns * pitch_px + GAP_PX), PAPER, np.uint8)
    for index, (_, _, image) in enumerate(tiles):
        top, left = (GAP_PX + place * pitch_px for place in divmod(index, columns))
        grown = Image.fromarray(PAPER - image).resize((TILE_PX, TILE_PX), Image.Resampling.BICUBIC)
        wall[top : top + TILE_PX, left : left + TILE_PX] = np.asarray(grown)
    content = io.BytesIO()
    Image.fromarray(wall).save(content, "PNG", optimize=True)
    return content.getvalue()
