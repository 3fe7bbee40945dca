"""Recipes: everything that determines a trained model, by name.

A recipe is data. It is saved beside the model that it made, so that the model can be made again. Its description claims
what it reaches on the test images (with seed 0 unless it says otherwise) and in what time; `python -m
benchmarks.recipes` measures both. Most come from four articles that people learn from; these are kept as their articles
have them, weak choices included. Where an article leaves something open, Keras's default is taken, or what the other
articles do, and the description says so.
"""

from dataclasses import asdict, dataclass, field, replace
from math import inf, log
from typing import Any, Literal, get_args

from mnist_core.errors import StudioError
from mnist_core.shapes import conform
from mnist_core.synthesis.augmentation import Augmentation

Optimizer = Literal["adamw", "adam", "rmsprop", "sgd"]
Schedule = Literal["one-cycle", "constant"]
Validation = Literal["split", "test", "none"]
OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)
SCHEDULES: tuple[Schedule, ...] = get_args(Schedule)
VALIDATIONS: tuple[Validation, ...] = get_args(Validation)
USUAL_RATES: dict[Optimizer, float] = {"adamw": 1e-3, "adam": 1e-3, "rmsprop": 1e-3, "sgd": 1e-2}
"""Keras's default learning rate of each optimizer."""


class UnknownRecipe(StudioError):
    """There is no recipe of that name."""


class ImpossibleRecipe(StudioError, ValueError):
    """A recipe's settings cannot be, or do not go together."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that determines a trained model; saved beside it.

    A setting that is missing in a model's card has its default, which is why defaults must not change.

    Raises:
        ImpossibleRecipe: a setting has an impossible value.
    """

    name: str
    architecture: str
    """A name in `mnist_core.networks.architectures.ARCHITECTURES`."""
    epochs: int
    batch_size: int = 128
    optimizer: Optimizer = "adamw"
    learning_rate: float = 1e-3
    """With the schedule "one-cycle" the highest."""
    schedule: Schedule = "one-cycle"
    """ "one-cycle": rises over the first tenth of the training and falls to zero as a cosine."""
    weight_decay: float = 0.0
    dropout: float = 0.0
    """The share of values left out before the last layer; 0 is a network without this layer."""
    label_smoothing: float = 0.0
    one_hot: bool = True
    """Whether labels are ten numbers, one of them 1, for categorical cross-entropy, or the digit itself, for sparse
    categorical cross-entropy; the loss comes to the same."""
    scaled: bool = True
    """Whether the network divides grey levels by 255 first."""
    augmentation: Augmentation = field(default_factory=Augmentation)
    handwritten: float = 0.0
    """Digits in the world's pen styles (`mnist_core.synthesis.handwriting`), shown for every digit of MNIST."""
    doodles: float = 0.0
    """Drawings that are no digit, shown for every digit of MNIST: 0.25 is one to four."""
    validation: Validation = "split"
    """What every epoch is judged by: a share of the training images or, in two recipes of an article, the test images,
    or nothing, in another."""
    validation_fraction: float = 0.1
    """The share of the training images that choices are made on; the test images are for the end."""
    calibrated: bool = True
    """Whether the trained network is made as sure as it is right, on the validation images."""
    views: bool = False
    """Whether it reads each drawing in several views (`mnist_core.reading.tta`) and averages its answers."""
    batches_per_call: int = 1
    """How many batches the compiled training step takes at a time: with more it is faster, and reports more rarely."""
    seed: int = 0
    title: str = field(default="", compare=False)
    """For people."""
    source: str = field(default="MNIST Studio", compare=False)
    """Where the recipe comes from."""
    description: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_size < 1 or self.batches_per_call < 1:
            raise ImpossibleRecipe(
                "epochs, batch_size and batches_per_call must be at least 1, but are "
                f"{self.epochs}, {self.batch_size} and {self.batches_per_call}."
            )
        if not 0 < self.validation_fraction < 0.5:
            raise ImpossibleRecipe(
                f"validation_fraction must lie between 0 and 0.5, but is {self.validation_fraction}."
            )
        if not 0 < self.learning_rate < inf:
            raise ImpossibleRecipe(f"learning_rate must be a positive number, but is {self.learning_rate}.")
        for name in ("dropout", "label_smoothing"):
            if not 0 <= getattr(self, name) < 1:
                raise ImpossibleRecipe(f"{name} must be at least 0 and below 1, but is {getattr(self, name)}.")
        if self.seed < 0:
            raise ImpossibleRecipe(f"seed must not be negative, but is {self.seed}.")
        for name in ("weight_decay", "handwritten", "doodles"):
            if getattr(self, name) < 0:
                raise ImpossibleRecipe(f"{name} must not be negative, but is {getattr(self, name)}.")
        for name, choices in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES), ("validation", VALIDATIONS)):
            if getattr(self, name) not in choices:
                raise ImpossibleRecipe(f"{name} must be one of {', '.join(choices)}, but is {getattr(self, name)}.")
        if self.label_smoothing and not self.one_hot:
            raise ImpossibleRecipe("label_smoothing must be 0 where labels are not one-hot.")
        if self.calibrated and self.validation == "none":
            raise ImpossibleRecipe("calibrated must be False where nothing is validated on.")

    @property
    def least_loss(self) -> float:
        """The loss of a perfect network, in nats: 0, or with label smoothing the entropy of the smoothed labels."""
        shares = [1 - 0.9 * self.label_smoothing, *9 * [0.1 * self.label_smoothing]]
        return sum(-share * log(share) for share in shares if share)

    def to_json(self) -> dict[str, Any]:
        """Returns the recipe as a dictionary for a model's card."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Recipe":
        """Makes the recipe again that `to_json` wrote, or an earlier version's with fewer settings.

        Raises:
            ImpossibleRecipe: a setting has an impossible value.
            Misshapen: a setting is unknown, or is something else than it should be.
        """
        return conform(values, cls)


DEFAULT = Recipe(
    name="default",
    architecture="studio",
    epochs=100,
    learning_rate=3e-3,
    weight_decay=0.03,
    dropout=0.4,
    label_smoothing=0.05,
    augmentation=Augmentation(rotation_degrees=10, shear=0.15, zoom=0.1, shift_px=2, elastic_px=1),
    handwritten=0.2,
    doodles=0.2,
    validation_fraction=0.05,
    views=True,
    title="Studio",
    description=(
        "The recipe of the shipped model: seven convolutions with batch normalisation, every image varied anew in "
        "every epoch. Among MNIST’s digits are others in the pen styles of the world, and drawings that are no digits, "
        "so that the network can say so. A drawing in doubt is then read in seven slightly different views. "
        "Reaches 99.7 %, and 99.2 % of the digits that strangers drew, in 84 minutes on 2 cores."
    ),
)

QUICK = Recipe(
    name="quick",
    architecture="quick",
    epochs=1,
    batch_size=96,
    optimizer="sgd",
    learning_rate=0.3,
    label_smoothing=0.1,
    validation_fraction=0.05,
    batches_per_call=8,
    title="Quick",
    description=(
        "A small network in a single epoch, for retraining while people watch. "
        "Reaches 99.3 % (median of five seeds) in a tenth of the time of tutorial-3."
    ),
)

ARTICLE_1 = "Tutorial 1, “机器学习项目实战识别mnist”"
ARTICLE_2 = "Tutorial 2, “基于tensorflow实现mnist手写数字识别”"
ARTICLE_3 = "Tutorial 3, “基于Python的图像分类实战”"
ARTICLE_4 = "Tutorial 4, “MNIST深度解读”"

TUTORIAL_1 = Recipe(
    name="tutorial-1",
    architecture="tutorial-1",
    epochs=5,
    batch_size=128,
    optimizer="rmsprop",
    schedule="constant",
    dropout=0.5,
    scaled=False,
    validation_fraction=0.3,
    calibrated=False,
    title="Two convolutions, unscaled",
    source=ARTICLE_1,
    description=(
        "Two convolutions, two dropouts (0.25 and 0.5) and 128 units, on grey levels left at 0 to 255. 30 % of the "
        "training images validate; they are drawn at random, where Keras takes the last. RMSprop has Keras’s default "
        "learning rate. "
        "Reaches 98.6 % in 0.7 times the time of tutorial-3."
    ),
)

TUTORIAL_2 = Recipe(
    name="tutorial-2",
    architecture="tutorial-2",
    epochs=10,
    batch_size=32,
    optimizer="adam",
    schedule="constant",
    one_hot=False,
    validation="test",
    calibrated=False,
    title="Two convolutions, logits",
    source=ARTICLE_2,
    description=(
        "Two convolutions and 64 units that give logits instead of probabilities. Every epoch is judged by the test "
        "images, as in the article: its last accuracy is then no longer one on images that nobody has looked at. "
        "Labels are the digits themselves (sparse). The article names no batch size, so it is Keras’s 32. "
        "Reaches 99.1 % in 2.5 times the time of tutorial-3."
    ),
)

TUTORIAL_2A = Recipe(
    name="tutorial-2a",
    architecture="tutorial-2a",
    epochs=5,
    batch_size=32,
    optimizer="adam",
    schedule="constant",
    dropout=0.5,
    validation="test",
    calibrated=False,
    title="One convolution",
    source=f"{ARTICLE_2}, first variant in its replies",
    description=(
        "One convolution of 32 filters, pooling, a dropout of 0.5 after the flattening, and 128 units, with one-hot "
        "labels. Every epoch is judged by the test images, as in the article. It names no batch size, so it is "
        "Keras’s 32. "
        "Reaches 98.8 % in 1.1 times the time of tutorial-3."
    ),
)

TUTORIAL_2B = Recipe(
    name="tutorial-2b",
    architecture="tutorial-2b",
    epochs=5,
    batch_size=64,
    optimizer="adam",
    schedule="constant",
    dropout=0.5,
    one_hot=False,
    validation="none",
    calibrated=False,
    title="Two convolutions, 128 units",
    source=f"{ARTICLE_2}, second variant in its replies",
    description=(
        "Two convolutions and 128 units with a dropout of 0.5 after them. Labels are the digits themselves (sparse). "
        "Nothing validates, as in the article: it learns from all 60,000 images, and only the test shows what it "
        "reads of others. "
        "Reaches 99.0 % in 1.2 times the time of tutorial-3."
    ),
)

TUTORIAL_3 = Recipe(
    name="tutorial-3",
    architecture="tutorial-3",
    epochs=5,
    batch_size=64,
    optimizer="adam",
    schedule="constant",
    dropout=0.5,
    one_hot=False,
    calibrated=False,
    title="Two convolutions, 64 units",
    source=ARTICLE_3,
    description=(
        "Two convolutions, 64 units and a dropout of 0.5. The layers have 320 + 18,496 + 102,464 + 650 = 121,930 "
        "parameters; the sum that the article gives is wrong by 1,000. Labels are the digits themselves (sparse). "
        "Reaches 99.0 % in 35 s on 2 cores."
    ),
)

TUTORIAL_4 = Recipe(
    name="tutorial-4",
    architecture="tutorial-4",
    epochs=5,
    batch_size=32,
    optimizer="adam",
    schedule="constant",
    augmentation=Augmentation(rotation_degrees=10, shift_px=2.8),
    calibrated=False,
    title="No convolution",
    source=ARTICLE_4,
    description=(
        "A plain network on the 784 pixels, with images turned by up to 10 degrees and shifted by up to 10 % of their "
        "width and height (2.8 pixels), as the article’s generator does; its text names scaling as usual, too. Open, "
        "and chosen here: one layer of 128 units, one-hot labels, Adam, 5 epochs, 10 % validation, Keras’s batch "
        "size of 32. "
        "Reaches 96.7 % in 0.5 times the time of tutorial-3."
    ),
)

LENET_5 = Recipe(
    name="lenet-5",
    architecture="lenet-5",
    epochs=10,
    optimizer="sgd",
    learning_rate=0.1,
    title="LeNet-5",
    source="LeCun, Bottou, Bengio, Haffner (1998), “Gradient-based learning applied to document recognition”",
    description=(
        "The network that read cheques, with tanh and mean pooling as then, trained as one does today. "
        "Reaches 99.0 % in 0.8 times the time of tutorial-3."
    ),
)

RESNET = Recipe(
    name="resnet",
    architecture="resnet",
    epochs=5,
    learning_rate=5e-3,
    weight_decay=0.01,
    label_smoothing=0.05,
    title="Small ResNet",
    source=f"{ARTICLE_3}, its outlook; He et al. (2015)",
    description=(
        "Seven convolutions, six of them in three blocks whose input is added to their output. "
        "Reaches 99.5 % in 3.2 times the time of tutorial-3."
    ),
)

VGG = Recipe(
    name="vgg",
    architecture="vgg",
    epochs=5,
    learning_rate=2e-3,
    weight_decay=0.01,
    dropout=0.5,
    label_smoothing=0.05,
    title="Small VGG",
    source=f"{ARTICLE_3}, its outlook; Simonyan and Zisserman (2014)",
    description=(
        "Six padded convolutions in pairs, each pair pooled, and 128 units. "
        "Reaches 99.5 % in 1.5 times the time of tutorial-3."
    ),
)

RECIPES = {
    recipe.name: recipe
    for recipe in (
        DEFAULT,
        QUICK,
        TUTORIAL_1,
        TUTORIAL_2,
        TUTORIAL_2A,
        TUTORIAL_2B,
        TUTORIAL_3,
        TUTORIAL_4,
        LENET_5,
        RESNET,
        VGG,
    )
}


def find(name: str) -> Recipe:
    """Returns the recipe of that name.

    Raises:
        UnknownRecipe: there is none.
    """
    if name not in RECIPES:
        raise UnknownRecipe(f"There is no recipe “{name}”; there is: {', '.join(RECIPES)}.")
    return RECIPES[name]


def with_optimizer(recipe: Recipe, optimizer: Optimizer) -> Recipe:
    """Returns a recipe with another optimizer, whose learning rate is Keras's default: rates do not carry over."""
    if optimizer == recipe.optimizer:
        return recipe
    return replace(recipe, optimizer=optimizer, learning_rate=USUAL_RATES[optimizer])


def with_validation(recipe: Recipe, validation: Validation) -> Recipe:
    """Returns a recipe that validates on other images; only a share of the training images may calibrate."""
    if validation == recipe.validation:
        return recipe
    return replace(recipe, validation=validation, calibrated=recipe.calibrated and validation == "split")


def with_augmentation(recipe: Recipe, wanted: bool) -> Recipe:
    """Returns a recipe that varies its images, as it does or else as the default recipe does, or one that does not."""
    if not wanted:
        return replace(recipe, augmentation=Augmentation())
    return recipe if recipe.augmentation != Augmentation() else replace(recipe, augmentation=DEFAULT.augmentation)


def with_pen_styles(recipe: Recipe, wanted: bool) -> Recipe:
    """Returns a recipe that mixes in the world's pen styles, as many as it does or the default recipe, or none."""
    return replace(recipe, handwritten=(recipe.handwritten or DEFAULT.handwritten) if wanted else 0.0)
