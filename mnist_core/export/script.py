"""Writes the training of a recipe as a plain Keras script, as the tutorials have them."""

from collections.abc import Iterator

from mnist_core.export.layer_code import network_code
from mnist_core.export.sections import Section, to_script
from mnist_core.networks import architectures
from mnist_core.networks.recipe import Recipe
from mnist_core.networks.recipes import RECIPES

OPTIMIZERS = {"adamw": "AdamW", "adam": "Adam", "rmsprop": "RMSprop", "sgd": "SGD"}
"""What Keras calls each optimizer."""


def training_script(recipe: Recipe, training_images: int | None = None) -> str:
    """Writes a recipe's training as a script that needs TensorFlow, NumPy and Matplotlib only.

    Args:
        recipe: what to train.
        training_images: how many; all where None.

    Raises:
        ImpossibleRecipe: the recipe asks a network for what it cannot do.
    """
    return to_script(training_sections(recipe, training_images))


def training_sections(recipe: Recipe, training_images: int | None = None) -> list[Section]:
    """Writes the sections of `training_script`.

    Args:
        recipe: what to train.
        training_images: how many; all where None.

    Raises:
        ImpossibleRecipe: the recipe asks a network for what it cannot do.
    """
    return [
        _whole(recipe, training_images),
        _imports(recipe),
        _load(training_images),
        _look(),
        _prepare(recipe),
        Section(
            "Build the network",
            "From the picture to the answer, a layer a line. A layer that changes the shape has the new one beside it.",
            network_code(recipe),
        ),
        _compile(recipe),
        _fit(recipe),
        Section(
            "Test",
            "The network has not learned from the test images, so they show how it reads new digits.",
            "test_loss, test_accuracy = model.evaluate(x_test, y_test)\n"
            'print(f"Test accuracy: {test_accuracy:.2%}, loss: {test_loss:.4f}")',
        ),
        _curves(recipe),
        _predict(recipe),
    ]


def _whole(recipe: Recipe, training_images: int | None) -> Section:
    changed = "" if recipe == RECIPES.get(recipe.name) else ", with changed settings"
    paragraphs = [
        f"This is the recipe {recipe.name} of MNIST Studio{changed}, in plain Keras. It needs TensorFlow and "
        "Matplotlib: pip install tensorflow matplotlib"
    ]
    if differences := list(_differences(recipe, training_images)):
        paragraphs.append("\n".join(["MNIST Studio itself does more, or does it differently:", *differences]))
    return Section(f"{recipe.title}: MNIST with Keras", "\n\n".join(paragraphs))


def _differences(recipe: Recipe, training_images: int | None) -> Iterator[str]:
    """Says, a line each, what the program does in training and reading that a script with Keras alone does not."""
    if recipe.validation == "split":
        yield "- It draws the validation images at random, each digit in proportion; Keras takes the last ones."
    if training_images is not None:
        yield "- Its share of the training images is drawn likewise; this script takes the first ones."
    if recipe.handwritten:
        yield "- It mixes in digits in the pen styles of the world, which the program writes."
    if recipe.doodles:
        yield "- It mixes in drawings that are no digits, so that the network can say so."
    if architectures.of(recipe).scores:
        yield "- Its network has two more outputs: whether it is a digit at all, and whether it is several."
    if recipe.augmentation.shear:
        yield "- It shears images about their centre; Keras shears them about a corner."
    if recipe.augmentation.elastic_px:
        yield "- It bends the lines of an image as well, by an elastic displacement."
    if recipe.is_distilled:
        yield f"- It learns what the model {recipe.teacher} says of each image as well, not its label alone."
    if recipe.calibrated:
        yield "- It calibrates the trained network on the validation images, so that 90 % confidence is right in 90 %."
    if recipe.views:
        yield "- It averages what the network reads in seven views of a drawing in doubt."


def _imports(recipe: Recipe) -> Section:
    imports = [
        *(["import math\n"] if recipe.schedule == "one-cycle" else []),
        "import keras",
        "import matplotlib.pyplot as plt",
        "import numpy as np",
        "from keras import layers",
        f"\nkeras.utils.set_random_seed({recipe.seed})",
    ]
    return Section(
        "Import the libraries",
        "With the same random seed the training repeats itself; with another one you see how much results vary.",
        "\n".join(imports),
    )


def _load(training_images: int | None) -> Section:
    code = """(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
# Offline, `mnist-studio data --output mnist.npz` writes the same file to load:
# with np.load("mnist.npz") as mnist:
#     x_train, y_train = mnist["x_train"], mnist["y_train"]
#     x_test, y_test = mnist["x_test"], mnist["y_test"]"""
    if training_images is not None:
        code += (
            f"\nx_train, y_train = x_train[:{training_images}], y_train[:{training_images}]  # fewer images, less time"
        )
    return Section(
        "Load MNIST", "60,000 images to learn from and 10,000 to test with. Keras downloads them the first time.", code
    )


def _look() -> Section:
    return Section(
        "Look at the data",
        "Each image has 28 x 28 grey levels from 0, the paper, to 255, the ink. Its label says which digit it is.",
        """print(x_train.shape, y_train.shape, x_test.shape, y_test.shape)
plt.imshow(x_train[0], cmap="Greys")
plt.title(f"label {y_train[0]}")
plt.show()""",
    )


def _prepare(recipe: Recipe) -> Section:
    scaled = " / 255" if recipe.scaled else ""
    words = ["A fourth axis says how many colours a pixel has: 1, as there is grey only."]
    words.append(
        "Networks learn best from small numbers, so 0 to 255 becomes 0 to 1."
        if recipe.scaled
        else "Grey levels stay 0 to 255 here; networks learn better from 0 to 1."
    )
    lines = [f'{name} = {name}.reshape(-1, 28, 28, 1).astype("float32"){scaled}' for name in ("x_train", "x_test")]
    if recipe.one_hot:
        words.append("One-hot labels have ten numbers, a single 1 among zeros, as a perfect network would answer.")
        lines += [f"{name} = keras.utils.to_categorical({name}, 10)" for name in ("y_train", "y_test")]
    else:
        words.append("Labels stay the digits themselves, which sparse categorical cross-entropy takes.")
    return Section("Prepare the data", " ".join(words), "\n".join(lines))


def _compile(recipe: Recipe) -> Section:
    words = [
        "The loss is what training makes smaller: it is low where the true digit is likely.",
        "The optimizer turns its gradients into steps.",
    ]
    lines = [
        f"epochs = {recipe.epochs}  # rounds through all training images",
        f"batch_size = {recipe.batch_size}  # images for one step",
    ]
    rate = f"{recipe.learning_rate:g}"
    if recipe.schedule == "one-cycle":
        words.append("The learning rate rises for a tenth of all steps, then falls to almost 0, which ends better.")
        images = (
            f"{1 - recipe.validation_fraction:g} * len(x_train)" if recipe.validation == "split" else "len(x_train)"
        )
        lines += [
            f"steps = epochs * math.ceil({images} / batch_size)",
            "rising = round(0.1 * steps)",
            "learning_rate = keras.optimizers.schedules.CosineDecay(",
            f"    initial_learning_rate={rate} / 20,",
            f"    warmup_target={rate},",
            "    warmup_steps=rising,",
            "    decay_steps=steps - rising,",
            "    alpha=0.001,",
            ")",
        ]
    else:
        lines.append(f"learning_rate = {rate}  # the size of a step")
    lines += [
        "model.compile(",
        f"    optimizer={_optimizer(recipe)},",
        f"    loss={_loss(recipe)},",
        '    metrics=["accuracy"],',
        *([f"    steps_per_execution={recipe.batches_per_call},  # faster"] if recipe.batches_per_call > 1 else []),
        ")",
    ]
    return Section("Choose how it learns", " ".join(words), "\n".join(lines))


def _optimizer(recipe: Recipe) -> str:
    momentum = ", momentum=0.9, nesterov=True" if recipe.optimizer == "sgd" else ""
    # AdamW has a weight decay of its own where none is named.
    decay = f", weight_decay={recipe.weight_decay:g}" if recipe.weight_decay or recipe.optimizer == "adamw" else ""
    return f"keras.optimizers.{OPTIMIZERS[recipe.optimizer]}(learning_rate{momentum}{decay})"


def _loss(recipe: Recipe) -> str:
    settings = [
        *(["from_logits=True"] if architectures.of(recipe).digits_name == architectures.LOGITS else []),
        *([f"label_smoothing={recipe.label_smoothing:g}"] if recipe.label_smoothing else []),
    ]
    sparse = "" if recipe.one_hot else "Sparse"
    return f"keras.losses.{sparse}CategoricalCrossentropy({', '.join(settings)})"


def _fit(recipe: Recipe) -> Section:
    match recipe.validation:
        case "split":
            words = "Every epoch is judged by images that the network does not learn from."
            validation = [f"    validation_split={recipe.validation_fraction:g},"]
        case "test":
            words = "Every epoch is judged by the test images, so the test below is no longer a surprise."
            validation = ["    validation_data=(x_test, y_test),"]
        case "none":
            words, validation = "Nothing is held back: only the test below shows how new digits are read.", []
    fit = [
        "history = model.fit(",
        "    x_train,",
        "    y_train,",
        "    batch_size=batch_size,",
        "    epochs=epochs,",
        *validation,
        ")",
    ]
    return Section("Train", words, "\n".join(fit))


def _curves(recipe: Recipe) -> Section:
    validated = recipe.validation != "none"
    validation = '    ax.plot(number, history.history[f"val_{name}"], "o-", label="validation")\n' if validated else ""
    words = "Loss should fall and accuracy rise."
    if validated:
        words += " Where training goes on improving and validation does not, the network begins to overfit."
    return Section(
        "Draw the curves",
        words,
        f"""number = range(1, epochs + 1)
figure, axes = plt.subplots(1, 2, figsize=(12, 4))
for ax, name in zip(axes, ["accuracy", "loss"]):
    ax.plot(number, history.history[name], "o-", label="training")
{validation}    ax.set(title=f"Model {{name}}", xlabel="epoch", ylabel=name)
    ax.legend()
plt.show()""",
    )


def _predict(recipe: Recipe) -> Section:
    gives_logits = architectures.of(recipe).digits_name == architectures.LOGITS
    outputs = "logits: the larger, the likelier" if gives_logits else "probabilities"
    true = "np.argmax(y_test[0])" if recipe.one_hot else "y_test[0]"
    return Section(
        "Read an image",
        f"The network gives ten {outputs}. The largest one is its answer.",
        f"""outputs = model.predict(x_test[:1])[0]
for digit, output in enumerate(outputs):
    print(f"{{digit}}: {{output:.4f}}")
plt.imshow(x_test[0], cmap="Greys")
plt.title(f"read {{np.argmax(outputs)}}, label {{{true}}}")
plt.show()""",
    )
