"""An ensemble averages what its members answer, and is a model like any other."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mnist_core.drawing.framing import to_model_input
from mnist_core.evaluation import comparison
from mnist_core.export.figures.subjects import FigureError, Subject
from mnist_core.export.reading_script import reading_script
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model, ModelError
from mnist_core.networks import architectures, recipes
from mnist_core.networks.recipe import ENSEMBLE, ImpossibleRecipe, Recipe
from mnist_core.reading.memory import Memory
from mnist_core.reading.network import Network, Outputs
from mnist_core.reading.recognizer import Recognizer
from mnist_core.training import combining, exporting, mixture
from mnist_core.training import train as training
from mnist_core.training.progress import Phase, Progress
from tests.handwriting import drawn

import keras  # isort: skip

DIGITS = np.stack([to_model_input(drawn(digit)) for digit in range(10)])
RECIPES = {
    "logits": replace(recipes.TUTORIAL_2, epochs=1),
    "digits": replace(recipes.QUICK, batch_size=50, batches_per_call=1, validation_fraction=0.2),
}
NAMES = ("shipped", *RECIPES)


@pytest.fixture(scope="module", autouse=True)
def shelf(few_strokes, small_mnist, tmp_path_factory) -> Iterator[Path]:
    """A home with three models of different forms, and an ensemble of them."""
    folder = tmp_path_factory.mktemp("shelf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STROKE_PACK", str(few_strokes))
        patch.setenv("MNIST_STUDIO_HOME", str(folder))
        for name, recipe in RECIPES.items():
            training.train(recipe, small_mnist, registry.folder_of(name), lambda _: None)
        training.train(combining.recipe_of(NAMES), small_mnist, registry.folder_of("three"), lambda _: None)
        yield folder


@pytest.fixture(autouse=True)
def home(shelf, tmp_path, monkeypatch) -> Path:
    """Lets every test have these models in a home of its own."""
    folder = tmp_path / "home"
    shutil.copytree(shelf, folder)
    monkeypatch.setenv("MNIST_STUDIO_HOME", str(folder))
    return folder


@pytest.fixture
def ensemble() -> Model:
    return Model.open(registry.folder_of("three"))


def outputs(name: str) -> Outputs:
    """What a model answers at the first look."""
    return Network(Model.open(registry.folder_of(name)).network).run(DIGITS)


def test_it_gives_the_mean_of_its_members_calibrated_probabilities(ensemble):
    expected = np.mean([outputs(name).probabilities for name in NAMES], axis=0)
    found = outputs("three")
    np.testing.assert_allclose(found.probabilities, expected, atol=1e-5)
    np.testing.assert_allclose(np.exp(found.logits), expected, atol=1e-5)


def test_its_scores_are_the_means_of_those_that_have_some(ensemble):
    np.testing.assert_allclose(outputs("three").digit_scores, outputs("shipped").digit_scores, atol=1e-5)
    found = keras.models.load_model(ensemble.keras_path, compile=False)
    assert set(found.output) == {"probabilities", "digit_score", "number_score"}


def test_every_members_features_weigh_the_same():
    found, parts = outputs("three").features, [outputs(name).features for name in NAMES]
    assert found.shape == (10, sum(part.shape[1] for part in parts))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), np.sqrt(3), rtol=1e-4)
    directions = [part / np.linalg.norm(part, axis=1, keepdims=True) for part in parts]
    np.testing.assert_allclose(found, np.concatenate(directions, axis=1), atol=1e-4)


def test_it_is_measured_used_and_taught_by_corrections_like_any_model(ensemble):
    assert ensemble.evaluation["images"] == 100
    recognizer = Recognizer(ensemble)
    assert [recognizer.recognize(drawn(digit)).digit for digit in range(10)] == list(range(10))
    features = recognizer.network.run(DIGITS[:1]).features
    taught = recognizer.remembering(Memory.of([1], [8], features))
    assert taught.recognize(drawn(0)).digit == 8
    assert registry.activate("three").name == "three"


def test_its_card_names_its_members_and_its_recipe_makes_it_again(ensemble, small_mnist):
    recipe = Recipe.from_json(ensemble.card["recipe"])
    assert recipe == combining.recipe_of(NAMES)
    assert recipe.members == NAMES
    assert recipe.views  # as the shipped model reads in views
    assert recipe.validation == "test"  # as one of them was validated on the test images
    sizes = [Model.open(registry.folder_of(name)).card["parameters"] for name in NAMES]
    assert ensemble.card["parameters"] == sum(sizes)
    assert 0 < ensemble.card["digit_threshold"] <= 0.5
    training.train(recipe, small_mnist, registry.folder_of("again"), lambda _: None)
    np.testing.assert_array_equal(outputs("again").probabilities, outputs("three").probabilities)


def test_one_hears_what_is_done(small_mnist, tmp_path):
    reports: list[Progress | Phase] = []
    training.train(combining.recipe_of(NAMES[1:]), small_mnist, tmp_path / "two", reports.append)
    assert [report.words for report in reports if isinstance(report, Phase)][:2] == [
        "Combining the networks",
        "Choosing which digit score rejects",
    ]


def test_members_of_digits_alone_make_an_ensemble_that_takes_all_for_digits(small_mnist, tmp_path):
    pair = training.train(combining.recipe_of(NAMES[1:]), small_mnist, tmp_path / "two", lambda _: None)
    network = Network(pair.network)
    assert not network.has_scores
    assert network.run(DIGITS).digit_scores.tolist() == [1] * 10


def test_it_stays_when_its_members_go(ensemble):
    assert [one.name for one in combining.members_at_hand(ensemble)] == list(NAMES)
    before = outputs("three").probabilities
    registry.delete("digits")
    shutil.copytree(registry.folder_of("logits"), registry.folder_of("digits"))  # another one of that name
    assert [one.name for one in combining.members_at_hand(ensemble)] == ["shipped", "logits"]
    registry.delete("logits")
    np.testing.assert_array_equal(outputs("three").probabilities, before)
    exported = exporting.anew(ensemble)
    np.testing.assert_allclose(Network(exported.network).run(DIGITS).probabilities, before, atol=1e-6)


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (["digits"], "needs 2 to 5 different models, but has digits"),
        (["digits", "digits"], "needs 2 to 5 different models"),
        (["a", "b", "c", "d", "e", "f"], "needs 2 to 5 different models"),
        (["digits", "nobody"], "There is no model “nobody”"),
        (["digits", "three"], "“three” is an ensemble itself: choose its members in its place"),
        (["digits", "../logits"], "A model's name consists of"),
    ],
)
def test_what_cannot_be_combined_is_said_before_anything_begins(names, complaint):
    with pytest.raises((ModelError, ImpossibleRecipe), match=complaint):
        combining.recipe_of(names)


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"")])
def test_a_member_without_its_keras_file_is_refused(damage, small_mnist, tmp_path):
    recipe = combining.recipe_of(NAMES)
    damage(registry.folder_of("digits") / model_folder.KERAS_MODEL)
    for attempt in (
        lambda: combining.recipe_of(NAMES),
        lambda: training.train(recipe, small_mnist, tmp_path / "three", lambda _: None),
    ):
        with pytest.raises(ModelError, match=r"“digits” cannot be combined: its model\.keras is missing, or not"):
            attempt()
    assert not (tmp_path / "three").exists()


def test_what_an_ensemble_cannot_do_is_a_sentence(ensemble):
    with pytest.raises(ImpossibleRecipe, match=r"is an ensemble, which cannot be taught: .*shipped, logits, digits"):
        mixture.recipe_of(ensemble, 10)
    with pytest.raises(ModelError, match=r"An ensemble is several networks, and browsers compute one: .*shipped, "):
        exporting.packed(ensemble)
    with pytest.raises(FigureError, match="three is an ensemble, so it has no learning curve"):
        Subject(models=("three",)).learned()
    with pytest.raises(ImpossibleRecipe, match="An ensemble has the networks of its members: shipped, logits, digits"):
        architectures.of(Recipe.from_json(ensemble.card["recipe"]))


def test_a_script_reads_with_an_ensemble(ensemble, tmp_path, monkeypatch):
    from PIL import Image

    script = reading_script(ensemble)
    shutil.copy(ensemble.keras_path, tmp_path / "three.keras")
    Image.fromarray(np.rint(255 - 255 * drawn(3)).astype(np.uint8)).save(tmp_path / "digit.png")
    monkeypatch.chdir(tmp_path)
    found: dict = {}
    exec(script, found)
    assert found["answer"] == 3
    assert found["outputs"]["digit_score"].shape == (1, 1)


def test_what_it_gains_and_costs_is_said_against_its_best_member(ensemble):
    models = [ensemble, *combining.members_at_hand(ensemble)]
    whole, *parts = (comparison.figures(model) for model in models)
    assert whole.size_bytes > sum(part.size_bytes for part in parts) * 0.99
    one, three = replace(parts[0], reading_ms=2.0, size_bytes=100), replace(whole, reading_ms=6.0, size_bytes=300)
    assert comparison.cost(three, one) == (
        "three is 3.0 times as large as shipped, and takes 3.0 times as long to read a digit: 6.00 ms in place of "
        "2.00 ms."
    )


def test_a_recipe_of_an_ensemble_survives_its_way_through_a_models_card():
    recipe = combining.recipe_of(NAMES)
    assert recipe.to_json()["members"] == list(NAMES)
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert recipe.name == ENSEMBLE
