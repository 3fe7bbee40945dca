"""A memory of drawings that one person has corrected: it pulls the reading of similar drawings towards their labels.

The network stays as it is. A drawing is remembered as the features that enter the network's last layer, averaged over
the views in which it reads; drawings that are alike to the network point in the same direction. A new drawing whose
features have the cosine similarity s to the nearest remembered drawing of a label has `PULL * exp((s - 1) / WIDTH)`
added to that label's logarithm of probability. This is a nearest-neighbour memory beside a classifier, as in "Improving
neural language models with a continuous cache" (Grave et al. 2017), with the network's own features as its keys.

This module does not know where remembered drawings are kept, nor whose they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from mnist_core.reading.network import Float32, Outputs
from mnist_core.reading.tta import LEAST
from mnist_core.synthesis.non_digits import NONE, NUMBER

PULL, WIDTH = 9.0, 0.2
"""Chosen by `python -m benchmarks.teaching`: a stronger or wider pull misleads right readings more than it mends."""
NEARLY = 4.0
"""A pull that comes as close as this to changing an answer is looked at in all views."""
NOT_ONE_DIGIT = (NONE, NUMBER)


@dataclass(frozen=True)
class Memory:
    """Drawings of one person, as a network sees them."""

    ids: tuple[int, ...]
    """By which the drawings are found where they are kept."""
    labels: npt.NDArray[np.int64]
    """(N,): what each is: 0 to 9, NONE or NUMBER."""
    features: Float32
    """float32 (N, F), each row of length 1."""

    @classmethod
    def of(cls, ids: Sequence[int], labels: Sequence[int], features: Float32) -> "Memory":
        """Makes a memory of drawings.

        Args:
            ids: of the drawings.
            labels: what they are.
            features: float32 (N, F), as the network gives them.
        """
        return cls(tuple(ids), np.array(labels, np.int64), _directions(features))

    def __len__(self) -> int:
        return len(self.ids)

    def recall(self, outputs: Outputs) -> tuple[Outputs, npt.NDArray[np.intp]]:
        """Pulls a network's outputs towards the labels of similar remembered drawings.

        Args:
            outputs: of N images, with their features.

        Returns:
            The outputs with other probabilities and scores, and for each image the index of the remembered drawing that
            pulls the most, (N,).
        """
        similarities = self._similarities(outputs)
        strengths = PULL * np.exp((similarities - 1) / WIDTH)
        pulls = {label: strengths[:, self.labels == label].max(axis=1) for label in np.unique(self.labels).tolist()}
        nothing = np.zeros(len(similarities), np.float32)
        logarithms = np.log(np.maximum(outputs.probabilities, LEAST))
        for label in pulls.keys() - set(NOT_ONE_DIGIT):
            logarithms[:, label] += pulls[label]
        digit = np.max([nothing, *(pull for label, pull in pulls.items() if label not in NOT_ONE_DIGIT)], axis=0)
        none, number = pulls.get(NONE, nothing), pulls.get(NUMBER, nothing)
        recalled = outputs._replace(
            probabilities=special.softmax(logarithms, axis=1).astype(np.float32),
            digit_scores=_pulled(outputs.digit_scores, digit - np.maximum(none, number)),
            multi_digit_scores=_pulled(outputs.multi_digit_scores, number - np.maximum(digit, none)),
        )
        return recalled, strengths.argmax(axis=1)

    def is_in_doubt(self, outputs: Outputs) -> npt.NDArray[np.bool_]:
        """Returns which images are so near to a drawing of another label that it may change the answer: bool (N,)."""
        strengths = PULL * np.exp((self._similarities(outputs) - 1) / WIDTH)
        answers = outputs.probabilities.argmax(axis=1)
        others = np.where(self.labels == answers[:, np.newaxis], 0, strengths).max(axis=1)
        two_best = np.sort(np.log(np.maximum(outputs.probabilities, LEAST)), axis=1)[:, -2:]
        in_doubt: npt.NDArray[np.bool_] = others > two_best[:, 1] - two_best[:, 0] - NEARLY
        return in_doubt

    def _similarities(self, outputs: Outputs) -> Float32:
        """Returns the cosine similarity of each image to each remembered drawing: float32 (N, M)."""
        if outputs.features is None:
            raise ValueError("A memory needs a network's features, and this export lacks them.")
        similarities: Float32 = _directions(outputs.features) @ self.features.T
        return similarities


def _directions(features: Float32) -> Float32:
    return features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), np.finfo(np.float32).tiny)


def _pulled(scores: Float32, pull: Float32) -> Float32:
    """Returns probabilities whose log odds are pulled up or down; 0 and 1 stay where nothing pulls."""
    least = np.float32(LEAST)
    pulled = special.expit(special.logit(np.clip(scores, least, 1 - least)) + pull).astype(np.float32)
    return np.where(pull == 0, scores, pulled)
