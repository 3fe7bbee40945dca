from dataclasses import replace

import pytest

from mnist_core.evaluation.measured import Measured
from mnist_core.evaluation.results import Evaluation
from mnist_core.models import registry


@pytest.fixture
def shipped() -> Measured:
    model = registry.shipped()
    return Measured(model, Evaluation.from_json(model.evaluation))


@pytest.fixture
def other(shipped) -> Measured:
    """A model of the same card with more mistakes."""
    confusion = [row.copy() for row in shipped.evaluation.confusion]
    confusion[3][3] -= 100
    confusion[3][8] += 100
    card = shipped.model.card | {"name": "<other>"}
    evaluation = replace(shipped.evaluation, accuracy=shipped.evaluation.accuracy - 0.01, confusion=confusion)
    return Measured(replace(shipped.model, card=card), evaluation)
