"""The ways to make a trained network smaller, as data, without TensorFlow."""

from dataclasses import dataclass
from typing import Literal

from mnist_core.errors import StudioError
from mnist_core.models.model_folder import Model

Weights = Literal["float32", "float16", "int8"]


class UnknownKind(StudioError):
    """There is no such way to make a network smaller."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no kind “{name}” of smaller version; there is: {', '.join(KINDS)}.")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A way to make a trained network smaller."""

    name: str
    """Part of the names of models: letters, digits and hyphens."""
    title: str
    """For people."""
    sentence: str
    """What it does, for people."""
    source: str
    """Where it is described."""
    weights: Weights = "float32"
    """What the LiteRT export keeps each weight as."""
    activations: bool = False
    """Whether the layers also compute in int8, with ranges that representative images have shown."""
    sparsity: float = 0.0
    """The share of the weights that pruning sets to zero, in each layer that it prunes."""

    @property
    def is_pruned(self) -> bool:
        """Whether some of the weights are set to zero, so that the network has to learn again."""
        return self.sparsity > 0


QUANTISATION = "LiteRT: post-training quantization"
PRUNING = "Zhu and Gupta 2017, “To prune, or not to prune”"
SPARSITY = 0.8
"""Of the shipped model's, zipped, a third is left; it loses 0.1 points on MNIST, and 0.5 points on pen-drawn digits
(`python -m benchmarks.compression`)."""

FLOAT16 = Kind(
    name="float16",
    title="Float16",
    sentence="Each weight is kept in half precision; the network computes as before.",
    source=QUANTISATION,
    weights="float16",
)
DYNAMIC = Kind(
    name="dynamic",
    title="Dynamic-range int8",
    sentence="Each weight is kept as one byte. The values between the layers stay floating-point numbers.",
    source=QUANTISATION,
    weights="int8",
)
INT8 = Kind(
    name="int8",
    title="Full int8",
    sentence=(
        "The layers compute with whole numbers of one byte. Training images showed which range of values each layer "
        "needs. Only the probabilities at the end are floating-point numbers, so that confidence is not rounded."
    ),
    source=QUANTISATION,
    weights="int8",
    activations=True,
)
PRUNED = Kind(
    name="pruned",
    title=f"Pruned, {SPARSITY:.0%}".replace("%", " %"),
    sentence=(
        "The smallest weights of each layer are set to zero, step by step, while the network learns on. The file keeps "
        "its zeros, so it is only smaller once it is zipped."
    ),
    source=PRUNING,
    sparsity=SPARSITY,
)
PRUNED_INT8 = Kind(
    name="pruned-int8",
    title="Pruned and full int8",
    sentence="The pruned network, computed with whole numbers of one byte. Zipped, its zeros take hardly any space.",
    source=f"{PRUNING}; {QUANTISATION}",
    weights="int8",
    activations=True,
    sparsity=SPARSITY,
)

KINDS = {kind.name: kind for kind in (FLOAT16, DYNAMIC, INT8, PRUNED, PRUNED_INT8)}
"""All kinds by name."""


def of(model: Model) -> list[Kind]:
    """Returns the kinds that there can be of a model.

    A network that has learned from kept drawings alone is not pruned: it would have to learn on from MNIST.
    """
    alone = bool(model.card["recipe"].get("own_alone"))
    return [kind for kind in KINDS.values() if not (alone and kind.is_pruned)]


def find(name: str) -> Kind:
    """Returns the kind of that name.

    Raises:
        UnknownKind: there is none.
    """
    if name not in KINDS:
        raise UnknownKind(name)
    return KINDS[name]


def title_of(name: str) -> str:
    """Returns a kind's title; its name where a later version made it."""
    return KINDS[name].title if name in KINDS else name


def is_converted(name: str) -> bool:
    """Returns whether a kind's LiteRT file keeps its weights in another form than its Keras file does."""
    return name not in KINDS or KINDS[name].weights != "float32"
