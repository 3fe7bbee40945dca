"""The command `recipes`, and the options by which commands take a recipe."""

import argparse
from dataclasses import replace
from typing import Any

from rich.table import Table

from mnist_core.commands.console import output
from mnist_core.networks import architectures, recipes
from mnist_core.networks.recipe import OPTIMIZERS, VALIDATIONS, ImpossibleRecipe, Recipe
from mnist_core.training import teachers


def add(command: Any) -> None:
    """Describes the command."""
    command("recipes", run_recipes, show_recipes, "List the recipes that a model can be trained by.")


def add_recipe_options(command: argparse.ArgumentParser) -> None:
    """Adds the options for a recipe and its settings; settings that are not given stay as in the recipe."""
    command.add_argument(
        "--recipe", default="default", help=f"one of: {', '.join(recipes.RECIPES)} (default: %(default)s)"
    )
    command.add_argument("--epochs", type=int, help="passes through the training images")
    command.add_argument("--batch-size", type=int, metavar="N", help="images in each training step")
    command.add_argument(
        "--optimizer",
        choices=OPTIMIZERS,
        help="the optimizer; another one than the recipe's comes with its usual learning rate",
    )
    command.add_argument("--learning-rate", type=float, metavar="RATE", help="the size of each step")
    command.add_argument("--dropout", type=float, metavar="SHARE", help="the share of values set to 0 in training")
    command.add_argument(
        "--validation",
        choices=VALIDATIONS,
        help="validate on a share of the training images, the test images or nothing",
    )
    command.add_argument(
        "--validation-fraction",
        type=float,
        metavar="SHARE",
        help="the share of images held out",
    )
    command.add_argument("--augment", action=argparse.BooleanOptionalAction, help="vary the images in every epoch")
    command.add_argument(
        "--pen-styles", action=argparse.BooleanOptionalAction, help="add synthetic digits as many countries write them"
    )
    command.add_argument(
        "--teacher", metavar="MODEL", help="learn this model's outputs beside the labels (distillation)"
    )
    command.add_argument(
        "--teacher-share", type=float, metavar="SHARE", help="the share of the loss that asks for the teacher's outputs"
    )
    command.add_argument(
        "--teacher-temperature", type=float, metavar="T", help="what the logits of both are divided by"
    )
    command.add_argument("--seed", type=int, help="the random seed")
    command.add_argument("--subset", type=int, metavar="N", help="use only N training images")


def recipe_from(options: argparse.Namespace) -> Recipe:
    """Returns the recipe that a command line asks for.

    Raises:
        UnknownRecipe: there is none of that name.
        ImpossibleRecipe: a setting has an impossible value.
        ModelError: the teacher is missing or damaged.
    """
    recipe = recipes.find(options.recipe)
    if options.teacher or recipe.teacher:
        teacher = options.teacher or recipe.teacher
        teachers.opened(teacher)  # what is wrong with it is said here, not by the run
        recipe = recipes.with_teacher(recipe, teacher, options.teacher_share, options.teacher_temperature)
    elif options.teacher_share is not None or options.teacher_temperature is not None:
        raise ImpossibleRecipe("--teacher-share and --teacher-temperature need a model to learn from: add --teacher.")
    if options.augment is not None:
        recipe = recipes.with_augmentation(recipe, options.augment)
    if options.pen_styles is not None:
        recipe = recipes.with_pen_styles(recipe, options.pen_styles)
    if options.optimizer is not None:
        recipe = recipes.with_optimizer(recipe, options.optimizer)
    if options.validation is not None:
        recipe = recipes.with_validation(recipe, options.validation)
    changes = {name: getattr(options, name) for name in recipes.CHANGEABLE}
    return replace(recipe, **{name: value for name, value in changes.items() if value is not None})


def run_recipes(options: argparse.Namespace) -> list[dict[str, Any]]:
    return [
        {
            "name": recipe.name,
            "title": recipe.title,
            "parameters": architectures.parameters(recipe),
            "epochs": recipe.epochs,
            "source": recipe.source,
            "description": recipe.description,
        }
        for recipe in recipes.RECIPES.values()
    ]


def show_recipes(results: list[dict[str, Any]]) -> None:
    table = Table("recipe", "what", "parameters", "epochs", "from")
    for result in results:
        figures = (f"{result['parameters']:,}", f"{result['epochs']}")
        table.add_row(result["name"], result["title"], *figures, result["source"])
    output.print(table)
