"""The command that makes a model again is understood by the command line, and asks for the same recipe."""

import argparse
import shlex
from dataclasses import replace

import pytest

from mnist_core.commands import parser
from mnist_core.commands.recipes import recipe_from
from mnist_core.data.mnist import load_mnist
from mnist_core.export.report.again import PROGRAM, NotByCommand, command
from mnist_core.models import registry
from mnist_core.models.model_folder import Card
from mnist_core.networks import recipes
from mnist_core.networks.recipe import Recipe
from mnist_core.synthesis.augmentation import Augmentation


def card_of(**changes: object) -> Card:
    """Returns the shipped model's card with changes."""
    return registry.shipped().card | changes  # type: ignore[return-value]


def understood(line: str) -> argparse.Namespace:
    """Lets the command line read what the report says."""
    words = shlex.split(line)
    assert tuple(words[:3]) == PROGRAM
    return parser().parse_args(words[3:])


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=list(recipes.RECIPES))
def test_every_recipe_is_made_again_by_its_name_alone(recipe):
    line = command(card_of(), recipe)
    assert line == f"python -m mnist_core train --recipe={recipe.name}"
    assert recipe_from(understood(line)) == recipe


@pytest.mark.parametrize(
    "recipe",
    [
        replace(recipes.QUICK, epochs=3, batch_size=64, seed=7),
        replace(recipes.TUTORIAL_3, dropout=0.25, validation_fraction=0.2),
        recipes.with_optimizer(recipes.TUTORIAL_3, "sgd"),
        replace(recipes.with_optimizer(recipes.TUTORIAL_3, "sgd"), learning_rate=0.05),
        recipes.with_validation(recipes.QUICK, "test"),
        recipes.with_augmentation(recipes.DEFAULT, False),
        recipes.with_augmentation(recipes.TUTORIAL_3, True),
        recipes.with_pen_styles(recipes.DEFAULT, False),
        recipes.with_pen_styles(recipes.LENET_5, True),
        recipes.with_teacher(recipes.QUICK, "shipped", 0.5, 2.0),
        recipes.with_teacher(recipes.STUDENT_DISTILLED, "shipped", 0.25),
    ],
)
def test_what_was_changed_of_a_recipe_is_changed_again(recipe):
    assert recipe_from(understood(command(card_of(), recipe))) == recipe


def test_an_ensemble_is_combined_again():
    recipe = Recipe(name="ensemble", architecture="ensemble", epochs=1, members=("a", "b"), calibrated=False)
    assert understood(command(card_of(), recipe)).model == ["a", "b"]


def test_a_smaller_version_is_made_of_its_original_again():
    smaller = card_of(compressed={"of": "mine", "kind": "int8"})
    options = understood(command(smaller, recipes.DEFAULT))
    assert (options.model, options.kind) == ("mine", ["int8"])


def test_a_training_on_some_images_takes_as_many_again(own_mnist):
    part = load_mnist().part(200)
    trained = {"images": 180, "validation_images": 20}
    options = understood(command(card_of(data=part.checksums, trained=trained), recipes.QUICK))
    assert options.subset == 200


def test_images_that_validated_on_the_test_set_are_not_counted_with_the_training_images(own_mnist):
    part = load_mnist().part(200)
    trained = {"images": 200, "validation_images": 100}
    recipe = recipes.with_validation(recipes.QUICK, "test")
    card = card_of(data=part.checksums, trained=trained, recipe=recipe.to_json())
    assert understood(command(card, recipe)).subset == 200


def test_a_training_on_all_data_at_hand_names_no_share(own_mnist):
    assert understood(command(card_of(data=load_mnist().checksums), recipes.QUICK)).subset is None


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (replace(recipes.QUICK, own_shown=5), "It learned from kept drawings"),
        (replace(recipes.QUICK, name="gone"), "This version has no recipe “gone”"),
        (replace(recipes.STUDENT_DISTILLED, teacher=""), "has other settings than those above"),
        (replace(recipes.QUICK, weight_decay=0.5), "has other settings than those above"),
        (replace(recipes.DEFAULT, augmentation=Augmentation(zoom=0.3)), "has other settings than those above"),
    ],
)
def test_what_no_command_makes_is_said_in_a_sentence(recipe: Recipe, said):
    with pytest.raises(NotByCommand, match=said):
        command(card_of(), recipe)


def test_data_that_are_not_at_hand_are_named_by_their_checksums(own_mnist):
    with pytest.raises(NotByCommand, match="It learned from other data than those at hand"):
        command(card_of(data={"train-images-idx3-ubyte": "unknown"}), recipes.QUICK)
