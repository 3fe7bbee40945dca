import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_core import settings
from mnist_core.errors import StudioError
from mnist_core.evaluation import drawn
from mnist_core.models import model_folder, registry
from mnist_core.networks import recipes
from mnist_core.networks.recipe import VALIDATIONS, ImpossibleRecipe, Recipe
from mnist_core.networks.recipes import DEFAULT, RECIPES, UnknownRecipe
from mnist_core.synthesis.augmentation import Augmentation

every_recipe = pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))


@every_recipe
def test_a_recipe_survives_its_way_through_a_models_card(recipe):
    again = Recipe.from_json(json.loads(json.dumps(recipe.to_json())))
    assert again == recipe
    assert again.title == recipe.title


def test_no_recipe_is_hidden_by_another_of_its_name():
    defined = [value for value in vars(recipes).values() if isinstance(value, Recipe)]
    assert [recipe.name for recipe in defined] == list(RECIPES)
    assert all(recipes.find(recipe.name) is recipe for recipe in defined)


def test_an_unknown_recipe_is_answered_with_the_known_ones():
    with pytest.raises(UnknownRecipe, match=r"no recipe “soup”; there is: default, quick, tutorial-1, "):
        recipes.find("soup")


def test_a_card_from_before_there_were_other_recipes_still_loads():
    values = json.loads((registry.SHIPPED / model_folder.CARD).read_text(encoding="utf-8"))["recipe"]
    newer = {"optimizer", "schedule", "one_hot", "scaled", "validation", "calibrated", "batches_per_call"}
    newer |= {"handwritten", "views"}
    older = {name: value for name, value in values.items() if name not in {*newer, "title", "source", "description"}}
    assert Recipe.from_json(older) == replace(DEFAULT, handwritten=0, views=False)


@every_recipe
def test_a_recipe_says_what_it_is_and_where_it_comes_from(recipe):
    assert recipe.title
    assert recipe.source
    assert recipe.description.endswith(".")


def test_recipes_reach_what_the_table_of_measurements_says():
    measurements = (Path(__file__).parents[2] / "docs" / "measurements.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \|.*\| ([\d.]+) % \| ([\d.]+) s \|$", measurements, re.MULTILINE)
    seconds = {name: float(duration) for name, _, duration in rows}
    assert len(rows) >= 10
    for name, accuracy, _ in rows:
        ratio = seconds[name] / seconds["tutorial-3"]
        if name == "quick":
            time = "a tenth of the time of tutorial-3"
        elif name == "tutorial-3":
            time = f"{seconds[name]:.0f} s on 2 cores"
        else:
            time = f"{ratio:.1f} times the time of tutorial-3"
        assert f"in {time}." in recipes.find(name).description
        assert f"Reaches {float(accuracy):.1f} %" in recipes.find(name).description


def test_the_shipped_models_recipe_says_what_the_shipped_model_reaches():
    model = registry.shipped()
    read = drawn.kept(model, settings.PEN_DIGITS)
    minutes = model.card["trained"]["seconds"] / 60
    claim = re.search(
        r"Reaches ([\d.]+) %, and ([\d.]+) % of the digits that strangers drew, in (\d+) minutes on 2 cores\.",
        DEFAULT.description,
    )
    assert float(claim[1]) == round(100 * model.evaluation["accuracy"], 1)
    assert float(claim[2]) == pytest.approx(100 * read.accuracy, abs=2 * 100 * read.standard_error)
    assert int(claim[3]) == round(minutes)


FROM_THE_ARTICLES = {
    "tutorial-1": {
        "epochs": 5,
        "batch_size": 128,
        "optimizer": "rmsprop",
        "learning_rate": 1e-3,
        "validation": "split",
        "validation_fraction": 0.3,
        "scaled": False,
        "one_hot": True,
        "dropout": 0.5,
    },
    "tutorial-2": {
        "epochs": 10,
        "batch_size": 32,
        "optimizer": "adam",
        "one_hot": False,
        "scaled": True,
        "validation": "test",
        "dropout": 0,
    },
    "tutorial-2a": {
        "epochs": 5,
        "batch_size": 32,
        "optimizer": "adam",
        "one_hot": True,
        "validation": "test",
        "dropout": 0.5,
    },
    "tutorial-2b": {
        "epochs": 5,
        "batch_size": 64,
        "optimizer": "adam",
        "one_hot": False,
        "validation": "none",
        "dropout": 0.5,
    },
    "tutorial-3": {
        "epochs": 5,
        "batch_size": 64,
        "optimizer": "adam",
        "one_hot": False,
        "validation": "split",
        "validation_fraction": 0.1,
        "dropout": 0.5,
    },
    "tutorial-4": {"augmentation": Augmentation(rotation_degrees=10, shift_px=2.8)},
}


@pytest.mark.parametrize("name", FROM_THE_ARTICLES)
def test_what_an_article_says_is_what_its_recipe_has(name):
    recipe = recipes.find(name)
    expected = FROM_THE_ARTICLES[name]
    assert {setting: getattr(recipe, setting) for setting in expected} == expected
    assert recipe.source.startswith(f"Tutorial {name.removeprefix('tutorial-')[0]}, “")


@every_recipe
def test_a_recipe_that_validates_on_the_test_images_or_not_at_all_says_so(recipe):
    assert (recipe.validation == "test") == (recipe.name in {"tutorial-2", "tutorial-2a"})
    assert ("judged by the test images" in recipe.description) == (recipe.validation == "test")
    assert (recipe.validation == "none") == (recipe.name == "tutorial-2b")
    assert ("Nothing validates" in recipe.description) == (recipe.validation == "none")


@every_recipe
def test_sparse_labels_are_called_so(recipe):
    assert ("(sparse)" in recipe.description) == (not recipe.one_hot)


def test_another_optimizer_brings_its_usual_learning_rate_and_the_same_one_keeps_the_recipes():
    assert recipes.with_optimizer(recipes.QUICK, "adam").learning_rate == 1e-3
    assert recipes.with_optimizer(recipes.DEFAULT, "sgd").learning_rate == 1e-2
    assert recipes.with_optimizer(recipes.QUICK, "sgd") == recipes.QUICK


def test_only_a_share_of_the_training_images_calibrates():
    assert [recipes.with_validation(recipes.QUICK, choice).calibrated for choice in VALIDATIONS] == [
        True,
        False,
        False,
    ]
    with pytest.raises(ImpossibleRecipe, match="calibrated must be False"):
        replace(recipes.QUICK, validation="none")


@pytest.mark.parametrize(("smoothing", "least"), [(0, 0), (0.1, 0.5003), (0.9, 2.266)])
def test_smoothed_labels_have_a_least_loss_worked_out_by_hand(smoothing, least):
    # 0.1: one share of 0.91, nine of 0.01; 0.9: one of 0.19, nine of 0.09 -> -0.19 ln 0.19 - 0.81 ln 0.09
    assert replace(recipes.QUICK, label_smoothing=smoothing).least_loss == pytest.approx(least, abs=2e-3)


def test_pen_styles_can_be_switched_off_and_on():
    plain = recipes.with_pen_styles(DEFAULT, False)
    assert plain.handwritten == 0
    assert recipes.with_pen_styles(plain, True) == DEFAULT
    few = replace(DEFAULT, handwritten=0.1)
    assert recipes.with_pen_styles(few, True) == few


def test_augmentation_can_be_switched_off_and_on():
    plain = recipes.with_augmentation(DEFAULT, False)
    assert plain.augmentation == Augmentation()
    assert recipes.with_augmentation(plain, True) == DEFAULT
    assert recipes.with_augmentation(recipes.TUTORIAL_4, True) == recipes.TUTORIAL_4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("batch_size", 0),
        ("batches_per_call", 0),
        ("validation_fraction", 0),
        ("validation_fraction", 0.5),
        ("learning_rate", 0),
        ("learning_rate", float("nan")),
        ("learning_rate", float("inf")),
        ("dropout", 1),
        ("label_smoothing", -0.1),
        ("weight_decay", -1),
        ("doodles", -0.1),
        ("seed", -1),
        ("optimizer", "luck"),
        ("schedule", "weekly"),
        ("validation", "luck"),
    ],
)
def test_impossible_settings_are_refused_by_name(name, value):
    with pytest.raises(ImpossibleRecipe, match=name) as refusal:
        Recipe(**{"name": "r", "architecture": "studio", "epochs": 1, name: value})
    assert isinstance(refusal.value, StudioError)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"teacher": "shipped", "teacher_share": 1.1}, "teacher_share must lie between 0 and 1"),
        ({"teacher": "shipped", "teacher_temperature": 0.5}, "teacher_temperature must lie between 1 and 100"),
        ({"teacher": "shipped", "own_shown": 1, "starts_from": "shipped"}, "teacher must be empty"),
        ({"members": ("a", "b")}, "architecture must be ensemble"),
        ({"architecture": "ensemble", "calibrated": False, "members": ("a",)}, "needs 2 to 5 different models"),
        ({"architecture": "ensemble", "calibrated": False, "members": ("a", "a")}, "needs 2 to 5 different models"),
        ({"architecture": "ensemble", "calibrated": False}, "2 to 5 different models, but has none"),
        ({"architecture": "ensemble", "members": ("a", "b")}, "An ensemble learns nothing"),
    ],
)
def test_teachers_and_members_that_cannot_be_are_refused(settings, complaint):
    with pytest.raises(ImpossibleRecipe, match=complaint):
        Recipe(**{"name": "r", "architecture": "studio", "epochs": 1, **settings})


def test_what_is_written_of_a_recipe_without_teacher_and_members_is_what_earlier_versions_wrote():
    written = recipes.QUICK.to_json()
    assert not {"members", "teacher", "teacher_share", "teacher_temperature"} & written.keys()
    assert recipes.STUDENT_DISTILLED.to_json()["teacher"] == "shipped"
    other = replace(recipes.QUICK, teacher_share=0.5)
    assert Recipe.from_json(other.to_json()) == other


def test_with_a_teacher_the_least_loss_is_that_of_the_labels_share():
    taught = replace(recipes.STUDENT_DISTILLED, teacher_share=0.75)
    assert taught.least_loss == pytest.approx(0.25 * recipes.STUDENT.least_loss)
    assert replace(taught, teacher="").least_loss == recipes.STUDENT.least_loss


def test_labels_that_are_no_ten_numbers_cannot_be_smoothed():
    with pytest.raises(ImpossibleRecipe, match="label_smoothing must be 0"):
        Recipe(name="r", architecture="studio", epochs=1, one_hot=False, label_smoothing=0.1)
