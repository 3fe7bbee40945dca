"""Diagnoses learning curves: overfitting, underfitting, or learned to the end."""

import math
from collections.abc import Mapping, Sequence

CHANCE = 0.2  # of validation digits read right; ten digits guessed at random give 0.1
RISEN = 1.05  # times the least validation loss: more than it wavers by from one epoch to the next
FALLING = 0.98  # times the validation loss before: still going down in earnest


def diagnose(history: Sequence[Mapping[str, float]]) -> str:
    """Returns a learning-curve diagnosis: one sentence about what the curves show.

    Args:
        history: a row for each epoch with `epoch`, `loss`, `accuracy` and, where something validates, `val_loss` and
            `val_accuracy`.
    """
    if not history:
        return "No epoch was finished: there are no curves to read yet."
    validated = "val_loss" in history[-1]
    names = ("loss", "val_loss", "val_accuracy") if validated else ("loss", "loss", "accuracy")
    loss, val_loss, val_accuracy = ([float(row[name]) for row in history] for name in names)
    epochs = [int(row["epoch"]) for row in history]
    for epoch, values in zip(epochs, zip(loss, val_loss, strict=True), strict=True):
        if not all(map(math.isfinite, values)):
            return f"In epoch {epoch} the loss is no longer a number: the learning rate is too high."
    last = val_accuracy[-1]
    if last < CHANCE:
        digits = "validation" if validated else "training"
        return f"It reads {100 * last:.1f} % of the {digits} digits, hardly better than guessing: it has not learned."
    if not validated:
        return (
            f"Nothing validated it. It reads {100 * last:.1f} % of the training digits, but these curves cannot show "
            "whether it has learned or overfits: only the test digits can."
        )
    if len(history) == 1:
        return (
            f"After one epoch it reads {100 * last:.1f} % of the validation digits. "
            "A second epoch would show whether more help."
        )
    best = min(range(len(val_loss)), key=val_loss.__getitem__)
    since = val_loss[best + 1 :]
    if since and sum(since) / len(since) > RISEN * val_loss[best] and since[-1] > RISEN * val_loss[best]:
        if loss[-1] > loss[best]:
            return f"The loss has risen since epoch {epochs[best]}, in training as well: the learning rate is too high."
        return (
            f"Validation loss has risen since epoch {epochs[best]} while training loss went on falling: "
            "the network is overfitting."
        )
    if since:
        return (
            f"Validation loss was lowest at epoch {epochs[best]} and has not changed much since: more epochs would not "
            "help."
        )
    if val_loss[-1] < FALLING * val_loss[-2]:
        return "Validation loss was still falling in the last epoch: more epochs would help."
    return "Validation loss has levelled off at its least: it has learned what this recipe can teach it."
