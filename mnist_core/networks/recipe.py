"""A recipe: everything that determines a trained model.

It is data, and is saved beside the model that it made, so that the model can be made again.
"""

from dataclasses import MISSING, asdict, dataclass, field, fields
from math import inf, log
from typing import Any, Literal, get_args

from mnist_core.errors import StudioError
from mnist_core.shapes import Misshapen, conform
from mnist_core.synthesis.augmentation import Augmentation

Optimizer = Literal["adamw", "adam", "rmsprop", "sgd"]
Schedule = Literal["one-cycle", "constant"]
Validation = Literal["split", "test", "none"]
OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)
SCHEDULES: tuple[Schedule, ...] = get_args(Schedule)
VALIDATIONS: tuple[Validation, ...] = get_args(Validation)
MEMBERS = range(2, 6)
"""How many models an ensemble may have: each is read with, so that five take five times as long."""
ENSEMBLE = "ensemble"
"""The architecture of an ensemble, which has its members' networks in place of layers of its own."""
LATER = ("members", "teacher", "teacher_share", "teacher_temperature")
"""Settings that are written only where they are not the default, so that what earlier versions wrote stays as it is."""
USUAL_RATES: dict[Optimizer, float] = {"adamw": 1e-3, "adam": 1e-3, "rmsprop": 1e-3, "sgd": 1e-2}
"""Keras's default learning rate of each optimizer."""


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
    own_shown: int = 0
    """How often each drawing that people kept is shown in an epoch; 0 is without them."""
    own_alone: bool = False
    """Whether these drawings are all that it learns from, without any image of MNIST."""
    starts_from: str = ""
    """The model whose weights a fine-tuning starts from; empty where the weights are random at first."""
    members: tuple[str, ...] = ()
    """The models whose answers an ensemble averages; empty where a network is trained."""
    teacher: str = ""
    """The model whose outputs are learned beside the labels (distillation); empty without one."""
    teacher_share: float = 0.9
    """The share of the loss that asks for the teacher's outputs; the rest asks for the labels."""
    teacher_temperature: float = 4.0
    """What the logits of both are divided by where they are compared: more shows more of what the teacher thinks of the
    digits that it does not read."""
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
        for name in ("weight_decay", "handwritten", "doodles", "own_shown"):
            if getattr(self, name) < 0:
                raise ImpossibleRecipe(f"{name} must not be negative, but is {getattr(self, name)}.")
        for name, choices in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES), ("validation", VALIDATIONS)):
            if getattr(self, name) not in choices:
                raise ImpossibleRecipe(f"{name} must be one of {', '.join(choices)}, but is {getattr(self, name)}.")
        if self.starts_from and not self.own_shown:
            raise ImpossibleRecipe("A fine-tuning needs kept drawings: own_shown must be at least 1.")
        if self.members and self.architecture != ENSEMBLE:
            raise ImpossibleRecipe(f"architecture must be {ENSEMBLE} where there are members.")
        if self.architecture == ENSEMBLE:
            if len(self.members) not in MEMBERS or len(set(self.members)) < len(self.members):
                raise ImpossibleRecipe(
                    f"An ensemble needs {MEMBERS[0]} to {MEMBERS[-1]} different models, but has "
                    f"{', '.join(self.members) or 'none'}."
                )
            if self.own_shown or self.teacher or self.calibrated:
                raise ImpossibleRecipe("An ensemble learns nothing: own_shown, teacher and calibrated must be unset.")
        if not 0 <= self.teacher_share <= 1:
            raise ImpossibleRecipe(f"teacher_share must lie between 0 and 1, but is {self.teacher_share}.")
        if not 1 <= self.teacher_temperature <= 100:
            raise ImpossibleRecipe(
                f"teacher_temperature must lie between 1 and 100, but is {self.teacher_temperature}."
            )
        if self.teacher and self.starts_from:
            raise ImpossibleRecipe("A fine-tuning learns from the model that it starts from: teacher must be empty.")
        if self.own_alone and (not self.own_shown or self.validation == "split"):
            raise ImpossibleRecipe(
                "Learning from kept drawings alone needs own_shown of at least 1, and no share of MNIST to validate on."
            )
        if self.label_smoothing and not self.one_hot:
            raise ImpossibleRecipe("label_smoothing must be 0 where labels are not one-hot.")
        if self.calibrated and self.validation == "none":
            raise ImpossibleRecipe("calibrated must be False where nothing is validated on.")

    @property
    def least_loss(self) -> float:
        """The least that the loss can be, in nats.

        0, or with label smoothing the entropy of the smoothed labels, as far as these are asked for.
        """
        shares = [1 - 0.9 * self.label_smoothing, *9 * [0.1 * self.label_smoothing]]
        asked_for = 1 - self.teacher_share if self.is_distilled else 1
        return asked_for * sum(-share * log(share) for share in shares if share)

    @property
    def is_distilled(self) -> bool:
        """Whether another model's outputs are learned."""
        return bool(self.teacher) and self.teacher_share > 0

    def to_json(self) -> dict[str, Any]:
        """Returns the recipe as a dictionary for a model's card."""
        usual = {setting.name: setting.default for setting in fields(self) if setting.name in LATER}
        values = {name: value for name, value in asdict(self).items() if usual.get(name, MISSING) != value}
        return values | {"members": list(self.members)} if self.members else values

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Recipe":
        """Makes the recipe again that `to_json` wrote, or an earlier version's with fewer settings.

        Raises:
            ImpossibleRecipe: a setting is unknown, as one of a later version is, or has an impossible value.
        """
        try:
            return conform(values, cls)
        except Misshapen as error:
            raise ImpossibleRecipe(f"This version does not know the recipe: {error}.") from error
