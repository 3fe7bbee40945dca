"""Where writing comes from: the paper, a picture, the camera."""

from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
import streamlit as st
from markupsafe import Markup

from mnist_core.drawing.framing import is_blank
from mnist_core.drawing.image_files import decode_canvas_png, read_picture
from mnist_core.drawing.rgba import ink_from_rgba
from mnist_core.drawing.strokes import Writing
from mnist_core.errors import StudioError
from mnist_core.export.images import jpeg_uri, picture_on_paper
from ui import page
from ui.draw import canvas, state
from ui.draw.engine import Engine
from ui.draw.sketch import Drawing
from ui.draw.state import Desk
from ui.draw.waiting import Waiting
from ui.live import live_html

DRAW, PICTURE, CAMERA = "Draw", "Picture", "Camera"
INVITATIONS = {DRAW: "Draw a digit or a number", PICTURE: "Choose a picture", CAMERA: "Take a photograph"}
UNREAD = {
    DRAW: "I could not read this drawing",
    PICTURE: "I could not read this picture",
    CAMERA: "I could not read this photograph",
}
PICTURE_TYPES = ["png", "jpg", "jpeg", "webp", "bmp", "gif", "tif", "tiff"]
SHOWN_PX = 480  # the side of the paper on the screen


class NothingWritten(StudioError):
    """A picture without ink."""


def choose() -> str:
    """Lets the person choose one of the keys of `INVITATIONS`."""
    chosen = st.segmented_control(
        "Where the digit comes from",
        INVITATIONS,
        default=DRAW,
        required=True,
        key=state.SOURCE,
        label_visibility="collapsed",
        width="stretch",
        persist_state="session",
    )
    return chosen or DRAW


def writing_from(source: str, visitor: Waiting, engine: Engine | None) -> Writing | None:
    """Shows one of the keys of `INVITATIONS` and returns what is written there; None while there is nothing.

    Args:
        source: one of these keys.
        visitor: who waits meanwhile.
        engine: what the browser reads with while the pen is down.

    Raises:
        StudioError: what came is no picture that can be read.
    """
    if source == DRAW:
        return from_paper(engine)
    return {PICTURE: from_picture, CAMERA: from_camera}[source](visitor)


def from_paper(engine: Engine | None) -> Writing | None:
    """Shows the paper of the Draw page with its pens and buttons; returns what is drawn on it.

    Raises:
        StudioError: the browser sent something that is no picture.
    """
    drawing = drawing_on(state.DESK, engine)
    return None if drawing is None else writing_of(drawing)


def drawing_on(desk: Desk, engine: Engine | None = None) -> Drawing | None:
    """Shows a paper with its pens and buttons; returns what is drawn on it."""
    board = desk.board()
    sketch = board.sketch
    canvas.show(
        board,
        desk.pen(),
        key=desk.canvas_key,
        tools_key=desk.tools_key,
        on_tool=desk.use_tool,
        on_pen=desk.take_pen,
        engine=engine,
    )
    page.tell(board.refusal)
    return sketch.drawing if sketch.drawing.strokes else None


def writing_of(drawing: Drawing) -> Writing:
    """Returns what is drawn on a paper as ink, with its strokes.

    Raises:
        StudioError: the browser sent something that is no picture.
    """
    ink = ink_from_rgba(decode_canvas_png(drawing.png, max_side_px=canvas.PAPER_PX))
    return Writing(ink, canvas.pen_strokes(drawing))


def from_picture(visitor: Waiting) -> Writing | None:
    """Shows a place for a file, and the picture in it; returns what is written on it.

    Raises:
        StudioError: the file is no picture that can be read, or there is nothing written on it.
    """
    file = st.file_uploader(
        "A picture of a digit or a number: a photograph, a scan, a screenshot", PICTURE_TYPES, key="picture"
    )
    if file is None:
        return None
    visitor.tell()
    rgba = read_picture(file)
    shown = jpeg_uri(picture_on_paper(rgba, 2 * SHOWN_PX))
    live_html(
        Markup('<img class="chosen" src="{shown}" alt="The picture that you chose">').format(shown=shown), key="chosen"
    )
    return written_on(rgba)


def from_camera(visitor: Waiting) -> Writing | None:
    """Shows the camera; returns what is written on the photograph that was taken.

    Raises:
        StudioError: there is nothing written on the photograph.
    """
    if not camera_allowed(st.context.url or ""):
        st.info(
            "Browsers allow the camera on secure addresses only (https, or this machine itself). "
            "On a phone, choose Picture: you can take a photograph there, too."
        )
        return None
    photograph = st.camera_input("Hold a written digit or number in front of the camera", key="camera")
    if photograph is None:
        return None
    visitor.tell()
    return written_on(read_picture(photograph))


def written_on(rgba: npt.NDArray[np.uint8]) -> Writing:
    """Returns what is written on a picture, uint8 (H, W, 4).

    Raises:
        NothingWritten: there is none.
    """
    ink = ink_from_rgba(rgba)
    if is_blank(ink):
        raise NothingWritten("There is no writing in this picture. A dark pen on light paper, close up, works best.")
    return Writing(ink)


def camera_allowed(url: str) -> bool:
    """Returns whether browsers allow a page at this address to use the camera."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.hostname or "") in {"localhost", "127.0.0.1", "::1"}
