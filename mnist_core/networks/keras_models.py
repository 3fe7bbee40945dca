"""Builds and compiles the Keras models of the networks in `mnist_core.networks.architectures`.

All take float32 (N, 28, 28, 1) with grey levels from 0 to 255 as they stand in MNIST. Most give one output (N, 10),
probabilities or logits. A network with scores gives three, as a dictionary: `probabilities` (N, 10); `digit_score`
(N, 1), the probability that the picture shows a digit at all; and `number_score` (N, 1), the multi-digit score, that it
shows several. An ensemble gives a dictionary as well, in which the scores are missing where no member has them.

Importing this module imports Keras: for training processes only.
"""

import itertools
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import keras

from mnist_core.networks import architectures, distillation
from mnist_core.networks.architectures import (
    DIGIT_SCORE,
    FEATURES,
    LOGITS,
    MULTI_DIGIT_SCORE,
    PIXELS,
    PROBABILITIES,
    SCORES,
)
from mnist_core.networks.layers import (
    Activation,
    AveragePooling,
    BatchNormalization,
    Convolution,
    Cropping,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling,
    Layer,
    MaxPooling,
    Rescaling,
    Residual,
)
from mnist_core.networks.recipe import ENSEMBLE, Recipe

WARM_UP = 0.1  # of all steps: while the learning rate of one cycle rises
MOMENTUM = 0.9  # of plain gradient descent
MEMBER = "member_"  # what an ensemble's members are called among its layers, with their number
LEAST = 1e-30  # no mean probability counts less, where its logarithm stands for a logit


def build(recipe: Recipe) -> keras.Model:
    """Builds the untrained network of a recipe.

    Raises:
        ImpossibleRecipe: the recipe names a network that does not exist, or asks one for what it cannot do.
    """
    architecture = architectures.of(recipe)
    seeds = itertools.count(recipe.seed)
    x = pixels = keras.Input(architectures.INPUT_SHAPE, name=PIXELS)
    for name, layer in architectures.named(architecture.layers):
        x = _append(x, layer, name, seeds)
    digits = _append(x, architecture.digits, architecture.digits_name, seeds)
    if not architecture.scores:
        return keras.Model(pixels, digits, name=recipe.architecture)
    scores = {name: _append(x, architecture.scores, name, seeds) for name in SCORES}
    return keras.Model(pixels, {PROBABILITIES: digits, **scores}, name=recipe.architecture)


def _append(x: keras.KerasTensor, layer: Layer, name: str, seeds: "itertools.count[int]") -> keras.KerasTensor:
    match layer:
        case Residual():
            return _append_residual(x, layer, name, seeds)
        case Rescaling(factor):
            return keras.layers.Rescaling(factor, name=name)(x)
        case Cropping(margin):
            return keras.layers.Cropping2D(margin, name=name)(x)
        case Convolution(filters, size, padding, stride, activation, bias):
            return keras.layers.Conv2D(filters, size, stride, padding, activation=activation, use_bias=bias, name=name)(
                x
            )
        case AveragePooling(size):
            return keras.layers.AveragePooling2D(size, name=name)(x)
        case MaxPooling(size):
            return keras.layers.MaxPooling2D(size, name=name)(x)
        case GlobalAveragePooling():
            return keras.layers.GlobalAveragePooling2D(name=name)(x)
        case BatchNormalization():
            return keras.layers.BatchNormalization(momentum=0.9, name=name)(x)
        case Activation(function):
            return keras.layers.Activation(function, name=name)(x)
        case Dropout(rate):
            return keras.layers.Dropout(rate, seed=next(seeds), name=name)(x)
        case Flatten():
            return keras.layers.Flatten(name=name)(x)
        case Dense(units, activation):
            return keras.layers.Dense(units, activation, name=name)(x)
    raise TypeError(f"There is no Keras layer for {layer}.")


def _append_residual(
    x: keras.KerasTensor, block: Residual, name: str, seeds: "itertools.count[int]"
) -> keras.KerasTensor:
    def along(layers: tuple[Layer, ...], way: str) -> keras.KerasTensor:
        passed = x
        for part, layer in architectures.named(layers):
            passed = _append(passed, layer, f"{name}_{way}_{part}", seeds)
        return passed

    body, shortcut = along(block.body, "body"), along(block.shortcut(x.shape[1:]), "shortcut")
    return keras.layers.Activation("relu", name=name)(keras.layers.add([body, shortcut], name=f"{name}_add"))


def compile_for(model: keras.Model, recipe: Recipe, steps: int) -> None:
    """Compiles a model with the recipe's optimizer and losses.

    Args:
        model: what `build` made of the recipe.
        recipe: how to train it.
        steps: how many batches there will be in all epochs together.
    """
    from_logits = LOGITS in model.output_names
    if recipe.is_distilled:
        loss = distillation.Distillation(
            recipe.teacher_share, recipe.teacher_temperature, recipe.label_smoothing, from_logits
        )
        accuracy = distillation.accuracy()
    elif recipe.one_hot:
        loss = keras.losses.CategoricalCrossentropy(from_logits, recipe.label_smoothing)
        accuracy = keras.metrics.CategoricalAccuracy(name="accuracy")
    else:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits)
        accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    settings = {"optimizer": optimizer(recipe, steps), "steps_per_execution": recipe.batches_per_call}
    if isinstance(model.output, dict):
        model.compile(
            loss={PROBABILITIES: loss, **{name: keras.losses.BinaryCrossentropy() for name in SCORES}},
            loss_weights={PROBABILITIES: 1.0, DIGIT_SCORE: 0.2, MULTI_DIGIT_SCORE: 0.1},
            weighted_metrics={PROBABILITIES: [accuracy], DIGIT_SCORE: [], MULTI_DIGIT_SCORE: []},
            **settings,
        )
    else:
        model.compile(loss=loss, metrics=[accuracy], **settings)
    model.optimizer.build(model.trainable_variables)  # else TensorFlow traces the training step twice
    begin_losses(model, recipe)


def begin_losses(model: keras.Model, recipe: Recipe) -> None:
    """Lets a compiled model with several losses make the variables of their means, which takes a loss to compute.

    Made in the first training step, they would have TensorFlow trace it twice: seconds of each training.

    Args:
        model: compiled by `compile_for`, or loaded so.
        recipe: how it is trained.
    """
    if not isinstance(model.output, dict):
        return
    answers = {name: keras.ops.zeros((1, *output.shape[1:])) for name, output in model.output.items()}
    targets = dict(answers)
    if recipe.is_distilled:
        targets[PROBABILITIES] = keras.ops.zeros((1, 2 * architectures.TEN_LOGITS.units))
    elif not recipe.one_hot:
        targets[PROBABILITIES] = keras.ops.zeros((1,))
    model.compute_loss(y=targets, y_pred=answers)
    model.reset_metrics()


def optimizer(recipe: Recipe, steps: int) -> keras.Optimizer:
    """Returns a recipe's optimizer with its learning rate over so many batches."""
    rate = recipe.learning_rate
    if recipe.schedule == "one-cycle":
        rising = max(1, round(WARM_UP * steps))
        rate = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=recipe.learning_rate / 20,
            warmup_target=recipe.learning_rate,
            warmup_steps=rising,
            decay_steps=max(1, steps - rising),
            alpha=1e-3,
        )
    match recipe.optimizer:
        case "adamw":
            return keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay)
        case "adam":
            return keras.optimizers.Adam(rate, weight_decay=recipe.weight_decay or None)
        case "rmsprop":
            return keras.optimizers.RMSprop(rate, weight_decay=recipe.weight_decay or None)
        case "sgd":
            return keras.optimizers.SGD(rate, MOMENTUM, nesterov=True, weight_decay=recipe.weight_decay or None)


def for_reading(model: keras.Model) -> keras.Model:
    """Returns a trained network with the outputs that readers rely on, by name.

    `probabilities` (N, 10), the `logits` (N, 10) that a softmax makes them of, the `features` (N, F) that enter the
    last layer, and the scores where the network has them. Those of an ensemble are the means of its members' or, as for
    the features, stand side by side: each member's have length 1, so that all count alike where drawings are compared.
    """
    if parts := members(model):
        return _ensemble_for_reading([for_reading(part) for part in parts])
    last = next(layer for layer in model.layers if layer.name in (PROBABILITIES, LOGITS))
    linear = keras.layers.Dense(last.units, name=LOGITS)
    logits = linear(last.input)
    linear.set_weights(last.get_weights())
    scores = {name: output for name, output in _named_outputs(model).items() if name in SCORES}
    probabilities = keras.layers.Softmax(name=PROBABILITIES)(logits)
    return keras.Model(model.inputs, {PROBABILITIES: probabilities, LOGITS: logits, FEATURES: last.input, **scores})


def export(model: keras.Model, path: Path) -> None:
    """Writes a trained network as the LiteRT file that readers load.

    Raises:
        OSError: it cannot be written.
    """
    for_reading(model).export(path, format="litert", verbose=False)


def combine(models: Sequence[keras.Model]) -> keras.Model:
    """Builds an ensemble, whose probabilities and scores are the means of its members'.

    Args:
        models: trained networks, none of them an ensemble; a score is the mean of those that have it.
    """
    pixels = keras.Input(architectures.INPUT_SHAPE, name=PIXELS)
    answers = []
    for number, model in enumerate(models, 1):
        answer = keras.Model(model.inputs, model.output, name=f"{MEMBER}{number}")(pixels)
        if not isinstance(answer, dict):
            is_logits = LOGITS in model.output_names
            answer = {PROBABILITIES: keras.layers.Softmax()(answer) if is_logits else answer}
        answers.append(answer)
    return keras.Model(pixels, _means(answers, (PROBABILITIES, *SCORES)), name=ENSEMBLE)


def members(model: keras.Model) -> list[keras.Model]:
    """Returns the networks that an ensemble is made of, in their order; none where the model is no ensemble."""
    parts = [layer for layer in model.layers if isinstance(layer, keras.Model)]  # Keras has its own order
    return sorted(parts, key=lambda part: int(part.name.removeprefix(MEMBER)))


def _ensemble_for_reading(parts: Sequence[keras.Model]) -> keras.Model:
    pixels = keras.Input(architectures.INPUT_SHAPE, name=PIXELS)
    answers = [part(pixels) for part in parts]
    outputs = _means(answers, (PROBABILITIES, *SCORES))
    logits = keras.ops.log(keras.ops.maximum(outputs[PROBABILITIES], LEAST))
    features = keras.layers.Concatenate()([keras.layers.UnitNormalization()(answer[FEATURES]) for answer in answers])
    return keras.Model(pixels, {**outputs, LOGITS: logits, FEATURES: features})


def _means(answers: Sequence[dict[str, keras.KerasTensor]], names: Sequence[str]) -> dict[str, keras.KerasTensor]:
    """Returns the mean of each output over the networks that have it."""
    given = defaultdict(list)
    for answer in answers:
        for name in names:
            if name in answer:
                given[name].append(answer[name])
    return {name: keras.layers.Average(name=name)(outputs) for name, outputs in given.items()}


def _named_outputs(model: keras.Model) -> dict[str, keras.KerasTensor]:
    return model.output if isinstance(model.output, dict) else {}
