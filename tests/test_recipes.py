import json

import pytest

from mnist_core import recipes
from mnist_core.recipes import RECIPES, Recipe, UnknownRecipe


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))
def test_a_recipe_survives_its_way_through_a_models_card(recipe):
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_are_found_by_their_names(name):
    assert recipes.find(name).name == name


def test_an_unknown_recipe_is_answered_with_the_known_ones():
    with pytest.raises(UnknownRecipe, match=r"no recipe “soup”; there is: default"):
        recipes.find("soup")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("batch_size", 0),
        ("validation_fraction", 0),
        ("validation_fraction", 0.5),
        ("learning_rate", 0),
        ("dropout", 1),
        ("label_smoothing", -0.1),
        ("weight_decay", -1),
        ("doodles", -0.1),
    ],
)
def test_impossible_settings_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=name):
        Recipe(**{"name": "r", "architecture": "studio", "epochs": 1, name: value})
