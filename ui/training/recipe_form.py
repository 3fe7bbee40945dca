"""Choosing a recipe, and changing its settings; each says in a sentence what it is and what more or less of it does."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from mnist_core import formatting
from mnist_core.networks import architectures
from mnist_core.networks.architectures import LOGITS
from mnist_core.networks.recipe import OPTIMIZERS, SCHEDULES, VALIDATIONS, Recipe
from mnist_core.networks.recipes import (
    DEFAULT,
    RECIPES,
    find,
    with_augmentation,
    with_optimizer,
    with_pen_styles,
    with_teacher,
    with_validation,
)
from mnist_core.synthesis.augmentation import Augmentation
from mnist_core.training import own_drawings, teachers
from ui import resources

BATCH_SIZES = (16, 32, 64, 128, 256, 512)
USUAL = "usual"  # the recipe's learning rate, or with another optimizer that one's
LEARNING_RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
WEIGHT_DECAYS = (0.0, 0.0001, 0.001, 0.01, 0.03, 0.1)
LOSSES = {True: "Categorical cross-entropy", False: "Sparse categorical cross-entropy"}
"""By whether labels are one-hot."""
OPTIMIZER_NAMES = {"adamw": "AdamW", "adam": "Adam", "rmsprop": "RMSprop", "sgd": "SGD"}
SCHEDULE_NAMES = {"one-cycle": "One-cycle", "constant": "Constant"}
VALIDATION_NAMES = {"split": "A share of the training images", "test": "The test images", "none": "Nothing"}
OWN_SHOWN = (1, 2, 5, 10, 20, 50, 100)
SHARES = {"All": 1.0, "50 %": 0.5, "25 %": 0.25, "10 %": 0.1, "5 %": 0.05, "1 %": 0.01}
"""Of the training images."""
FIRST_SHOWN = "quick"

SENTENCES = {
    "share": "Of {images} images. Fewer make training quicker; more make the model better.",
    "epochs": "Passes through all images. More improve the network, until it begins to overfit.",
    "batch_size": "Images in each step. Larger batches make fewer, steadier steps; smaller ones more, noisier steps.",
    "loss": "Training minimises it: −log of the true digit’s probability, computed from {outputs}. Sparse takes labels "
    "as digits, the other as ten numbers (one-hot). Both give the same loss.",
    "label_smoothing": "Asks for less than certainty: with 0.1 for 91 % on the true digit and 1 % on each other. More "
    "makes the network less confident, and the loss stays farther from 0.",
    "optimizer": "Turns gradients into steps. SGD goes downhill with momentum; RMSprop, Adam and AdamW adapt the step "
    "to each weight.",
    "learning_rate": "The size of a step. Larger learns faster, until the loss jumps or grows; smaller is slow and "
    "steady. Another optimizer comes with its usual rate.",
    "schedule": "One-cycle raises the learning rate for a tenth of the training, then lowers it almost to 0, which "
    "ends better. Constant keeps it.",
    "weight_decay": "Pulls every weight towards 0. More hinders overfitting; too much hinders learning.",
    "dropout": "The share of values set to 0 at random in training. More hinders overfitting; too much "
    "hinders learning.",
    "validation": "The images that measure each epoch. If these are the test images, the test is no longer "
    "independent. Without validation, nothing warns of overfitting.",
    "validation_share": "Taken from the training images. More make validation exact; fewer leave more to train on.",
    "seed": "The random seed. The same seed repeats a training; another seed shows how much results vary.",
    "augmented": "Augmentation: each image is rotated, shifted and bent a little, anew in every epoch. The network "
    "overfits less and learns more slowly.",
    "styled": "Adds synthetic digits as many countries write them, {styled:.0f} for every 100 of MNIST’s. Epochs take "
    "longer, but the network also learns a 7 with a bar.",
    "taught": "Distillation: beside each image’s label, the network learns what a trained model or an ensemble says of "
    "it, such as which other digits it resembles.",
}
"""What each setting is, and what happens when it is larger or smaller."""
OWN = (
    "Mixes the {count} of your hand among the training images; it takes {least}. One in five is held back to measure "
    "with."
)


TEMPERATURES = (1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 20.0)


def choose() -> tuple[Recipe, int | None]:
    """Lets the person choose a recipe and how many images it is trained on.

    Returns:
        The recipe, and the number of training images; None for all.

    Raises:
        StudioError: what `MNIST_PATH` names cannot be read.
    """
    name = st.selectbox(
        "Recipe",
        RECIPES,
        index=list(RECIPES).index(FIRST_SHOWN),
        format_func=lambda name: f"{find(name).title} ({name})",
        key="recipe",
        persist_state="session",
    )
    recipe = find(name)
    st.caption(f"{recipe.source}. {recipe.description}")
    subset = choose_share("Share of the training images", "share")
    st.caption(SENTENCES["share"].format(images=formatting.count(len(resources.mnist().y_train))))
    return recipe, subset


def choose_own(recipe: Recipe, count: int) -> Recipe:
    """Lets the person have kept drawings learned as well, and choose how often each is shown.

    Args:
        recipe: what is trained.
        count: how many drawings of the visitor's hand are kept.
    """
    with st.container():
        wanted = st.toggle(
            "Learn my drawings as well", key="own", persist_state="session", disabled=count < own_drawings.LEAST
        )
        st.caption(OWN.format(count=formatting.counted(count, "drawing"), least=own_drawings.LEAST))
        if not wanted or count < own_drawings.LEAST:
            return recipe
        shown = st.select_slider("How often each is shown in an epoch", OWN_SHOWN, value=20, key="own_shown")
    return replace(recipe, own_shown=int(shown))


def choose_teacher(recipe: Recipe, names: Sequence[str]) -> Recipe:
    """Lets the person have another model's outputs learned beside the labels.

    Args:
        recipe: what is trained.
        names: of the models that may teach.

    Raises:
        ModelError: the model that was chosen is missing or damaged.
    """
    with st.container():
        wanted = st.toggle(
            "Learn from another model’s outputs",
            bool(recipe.teacher),
            key=f"taught_{recipe.name}",
            persist_state="session",
        )
        st.caption(SENTENCES["taught"])
        if not wanted:
            return replace(recipe, teacher="")
        usual = recipe.teacher if recipe.teacher in names else names[0]
        teacher = st.selectbox("Teacher", names, index=names.index(usual), key=f"teacher_{recipe.name}")
        share = st.slider(
            "Share of the loss",
            5,
            100,
            round(100 * recipe.teacher_share),
            5,
            "%d %%",
            key=f"teacher_share_{recipe.name}",
            persist_state="session",
        )
        st.caption("How much of the loss asks for the teacher’s outputs; the rest asks for the labels.")
        temperature = st.select_slider(
            "Temperature",
            TEMPERATURES,
            recipe.teacher_temperature,
            format_func=formatting.shortest,
            key=f"teacher_temperature_{recipe.name}",
            persist_state="session",
        )
        st.caption(
            "The logits of both are divided by it. Higher shows more of what else a digit looks like to the teacher."
        )
    teachers.opened(teacher)  # what is wrong with it is said here, not by the run
    return with_teacher(recipe, teacher, share / 100, temperature)


def choose_share(label: str, key: str) -> int | None:
    """Lets the person choose a share of the training images at hand.

    Returns:
        How many images that is; None for all.

    Raises:
        StudioError: what `MNIST_PATH` names cannot be read.
    """
    share = st.select_slider(label, list(SHARES)[::-1], value="All", key=key, persist_state="session")
    return None if share == "All" else max(1, round(SHARES[share] * len(resources.mnist().y_train)))


def change(recipe: Recipe) -> Recipe:
    """Lets the person change a recipe's settings; each recipe keeps what was changed in it.

    Raises:
        ImpossibleRecipe: the settings do not go together.
    """

    def ask(widget: Callable[..., Any], name: str, label: str, *values: Any, **options: Any) -> Any:
        """Shows a setting and its sentence."""
        facts = options.pop("facts", {})
        with st.container():
            value = widget(label, *values, key=f"{name}_{recipe.name}", persist_state="session", **options)
            st.caption(SENTENCES[name].format(**facts))
        return value

    def pick(name: str, label: str, choices: Iterable[Any], chosen: Any, **options: Any) -> Any:
        """Shows a setting that is one of some choices."""
        listed = list(choices)
        return ask(st.selectbox, name, label, listed, index=listed.index(chosen), **options)

    def in_words(rate: float | str) -> str:
        if rate != USUAL:
            return formatting.shortest(float(rate))
        whose = "the recipe’s" if optimizer == recipe.optimizer else f"usual for {OPTIMIZER_NAMES[optimizer]}"
        return f"{formatting.shortest(with_optimizer(recipe, optimizer).learning_rate)}, {whose}"

    outputs = "logits" if architectures.of(recipe).digits_name == LOGITS else "probabilities"
    batch_sizes, decays = {*BATCH_SIZES, recipe.batch_size}, {*WEIGHT_DECAYS, recipe.weight_decay}
    with st.expander("Settings"), st.container(key="settings"):
        epochs = ask(st.number_input, "epochs", "Epochs", 1, 200, recipe.epochs)
        batch_size = pick("batch_size", "Batch size", sorted(batch_sizes), recipe.batch_size)
        one_hot = pick(
            "loss", "Loss", LOSSES, recipe.one_hot, format_func=LOSSES.__getitem__, facts={"outputs": outputs}
        )
        smoothing = ask(
            st.slider,
            "label_smoothing",
            "Label smoothing",
            0.0,
            0.3,
            recipe.label_smoothing,
            0.05,
            disabled=not one_hot,
        )
        optimizer = pick(
            "optimizer", "Optimizer", OPTIMIZERS, recipe.optimizer, format_func=OPTIMIZER_NAMES.__getitem__
        )
        rate = pick("learning_rate", "Learning rate", (USUAL, *LEARNING_RATES), USUAL, format_func=in_words)
        schedule = pick("schedule", "Schedule", SCHEDULES, recipe.schedule, format_func=SCHEDULE_NAMES.__getitem__)
        weight_decay = pick(
            "weight_decay", "Weight decay", sorted(decays), recipe.weight_decay, format_func=formatting.shortest
        )
        dropout = ask(st.slider, "dropout", "Dropout", 0.0, 0.9, recipe.dropout, 0.05)
        validation = pick(
            "validation", "Validated on", VALIDATIONS, recipe.validation, format_func=VALIDATION_NAMES.__getitem__
        )
        validation_percent = ask(
            st.slider,
            "validation_share",
            "Validation share",
            5,
            45,
            round(100 * recipe.validation_fraction),
            5,
            "%d %%",
            disabled=validation != "split",
        )
        seed = ask(st.number_input, "seed", "Random seed", 0, 2**31 - 1, recipe.seed)
        augmented = ask(st.toggle, "augmented", "Augmentation", recipe.augmentation != Augmentation())
        styled = ask(
            st.toggle,
            "styled",
            "Mix in the world’s pen styles",
            recipe.handwritten > 0,
            facts={"styled": 100 * (recipe.handwritten or DEFAULT.handwritten)},
        )
    changed = with_pen_styles(with_augmentation(recipe, augmented), styled)
    changed = with_optimizer(with_validation(changed, validation), optimizer)
    return replace(
        changed,
        epochs=int(epochs),
        batch_size=batch_size,
        one_hot=one_hot,
        label_smoothing=smoothing if one_hot else 0.0,
        learning_rate=changed.learning_rate if rate == USUAL else rate,
        schedule=schedule,
        weight_decay=weight_decay,
        dropout=dropout,
        validation_fraction=validation_percent / 100,
        seed=int(seed),
    )
