import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_core import drawn, recipes, registry, settings
from mnist_core.augmentation import Augmentation
from mnist_core.errors import StudioError
from mnist_core.recipes import DEFAULT, RECIPES, ImpossibleRecipe, Recipe, UnknownRecipe

every_recipe = pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))


@every_recipe
def test_a_recipe_survives_its_way_through_a_models_card(recipe):
    again = Recipe.from_json(json.loads(json.dumps(recipe.to_json())))
    assert again == recipe
    assert again.title == recipe.title


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_are_found_by_their_names(name):
    assert recipes.find(name).name == name


def test_an_unknown_recipe_is_answered_with_the_known_ones():
    with pytest.raises(UnknownRecipe, match=r"no recipe “soup”; there is: default, quick, tutorial-1, "):
        recipes.find("soup")


def test_a_card_from_before_there_were_other_recipes_still_loads():
    values = json.loads((registry.SHIPPED / registry.CARD).read_text(encoding="utf-8"))["recipe"]
    newer = {"optimizer", "schedule", "one_hot", "scaled", "validation", "calibrated", "batches_per_call"}
    newer |= {"handwritten", "views"}
    older = {name: value for name, value in values.items() if name not in {*newer, "title", "source", "description"}}
    assert Recipe.from_json(older) == replace(DEFAULT, handwritten=0, views=False)


@every_recipe
def test_a_recipe_says_what_it_is_and_where_it_comes_from(recipe):
    assert recipe.title
    assert recipe.source
    assert recipe.description.endswith(".")


def test_recipes_reach_what_the_readmes_table_says():
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \|.*\| ([\d.]+) % \| ([\d.]+) s \|$", readme, re.MULTILINE)
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
    assert (
        f"Reaches {100 * model.evaluation['accuracy']:.1f} %, and {100 * read.accuracy:.1f} % of the digits that "
        f"strangers drew, in {minutes:.0f} minutes on 2 cores." in DEFAULT.description
    )


FROM_THE_ARTICLES = {
    "tutorial-1": {
        "epochs": 5,
        "batch_size": 128,
        "optimizer": "rmsprop",
        "validation_fraction": 0.3,
        "scaled": False,
        "one_hot": True,
        "dropout": 0.5,
    },
    "tutorial-2": {"epochs": 10, "optimizer": "adam", "one_hot": False, "scaled": True, "validation": "test"},
    "tutorial-2a": {"epochs": 5, "one_hot": True},
    "tutorial-2b": {"epochs": 5, "batch_size": 64},
    "tutorial-3": {"epochs": 5, "batch_size": 64, "optimizer": "adam", "validation_fraction": 0.1, "dropout": 0.5},
    "tutorial-4": {"augmentation": Augmentation(rotation_degrees=10, shift_px=2.8, zoom=0.1)},
}


@pytest.mark.parametrize("name", FROM_THE_ARTICLES)
def test_what_an_article_says_is_what_its_recipe_has(name):
    recipe = recipes.find(name)
    expected = FROM_THE_ARTICLES[name]
    assert {setting: getattr(recipe, setting) for setting in expected} == expected
    assert recipe.source.startswith(f"Tutorial {name.removeprefix('tutorial-')[0]}, “")


@every_recipe
def test_only_the_second_article_validates_on_the_test_images_and_it_says_so(recipe):
    assert (recipe.validation == "test") == (recipe.name == "tutorial-2")
    assert ("judged by the test images" in recipe.description) == (recipe.name == "tutorial-2")


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
        ("validation", "none"),
    ],
)
def test_impossible_settings_are_refused_by_name(name, value):
    with pytest.raises(ImpossibleRecipe, match=name) as refusal:
        Recipe(**{"name": "r", "architecture": "studio", "epochs": 1, name: value})
    assert isinstance(refusal.value, StudioError)


def test_labels_that_are_no_ten_numbers_cannot_be_smoothed():
    with pytest.raises(ImpossibleRecipe, match="label_smoothing must be 0"):
        Recipe(name="r", architecture="studio", epochs=1, one_hot=False, label_smoothing=0.1)
