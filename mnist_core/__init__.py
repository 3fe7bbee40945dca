"""The library behind MNIST Studio: everything that is true without a browser.

    recognizer = Recognizer.load()
    number = recognizer.read(ink_from_rgba(rgba))

The rooms follow the way of the data, and each imports from those before it only: `data`, `drawing`, `synthesis`,
`networks`, `models`, `reading`, `kept`, `evaluation`, `training`, `runs`, `export`, `commands`.
"""

from mnist_core.drawing.framing import to_model_input
from mnist_core.drawing.rgba import ink_from_rgba
from mnist_core.errors import StudioError
from mnist_core.reading.recognizer import Recognition, Recognizer

__all__ = ["Recognition", "Recognizer", "StudioError", "ink_from_rgba", "to_model_input"]
