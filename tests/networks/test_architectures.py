import subprocess
import sys
from dataclasses import replace

import pytest

from mnist_core.networks import architectures, recipes
from mnist_core.networks.architectures import ARCHITECTURES
from mnist_core.networks.layers import Convolution, Cropping, Dropout, MaxPooling, Residual, shapes
from mnist_core.networks.recipe import ImpossibleRecipe, Recipe
from mnist_core.networks.recipes import RECIPES

FIRST = 32 * (3 * 3 * 1 + 1)  # a first convolution with 32 filters and a bias each
SECOND = 64 * (3 * 3 * 32 + 1)
FLAT = 5 * 5 * 64  # 28 - 2 = 26, halved 13, - 2 = 11, halved 5


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("tutorial-1", FIRST + SECOND + (FLAT + 1) * 128 + 129 * 10),
        ("tutorial-2", FIRST + SECOND + (FLAT + 1) * 64 + 65 * 10),
        ("tutorial-2a", FIRST + (13 * 13 * 32 + 1) * 128 + 129 * 10),
        ("tutorial-2b", FIRST + SECOND + (FLAT + 1) * 128 + 129 * 10),
        ("tutorial-3", 320 + 18_496 + 102_464 + 650),
        ("tutorial-4", 785 * 128 + 129 * 10),
        ("lenet-5", 6 * 26 + 16 * (25 * 6 + 1) + (5 * 5 * 16 + 1) * 120 + 121 * 84 + 85 * 10),
        (
            "resnet",
            (9 * 16 + 4 * 16)
            + (2 * 9 * 16 * 16 + 2 * 4 * 16)
            + (9 * 16 * 32 + 9 * 32 * 32 + 16 * 32 + 3 * 4 * 32)
            + (9 * 32 * 64 + 9 * 64 * 64 + 32 * 64 + 3 * 4 * 64)
            + 65 * 10,
        ),
        (
            "vgg",
            16 * 10 + 16 * 145 + 32 * 145 + 32 * 289 + 64 * 289 + 64 * 577 + (3 * 3 * 64 + 1) * 128 + 129 * 10,
        ),
    ],
)
def test_parameters_are_those_worked_out_by_hand(name, parameters):
    assert architectures.parameters(RECIPES[name]) == parameters
    assert f"{parameters:,} parameters" in ARCHITECTURES[RECIPES[name].architecture].__doc__


def test_the_third_article_has_121930_parameters_and_says_why_its_sum_is_another():
    assert architectures.parameters(recipes.TUTORIAL_3) == 121_930
    assert "121,930 parameters; the sum that the article gives is wrong by 1,000" in recipes.TUTORIAL_3.description


@pytest.mark.parametrize("name", ["default", "quick", "student"])
def test_a_network_has_the_parameters_that_its_description_claims(name):
    claimed = f"{architectures.parameters(RECIPES[name]):,} parameters"
    assert claimed in ARCHITECTURES[RECIPES[name].architecture].__doc__


def test_the_layer_table_of_the_third_article():
    rows = architectures.table(replace(recipes.TUTORIAL_3, scaled=False))
    assert [(row.name, row.kind, row.output_shape, row.parameters) for row in rows] == [
        ("pixels", "InputLayer", (28, 28, 1), 0),
        ("conv2d", "Conv2D", (26, 26, 32), 320),
        ("max_pooling2d", "MaxPooling2D", (13, 13, 32), 0),
        ("conv2d_1", "Conv2D", (11, 11, 64), 18_496),
        ("max_pooling2d_1", "MaxPooling2D", (5, 5, 64), 0),
        ("flatten", "Flatten", (1600,), 0),
        ("dense", "Dense", (64,), 102_464),
        ("dropout", "Dropout", (64,), 0),
        ("probabilities", "Dense", (10,), 650),
    ]
    assert rows[1].detail == "32 filters, 3 × 3, relu"


def test_the_first_articles_dropouts_are_a_quarter_and_a_half():
    layers = architectures.of(recipes.TUTORIAL_1).layers
    assert [layer.rate for layer in layers if isinstance(layer, Dropout)] == [0.25, 0.5]


def test_the_second_articles_first_variant_drops_out_after_the_flatten():
    kinds = [row.kind for row in architectures.table(recipes.TUTORIAL_2A)]
    assert kinds == ["InputLayer", "Rescaling", "Conv2D", "MaxPooling2D", "Flatten", "Dropout", "Dense", "Dense"]


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))
def test_without_dropout_a_network_has_no_such_layer_and_as_many_parameters(recipe):
    plain = replace(recipe, dropout=0)
    assert not any(isinstance(layer, Dropout) for layer in architectures.of(plain).layers)
    assert any(isinstance(layer, Dropout) for layer in architectures.of(replace(recipe, dropout=0.2)).layers)
    assert architectures.parameters(plain) == architectures.parameters(recipe)


def test_only_the_first_article_leaves_grey_levels_unscaled():
    unscaled = [name for name, recipe in RECIPES.items() if "rescaling" not in layer_names(recipe)]
    assert unscaled == ["tutorial-1"]


def layer_names(recipe: Recipe) -> list[str]:
    return [row.name for row in architectures.table(recipe)]


@pytest.mark.parametrize(
    ("layer", "before", "after"),
    [
        (Convolution(4, 5), (28, 28, 1), (24, 24, 4)),
        (Convolution(4, 5, "same"), (28, 28, 1), (28, 28, 4)),
        (Convolution(4, 3, "same", stride=2), (7, 7, 2), (4, 4, 4)),
        (Convolution(4, 3, stride=2), (8, 8, 2), (3, 3, 4)),
        (Cropping(2), (28, 28, 1), (24, 24, 1)),
        (MaxPooling(), (5, 4, 3), (2, 2, 3)),
        (Residual(8, stride=2), (7, 7, 4), (4, 4, 8)),
    ],
)
def test_shapes_worked_out_by_hand(layer, before, after):
    assert shapes((layer,), before) == [before, after]


def test_an_unknown_network_is_refused():
    with pytest.raises(ImpossibleRecipe, match=r"architecture must be one of studio, .*, but is tower"):
        architectures.of(replace(recipes.DEFAULT, architecture="tower"))


def test_a_network_that_cannot_say_no_digit_is_not_shown_doodles():
    with pytest.raises(ImpossibleRecipe, match="doodles must be 0 for the network tutorial-3"):
        architectures.of(replace(recipes.TUTORIAL_3, doodles=0.1))


def test_networks_are_described_without_a_deep_learning_library():
    code = (
        "import sys; from mnist_core.networks import architectures, recipes;"
        "[architectures.table(recipe) for recipe in recipes.RECIPES.values()];"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
