"""Scripts and notebooks as a person runs them who has no network."""

from dataclasses import replace

from mnist_core.export.sections import Section

DOWNLOAD = "(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()\n"
COPY = (
    'with np.load("mnist.npz") as mnist:\n',
    '    x_train, y_train = mnist["x_train"], mnist["y_train"]\n',
    '    x_test, y_test = mnist["x_test"], mnist["y_test"]\n',
)


def loading_the_copy(sections: list[Section]) -> list[Section]:
    """Exchanges the line that downloads MNIST for the lines in a comment after it."""
    return [replace(section, code=_exchanged(section.code + "\n").rstrip("\n")) for section in sections]


def _exchanged(code: str) -> str:
    code = code.replace(DOWNLOAD, "")
    for line in COPY:
        code = code.replace(f"# {line}", line)
    return code
