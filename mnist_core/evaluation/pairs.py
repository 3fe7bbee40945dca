"""Compares two models image by image: whose mistakes they are, and whether the difference is more than chance."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core import formatting
from mnist_core.data.mnist import FILES
from mnist_core.errors import StudioError
from mnist_core.evaluation.drawn import Drawn
from mnist_core.evaluation.results import Tested
from mnist_core.models.model_folder import Model

CHANCE = 0.05  # p values below it are called more than chance, as is customary
SMALLEST_P = 0.001  # smaller ones are not written out
SOURCE = (
    "Q. McNemar, “Note on the sampling error of the difference between correlated proportions or percentages”, "
    "Psychometrika 12 (1947), 153–157"
)


class NoPair(StudioError):
    """Two models cannot be compared image by image: they were measured on different ones."""


@dataclass(frozen=True)
class Discordant:
    """The digits that only one of two models reads right."""

    first: str
    """The name of one model."""
    second: str
    """The name of the other."""
    first_alone: int
    """How many only the one reads right."""
    second_alone: int
    """How many only the other reads right."""
    kind: str = "test digit"
    """What the digits are called, in the singular."""

    @property
    def total(self) -> int:
        """How many digits only one of the two reads right."""
        return self.first_alone + self.second_alone

    @property
    def p_value(self) -> float:
        """How likely two equally good models differ by at least as much: McNemar's exact test, two-sided.

        Each of these digits is then won by either with probability 1/2, as a coin falls.
        """
        fewer, tosses = min(self.first_alone, self.second_alone), self.total
        ways, all_ways = 1, 1  # to lose none of them, and to lose at most so many
        for lost in range(fewer):
            ways = ways * (tosses - lost) // (lost + 1)
            all_ways += ways
        return min(1.0, 2 * all_ways / 2**tosses)

    @property
    def is_more_than_chance(self) -> bool:
        """Whether the p value is below 0.05."""
        return self.p_value < CHANCE

    @property
    def counts(self) -> str:
        """Returns the two counts in a sentence."""
        digits = formatting.counted(self.first_alone, self.kind)
        return f"Only {self.first} reads {digits} right, only {self.second} {formatting.count(self.second_alone)}."

    @property
    def verdict(self) -> str:
        """Returns in a sentence whether the difference could be chance."""
        if not self.total:
            return f"Both read the same {self.kind}s right: nothing speaks for either."
        digits = "one digit" if self.total == 1 else f"{formatting.count(self.total)} digits"
        begin = f"The {digits} that only one reads right"
        if self.is_more_than_chance:
            better = self.first if self.first_alone > self.second_alone else self.second
            return f"{begin} speak for {better}, hardly by chance: {written(self.p_value)}."
        return f"{begin} could be chance: {written(self.p_value)}."


def written(p_value: float) -> str:
    """Writes a p value as papers do: p = 0.39, p < 0.001."""
    if p_value < SMALLEST_P:
        return f"p < {SMALLEST_P:g}"
    return f"p = {p_value:.3f}" if p_value < 0.1 else f"p = {p_value:.2f}"


def discordant(names: tuple[str, str], first: Tested, second: Tested, labels: npt.NDArray[np.integer]) -> Discordant:
    """Counts the test images that only one of two models reads right.

    Args:
        names: of the two models.
        first: what one has read.
        second: what the other has read in the same test images.
        labels: (N,): of these images.

    Raises:
        NoPair: they have read other images, or not as many.
    """
    if not len(first.digits_read) == len(second.digits_read) == len(labels):
        raise NoPair(
            f"{names[0]} and {names[1]} were measured on {formatting.count(len(first.digits_read))} and "
            f"{formatting.count(len(second.digits_read))} test images, and {formatting.count(len(labels))} are at "
            "hand: only models that read the same images can be compared image by image."
        )
    alone = sort_mistakes(first, second, labels)
    return Discordant(*names, first_alone=len(alone["second"]), second_alone=len(alone["first"]))


def discordant_drawn(names: tuple[str, str], first: Drawn, second: Drawn) -> Discordant:
    """Counts the pen-drawn digits that only one of two models reads right.

    Args:
        names: of the two models.
        first: what one reads of a stroke pack.
        second: what the other reads of the same pack.

    Raises:
        NoPair: they have read other drawings, or which ones are misread is not known of one.
    """
    require_same_drawings(names, first, second)
    if first.misread is None or second.misread is None:
        older = names[0] if first.misread is None else names[1]
        raise NoPair(
            f"Which pen-drawn digits {older} reads wrong is not kept: an earlier version measured it. The command "
            "evaluate --drawn --save measures it anew."
        )
    wrong, wrong_too = set(first.misread), set(second.misread)
    return Discordant(
        *names, first_alone=len(wrong_too - wrong), second_alone=len(wrong - wrong_too), kind="pen-drawn digit"
    )


def require_same_drawings(names: tuple[str, str], first: Drawn, second: Drawn) -> None:
    """Refuses models that were measured on different drawings of a stroke pack.

    Raises:
        NoPair: they were.
    """
    if (first.digits, first.of) != (second.digits, second.of):
        raise NoPair(f"{names[0]} and {names[1]} were measured on different pen-drawn digits.")


def sort_mistakes(first: Tested, second: Tested, labels: npt.NDArray[np.integer]) -> dict[str, list[int]]:
    """Sorts the mistakes of two models by who makes them.

    Args:
        first: what one has read.
        second: what the other has read in the same test images.
        labels: (N,): of these images.

    Returns:
        The images' indices under "both", "first" and "second", those read with the highest confidence first.
    """
    wrong = np.stack([np.array(evaluation.digits) != labels for evaluation in (first, second)])
    confidence = np.where(wrong, [first.confidences, second.confidences], -1).max(axis=0)
    groups = {"both": wrong[0] & wrong[1], "first": wrong[0] & ~wrong[1], "second": wrong[1] & ~wrong[0]}
    order = np.argsort(-confidence, kind="stable")
    return {name: order[group[order]].tolist() for name, group in groups.items()}


def require_same_images(first: Model, second: Model) -> None:
    """Refuses models that were measured on different test images.

    Raises:
        NoPair: they were.
        ModelError: an evaluation is missing or damaged.
    """
    if tested_on(first) != tested_on(second):
        raise NoPair(
            f"“{first.name}” and “{second.name}” were measured on different test images, so their figures do not say "
            "which reads better. The command evaluate --save measures a model anew, on the images at hand."
        )


def tested_on(model: Model) -> tuple[str | None, str | None]:
    """Returns the checksums of the test images and labels that a model was measured on.

    Raises:
        ModelError: the evaluation is missing or damaged.
    """
    kept = model.evaluation.get("data")
    data = kept if isinstance(kept, dict) else model.card["data"]  # earlier versions measured on the card's only
    return data.get(FILES["x_test"]), data.get(FILES["y_test"])
