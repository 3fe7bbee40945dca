"""Writes a script that reads a picture with a model, framed as MNIST framed its scans."""

from collections.abc import Iterator

from mnist_core.compression import kinds
from mnist_core.export.sections import Section, to_script
from mnist_core.models.model_folder import KERAS_MODEL, Model
from mnist_core.networks import architectures
from mnist_core.networks.recipe import Recipe

IMPORTS = """import math

import keras
import numpy as np
from PIL import Image"""

INK = """picture = Image.open(picture_file).convert("RGBA")
picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
grey = np.asarray(picture.convert("L"), dtype="float32")
ink = abs(grey - np.median(grey))  # most of a picture is paper
ink = ink / ink.max()
ink[ink < 0.05] = 0  # the grain of the paper"""

FRAMING = """rows, columns = np.nonzero(ink)
ink = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]

# The longer side becomes 20 pixels. Each of them is the mean of what it covers, so
# lines have grey edges. Some paper around the ink fills the outermost pixels.
longest = max(ink.shape)
scale = longest / 20
height, width = (math.ceil(20 * side / longest) for side in ink.shape)
ink = np.pad(ink, math.ceil(scale))
middle_y, middle_x = ink.shape[0] / 2, ink.shape[1] / 2
top, bottom = middle_y - height * scale / 2, middle_y + height * scale / 2
left, right = middle_x - width * scale / 2, middle_x + width * scale / 2
fitted = Image.fromarray(ink).resize(
    (width, height), Image.Resampling.BOX, box=(left, top, right, bottom)
)
digit = np.asarray(fitted)
digit = digit / digit.max()

# The centre of mass moves to pixel 14, as far as all ink stays in the picture.
rows, columns = np.indices(digit.shape)
row = min(max(round(14 - np.average(rows, weights=digit)), 0), 28 - height)
column = min(max(round(14 - np.average(columns, weights=digit)), 0), 28 - width)
image = np.zeros((28, 28), dtype="float32")
image[row : row + height, column : column + width] = np.rint(255 * digit)"""

ANSWER = """answer = np.argmax(probabilities)
print(f"{answer}, confidence {probabilities[answer]:.1%}")"""


def reading_script(model: Model) -> str:
    """Writes a script that reads a picture with a model; it needs TensorFlow, NumPy and Pillow only.

    The script frames a drawing on plain paper as `mnist_core.drawing.framing` does, within rounding, where lines are as
    wide as MNIST's.

    Raises:
        ImpossibleRecipe: this version does not know the recipe on the model's card.
    """
    return to_script(reading_sections(model))


def reading_sections(model: Model) -> list[Section]:
    """Writes the sections of `reading_script`.

    Raises:
        ImpossibleRecipe: this version does not know the recipe on the model's card.
    """
    recipe = Recipe.from_json(model.card["recipe"])
    return [
        _whole(model, recipe),
        Section(
            "Import the libraries",
            "Keras reads; Pillow opens and resizes pictures.",
            f'{IMPORTS}\n\npicture_file = "digit.png"\nmodel_file = "{file_name(model)}"',
        ),
        Section(
            "Find the ink",
            "Ink is what differs from the paper: 0 is paper, 1 is ink, whether you write dark on light or light on "
            "dark.",
            INK,
        ),
        Section(
            "Frame it as MNIST framed its scans",
            "A network reads well what looks like its training images: a digit that fits in 20 x 20 pixels, in the "
            "middle of 28 x 28.",
            FRAMING,
        ),
        _read(recipe, model.card["digit_threshold"]),
    ]


def file_name(model: Model) -> str:
    """Returns the name under which the script looks for the model's Keras file."""
    return f"{model.name}.keras"


def _whole(model: Model, recipe: Recipe) -> Section:
    paragraphs = [
        "It needs TensorFlow and Pillow: pip install tensorflow pillow",
        f"Beside it lie {file_name(model)}, the model's {KERAS_MODEL} from MNIST Studio, and digit.png, a picture of "
        "one digit.",
        "\n".join(["MNIST Studio itself does more:", *_differences(model, recipe)]),
    ]
    return Section(f"Read a digit with the model {model.name}", "\n\n".join(paragraphs))


def _differences(model: Model, recipe: Recipe) -> Iterator[str]:
    """Says, a line each, what the program does in reading that the script does not."""
    yield "- It separates ink from photographed paper; here the paper must be plain."
    yield "- It divides numbers into digits."
    yield "- It widens lines that are thinner than any of MNIST's."
    if recipe.views:
        yield "- It averages what the network reads in seven views of a drawing in doubt."
    if (made := model.card.get("compressed")) is not None and kinds.is_converted(made["kind"]):
        yield f"- It reads with {model.name} itself; the Keras file keeps each weight in 32 bits."


def _read(recipe: Recipe, digit_threshold: float) -> Section:
    lines = [
        "model = keras.models.load_model(model_file, compile=False)",
        "outputs = model.predict(image.reshape(1, 28, 28, 1), verbose=0)",
    ]
    words = ["The network takes grey levels from 0 to 255"]
    if recipe.members:
        words.append(
            "and gives ten probabilities, the means of its members', and where a member knows it a digit score: the "
            "probability that this is a digit at all."
        )
        lines += [
            'probabilities = outputs["probabilities"][0]',
            f'if "digit_score" in outputs and outputs["digit_score"][0, 0] < {digit_threshold:.3g}:',
            '    print("This is probably no digit.")',
        ]
    elif (architecture := architectures.of(recipe)).scores:
        words.append("and gives ten probabilities, and a digit score: the probability that this is a digit at all.")
        lines += [
            'probabilities = outputs["probabilities"][0]',
            'digit_score = outputs["digit_score"][0, 0]',
            f"if digit_score < {digit_threshold:.3g}:",
            '    print("This is probably no digit.")',
        ]
    elif architecture.digits_name == architectures.LOGITS:
        words.append("and gives ten logits, which a softmax turns into probabilities.")
        lines += ["powers = np.exp(outputs[0] - outputs[0].max())", "probabilities = powers / powers.sum()"]
    else:
        words.append("and gives ten probabilities.")
        lines.append("probabilities = outputs[0]")
    return Section("Read it", " ".join(words), "\n".join([*lines, ANSWER]))
