"""The library behind MNIST Studio: everything that is true without a browser.

    recognizer = Recognizer.load()
    number = recognizer.read(ink_from_rgba(rgba))

The modules follow the way of the data; see the README for what each does.
"""

from mnist_core.errors import StudioError
from mnist_core.ink import ink_from_rgba
from mnist_core.preprocessing import to_model_input
from mnist_core.recognizer import Recognition, Recognizer

__all__ = ["Recognition", "Recognizer", "StudioError", "ink_from_rgba", "to_model_input"]
