"""Temporary."""
import io, numpy as np
from PIL import Image, ImageOps
from mnist_core.errors import StudioError
class PictureError(StudioError): pass
def read_picture(source):
    try:
        im=Image.open(source); im=ImageOps.exif_transpose(im).convert("RGBA")
    except Exception as e: raise PictureError(f"{source} cannot be read: {e}.") from e
    return np.asarray(im)
def decode_canvas_png(png, max_side_px):
    return read_picture(io.BytesIO(png))
