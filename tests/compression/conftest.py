"""What tests of smaller versions share: a small trained model, and the smaller versions of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_core import files
from mnist_core.compression import kinds, making, pruning
from mnist_core.compression.results import Results
from mnist_core.models import registry
from mnist_core.models.model_folder import Model
from mnist_core.networks import architectures, recipes
from mnist_core.networks.recipe import Recipe
from mnist_core.training import train as training
from mnist_core.training.progress import Phase
from tests.small_network import SMALL, small

RECIPE = replace(
    recipes.DEFAULT, architecture=SMALL, epochs=6, batch_size=50, learning_rate=0.01, handwritten=0.1, doodles=0.2
)
STEPS = 40


@pytest.fixture(scope="session", autouse=True)
def small_network() -> Iterator[None]:
    """Lets recipes name a small network, which learns on for few steps while it is pruned."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(architectures.ARCHITECTURES, SMALL, small)
        patch.setattr(pruning, "STEPS", STEPS)
        yield


class Made:
    """Smaller versions of the small model, in a home of their own."""

    def __init__(self, home: Path, folder: Path, base: Model, found: Results, told: list[Phase]) -> None:
        self.home, self.folder, self.base, self.found, self.told = home, folder, base, found, told

    def model(self, kind: str) -> Model:
        return Model.open(self.home / "models" / f"small-{kind}")


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    return RECIPE


@pytest.fixture(scope="session")
def made(small_mnist, few_strokes, tmp_path_factory) -> Made:
    """All smaller versions of a small trained model."""
    home = tmp_path_factory.mktemp("compressed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STROKE_PACK", str(few_strokes))
        patch.setenv("MNIST_STUDIO_HOME", str(home))
        base = training.train(RECIPE, small_mnist, registry.folder_of("small"), lambda _: None)
        folder, told = tmp_path_factory.mktemp("run"), list[Phase]()
        found = making.compress(base, list(kinds.KINDS.values()), small_mnist, folder, told.append, keep)
    return Made(home, folder, base, found, told)


def keep(prepared: Path) -> Model:
    """Moves a finished version to the other models, as a run does."""
    folder = registry.folder_of(prepared.name)
    files.move(prepared, folder)
    return Model.open(folder)
