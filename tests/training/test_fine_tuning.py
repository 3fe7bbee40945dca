"""A fine-tuned model reads what it was taught, and what it knew before."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from mnist_core.drawing.framing import to_model_input
from mnist_core.evaluation import own as own_figures
from mnist_core.models import registry
from mnist_core.models.model_folder import Model
from mnist_core.networks import recipes
from mnist_core.networks.recipe import ImpossibleRecipe, Recipe
from mnist_core.reading.recognizer import Recognizer
from mnist_core.synthesis.non_digits import NONE
from mnist_core.training import mixture
from mnist_core.training import train as training
from mnist_core.training.fitting import Division
from mnist_core.training.mixture import MIXTURE, STEPS
from mnist_core.training.own_drawings import LEAST, OwnDrawings, TooFewDrawings
from tests.handwriting import drawn, placed, with_pen

FLAGGED = [np.array([(0.3, 0.25), (0.62, 0.22), (0.45, 0.75)])]
"""A 1 with a level flag, which is a 7 to everybody else."""


def flagged() -> np.ndarray:
    """Framed drawings of that 1, no two alike: uint8 (10, 28, 28)."""
    scales = itertools.product((0.8, 0.9, 1.0, 1.1, 1.2), (20, 28))
    return np.stack([to_model_input(with_pen(placed(FLAGGED, 300 * one, 40, 30), pen).ink) for one, pen in scales])


@pytest.fixture(scope="module")
def own() -> OwnDrawings:
    return OwnDrawings.divided(flagged(), np.ones(10, np.int64))


@pytest.fixture(scope="module")
def taught(own, mnist, few_strokes, tmp_path_factory) -> Model:
    """The shipped model, taught that these are ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STROKE_PACK", str(few_strokes))
        recipe = mixture.recipe_of(registry.shipped(), len(own.learned[1]))
        folder = tmp_path_factory.mktemp("models") / "taught"
        return training.train(recipe, mnist.subset(1000, 300), folder, lambda _: None, own=own)


def test_it_reads_what_it_was_taught_and_the_rest_as_before(taught, own):
    before, after = Recognizer(registry.shipped()), Recognizer(taught)
    images, labels = own.learned
    assert [found.digit for found in before.recognize_framed(images)] == [7] * 8
    assert sum(found.digit == 1 for found in after.recognize_framed(images)) >= 6
    assert [after.recognize(drawn(digit)).digit for digit in range(10)] == list(range(10))
    assert taught.evaluation["accuracy"] > 0.98
    assert len(labels) == 8


def test_its_card_says_from_what_and_from_how_many_drawings_it_learned(taught):
    recipe = Recipe.from_json(taught.card["recipe"])
    assert (recipe.name, recipe.starts_from, recipe.epochs) == ("taught", "shipped", 1)
    assert taught.card["own"] == {"drawings": 8, "held_back": 2}
    assert taught.card["digit_threshold"] == registry.shipped().card["digit_threshold"]
    assert [row["epoch"] for row in taught.history] == [1]


def test_what_both_models_read_of_the_drawings_is_kept_without_the_drawings(taught, own):
    figures = own_figures.kept(taught)
    assert figures == own_figures.measure(taught, registry.shipped(), own.learned, own.measured)
    assert (figures.before, figures.learned.drawings, figures.learned.before) == ("shipped", 8, 0)
    assert figures.held_back.drawings == 2
    assert figures.learned.after >= 6
    assert {path.name for path in taught.folder.iterdir()} == {
        "card.json",
        "evaluation.json",
        "history.json",
        "model.keras",
        "model.packed",
        "model.tflite",
        "own.json",
        *(path.name for path in taught.folder.glob("drawn-*.json")),
    }
    assert own_figures.kept(registry.shipped()) is None


def test_a_fine_tuning_from_the_same_drawings_is_the_same(own, mnist):
    base, recipe = registry.shipped(), mixture.recipe_of(registry.shipped(), 8)
    first, second = (mixture.prepare(base, recipe, mnist.subset(1000, 100), own) for _ in range(2))
    np.testing.assert_array_equal(first.images, second.images)
    for name, target in first.targets.items():
        np.testing.assert_array_equal(target, second.targets[name])


def test_every_batch_has_its_share_of_each_kind(own, mnist):
    base = registry.shipped()
    samples = mixture.prepare(base, mixture.recipe_of(base, 8), mnist.subset(1000, 100), own)
    assert samples.images.shape == (STEPS * MIXTURE.batch_size, 28, 28)
    for step in range(STEPS):
        part = slice(step * MIXTURE.batch_size, (step + 1) * MIXTURE.batch_size)
        assert (samples.targets["probabilities"][part][: MIXTURE.own, 1] == 1).all()
        assert samples.weights["probabilities"][part].sum() == MIXTURE.batch_size - MIXTURE.doodles
    known = Recognizer(base).network.run(samples.images[MIXTURE.own : MIXTURE.batch_size], in_all_views=False)
    np.testing.assert_allclose(
        samples.targets["probabilities"][MIXTURE.own : MIXTURE.batch_size], known.probabilities, atol=1e-5
    )


def test_a_network_without_scores_learns_digits_only(small_mnist, few_strokes, tmp_path, monkeypatch):
    monkeypatch.setenv("STROKE_PACK", str(few_strokes))
    recipe = replace(recipes.TUTORIAL_2, epochs=2, validation="none")
    base = training.train(recipe, small_mnist, registry.folder_of("base"), lambda _: None)
    drawings = OwnDrawings.divided(flagged(), np.array([1] * 8 + [NONE] * 2))
    tuned = mixture.recipe_of(base, 8)
    model = training.train(tuned, small_mnist, tmp_path / "taught", lambda _: None, own=drawings)
    read = Recognizer(model).recognize_framed(drawings.images[:8])
    before = Recognizer(base).recognize_framed(drawings.images[:8])
    assert np.mean([found.probabilities[1] for found in read]) > np.mean([found.probabilities[1] for found in before])


def test_one_in_five_drawings_is_held_back_and_too_few_are_refused(tmp_path):
    labels = np.repeat(np.arange(10), 5)
    own = OwnDrawings.divided(np.zeros((50, 28, 28), np.uint8), labels)
    assert np.bincount(own.measured[1]).tolist() == [1] * 10
    own.save(tmp_path / "drawings.npz")
    again = OwnDrawings.load(tmp_path / "drawings.npz")
    np.testing.assert_array_equal(again.held_back, own.held_back)
    np.testing.assert_array_equal(again.labels, labels)
    assert len(OwnDrawings.divided(np.zeros((LEAST, 28, 28), np.uint8), np.zeros(LEAST, np.int64)).measured[1]) == 1
    with pytest.raises(TooFewDrawings, match="It takes 5 kept drawings"):
        OwnDrawings.divided(np.zeros((4, 28, 28), np.uint8), np.zeros(4, np.int64))


def test_a_recipe_that_wants_drawings_gets_each_as_often_as_it_says(small_mnist, own):
    division = Division.of(small_mnist, replace(recipes.QUICK, validation="none", calibrated=False))
    taught = division.with_own(own, 3)
    assert len(taught.y_train) == 300 + 3 * 8
    assert taught.y_train[300:].tolist() == [1] * 24
    assert len(taught.x_val) == 0


def test_without_drawings_such_a_recipe_is_refused(small_mnist, tmp_path):
    with pytest.raises(TooFewDrawings):
        training.train(replace(recipes.QUICK, own_shown=5), small_mnist, tmp_path / "none", lambda _: None)
    with pytest.raises(ImpossibleRecipe, match="needs kept drawings"):
        replace(recipes.QUICK, starts_from="shipped")
