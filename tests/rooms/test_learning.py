"""A network learns from a room's drawings alone, and is tested on people whom it has not seen."""

from dataclasses import replace

import numpy as np
import pytest

from mnist_core.data.mnist import Mnist
from mnist_core.drawing.framing import to_model_input
from mnist_core.evaluation import own as own_figures
from mnist_core.models.model_folder import Model
from mnist_core.networks import recipes
from mnist_core.networks.recipe import ImpossibleRecipe, Recipe
from mnist_core.reading.recognizer import Recognizer
from mnist_core.synthesis.non_digits import NONE
from mnist_core.training import train as training
from mnist_core.training.fitting import Division
from mnist_core.training.own_drawings import HELD_BACK, OwnDrawings, TooFewDrawings, TooFewPeople
from tests.handwriting import DIGITS, placed, with_pen

BLANK = np.zeros((1, 28, 28), np.uint8)
SIZES_PX = (200, 240, 280, 320)


def divided(*people: int, seed: int = 0) -> OwnDrawings:
    """Divides the drawings of people, each of whom has drawn so many."""
    drew = np.repeat(np.arange(len(people)), people)
    return OwnDrawings.divided_by_people(np.repeat(BLANK, len(drew), 0), drew % 10, drew, seed=seed)


@pytest.fixture(scope="module")
def own() -> OwnDrawings:
    """All ten digits of four people, who write alike in four sizes."""
    drawn = [
        (to_model_input(with_pen(placed(DIGITS[digit], size, 60, 80), 28).ink), digit, person)
        for person, size in enumerate(SIZES_PX)
        for digit in range(10)
    ]
    images, labels, people = zip(*drawn, strict=True)
    return OwnDrawings.divided_by_people(np.stack(images), np.array(labels), np.array(people))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "people", [(4, 1), (3, 3), (1, 1, 1, 1, 1), (2, 3, 4, 5), (10,) * 30, (1,) * 50 + (40,), (100, 1), (1, 2, 50)]
)
def test_nobody_is_on_both_sides_and_enough_is_held_back(people, seed):
    own = divided(*people, seed=seed)
    drew = np.repeat(np.arange(len(people)), people)
    tested, learned = set(drew[own.held_back]), set(drew[~own.held_back])
    assert tested
    assert learned
    assert not tested & learned
    assert tested | learned == set(range(len(people)))
    assert own.held_back.mean() >= HELD_BACK or len(learned) == 1
    fewest = min(sum(people[one] for one in tested - {left}) for left in tested)
    assert fewest < HELD_BACK * sum(people)  # without one of them it would be too few


def test_the_same_people_are_divided_alike_and_by_another_seed_differently():
    same = [divided(*(5,) * 20, seed=1).held_back for _ in range(2)]
    np.testing.assert_array_equal(*same)
    assert (divided(*(5,) * 20, seed=2).held_back != same[0]).any()


@pytest.mark.parametrize(
    ("people", "error"), [((), TooFewDrawings), ((4,), TooFewDrawings), ((2, 2), TooFewDrawings), ((9,), TooFewPeople)]
)
def test_too_few_drawings_or_people_are_refused(people, error):
    with pytest.raises(error):
        divided(*people)


@pytest.mark.parametrize("drawings", [0, 1, 8, 400, 10_000, 100_000])
def test_a_recipe_for_few_drawings_shows_each_more_often(drawings):
    recipe = recipes.of_drawings_alone(drawings)
    assert recipe.own_alone
    assert recipe.own_shown >= 1
    if 0 < drawings <= 10_000:
        assert recipe.own_shown * drawings == pytest.approx(recipes.ALONE_IMAGES, rel=0.01)
    assert (recipe.starts_from, recipe.validation, recipe.calibrated) == ("", "none", False)
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert recipe.name not in recipes.RECIPES


@pytest.mark.parametrize("change", [{"own_shown": 0}, {"validation": "split"}])
def test_a_recipe_without_drawings_or_that_validates_on_them_is_impossible(change):
    with pytest.raises(ImpossibleRecipe, match="kept drawings alone needs own_shown"):
        replace(recipes.of_drawings_alone(10), **change)


def test_what_older_versions_have_kept_did_not_learn_from_drawings_alone():
    old = recipes.QUICK.to_json()
    del old["own_alone"]
    assert Recipe.from_json(old) == recipes.QUICK


def test_nothing_of_mnist_is_among_what_is_learned(own, small_mnist):
    marked = Mnist(
        np.full_like(small_mnist.x_train, 77), *(getattr(small_mnist, n) for n in ("y_train", "x_test", "y_test"))
    )
    division = Division.of_own(own, marked, recipes.of_drawings_alone(30))
    assert division.x_train.shape == (30 * 1000, 28, 28)
    assert not (division.x_train == 77).all(axis=(1, 2)).any()
    drawn = {image.tobytes() for image in own.learned[0]}
    assert {image.tobytes() for image in division.x_train[::37]} <= drawn
    assert np.bincount(division.y_train).tolist() == [3000] * 10
    assert len(division.x_val) == len(division.y_val) == 0


def test_what_is_no_digit_is_left_out(small_mnist):
    own = OwnDrawings(np.repeat(BLANK, 6, 0), np.array([1, NONE, 2, 3, NONE, 4]), np.array([False] * 4 + [True] * 2))
    division = Division.of_own(own, small_mnist, replace(recipes.of_drawings_alone(4), own_shown=2))
    assert sorted(division.y_train.tolist()) == [1, 1, 2, 2, 3, 3]


@pytest.fixture(scope="module")
def alone(own, small_mnist, few_strokes, tmp_path_factory) -> Model:
    """A network that has seen three people's ten digits, and nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STROKE_PACK", str(few_strokes))
        patch.setenv("MNIST_STUDIO_HOME", str(tmp_path_factory.mktemp("home")))
        recipe = replace(recipes.of_drawings_alone(30), own_shown=100, batches_per_call=1)
        folder = tmp_path_factory.mktemp("models") / "own"
        return training.train(recipe, small_mnist, folder, lambda _: None, own=own)


def test_it_reads_the_digits_of_somebody_whom_it_has_not_seen(alone, own):
    images, labels = own.measured
    read = [found.probabilities.argmax() for found in Recognizer(alone).recognize_framed(images)]
    assert (np.array(read) == labels).mean() >= 0.8


def test_its_card_says_that_it_saw_nothing_else(alone):
    recipe = Recipe.from_json(alone.card["recipe"])
    assert (recipe.name, recipe.own_alone, recipe.starts_from) == ("own", True, "")
    assert alone.card["own"] == {"drawings": 30, "held_back": 10}


def test_it_is_compared_with_the_model_that_read_before(alone, own):
    figures = own_figures.kept(alone)
    assert (figures.before, figures.learned.drawings, figures.held_back.drawings) == ("shipped", 30, 10)
    assert figures.held_back.before == 10
    assert figures.learned.after >= 24
