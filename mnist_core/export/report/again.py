"""The command that makes a model again, as far as a command can."""

import shlex
from dataclasses import replace

from mnist_core.data.mnist import CHECKSUMS, FILES, load_mnist
from mnist_core.errors import StudioError
from mnist_core.models import model_folder
from mnist_core.models.model_folder import Card
from mnist_core.networks import recipes
from mnist_core.networks.recipe import Recipe
from mnist_core.synthesis.augmentation import Augmentation

PROGRAM = ("python", "-m", "mnist_core")


class NotByCommand(StudioError):
    """No command makes a model again; the message says why."""


def command(card: Card, recipe: Recipe) -> str:
    """Returns the command that makes a model again: of its members, of the model that it is a smaller version of, or by
    the same recipe on the same images.

    Args:
        card: of the model.
        recipe: that made it.

    Raises:
        NotByCommand: no command does.
        StudioError: MNIST cannot be read.
    """
    if (smaller := card.get("compressed")) is not None:
        return shlex.join([*PROGRAM, "compress", f"--model={smaller['of']}", f"--kind={smaller['kind']}"])
    if recipe.members:
        return shlex.join([*PROGRAM, "ensemble", *(f"--model={member}" for member in recipe.members)])
    if recipe.own_shown:
        raise NotByCommand(
            "It learned from kept drawings, which are not part of a model: it can be made again only where they are "
            "kept, by “Teach the network” or on the Train page."
        )
    return shlex.join([*PROGRAM, "train", *_options(recipe), *_subset(card)])


def _options(recipe: Recipe) -> list[str]:
    """Returns the recipe's name and what was changed of it."""
    base = recipes.RECIPES.get(recipe.name)
    if base is None:
        raise NotByCommand(f"This version has no recipe “{recipe.name}”. Its settings stand above.")
    made, options = base, [f"--recipe={recipe.name}"]
    if recipe.augmentation != made.augmentation:
        wanted = recipe.augmentation != Augmentation()
        made, options = recipes.with_augmentation(made, wanted), [*options, _switch("augment", wanted)]
    if recipe.handwritten != made.handwritten:
        wanted = recipe.handwritten > 0
        made, options = recipes.with_pen_styles(made, wanted), [*options, _switch("pen-styles", wanted)]
    if recipe.optimizer != made.optimizer:
        made, options = recipes.with_optimizer(made, recipe.optimizer), [*options, f"--optimizer={recipe.optimizer}"]
    if recipe.validation != made.validation:
        made, options = (
            recipes.with_validation(made, recipe.validation),
            [*options, f"--validation={recipe.validation}"],
        )
    if recipe.teacher and (teaching := _teaching(recipe)) != _teaching(made):
        made = recipes.with_teacher(made, *teaching)
        named = ("teacher", "teacher-share", "teacher-temperature")
        options += [f"--{name}={value}" for name, value in zip(named, teaching, strict=True)]
    for name in recipes.CHANGEABLE:
        if (value := getattr(recipe, name)) != getattr(made, name):
            options.append(f"--{name.replace('_', '-')}={value}")
            made = replace(made, **{name: value})
    if made != recipe:
        raise NotByCommand(
            f"The recipe “{recipe.name}” of this version has other settings than those above, which made it."
        )
    return options


def _teaching(recipe: Recipe) -> tuple[str, float, float]:
    return recipe.teacher, recipe.teacher_share, recipe.teacher_temperature


def _switch(name: str, wanted: bool) -> str:
    return f"--{name}" if wanted else f"--no-{name}"


def _subset(card: Card) -> list[str]:
    """Returns the option by which it learned from a part of the training images."""
    if card["data"] == CHECKSUMS:
        return []
    mnist, count = load_mnist(), model_folder.training_images(card)
    if card["data"] == mnist.checksums:
        return []
    if count < len(mnist.y_train) and mnist.part(count).checksums == card["data"]:
        return [f"--subset={count}"]
    raise NotByCommand(
        "It learned from other data than those at hand. Where MNIST_PATH names them, a report has the command. Their "
        f"checksums stand above ({', '.join(FILES.values())})."
    )
