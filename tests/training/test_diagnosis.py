import math

import pytest

from mnist_core.models import registry
from mnist_core.training.diagnosis import diagnose


def curves(loss: list[float], val_loss: list[float], val_accuracy: float = 0.98) -> list[dict[str, float]]:
    return [
        {"epoch": epoch, "loss": train, "val_loss": val, "val_accuracy": val_accuracy}
        for epoch, (train, val) in enumerate(zip(loss, val_loss, strict=True), 1)
    ]


@pytest.mark.parametrize(
    ("loss", "val_loss", "sentence"),
    [
        ([0.5, 0.2, 0.1, 0.05, 0.02], [0.30, 0.15, 0.11, 0.12, 0.14], "Validation loss has risen since epoch 3 while"),
        ([0.5, 0.2, 0.1, 0.05], [0.3, 0.1, 0.11, 0.104], "was lowest at epoch 2"),  # it only wavers
        ([0.5, 0.2, 0.1, 0.05], [0.3, 0.1, 0.104, 0.112], "risen since epoch 2"),  # 8 % at last, 8 % on average
        ([0.5, 0.3, 0.2], [0.4, 0.3, 0.2], "still falling in the last epoch: more epochs would help"),
        ([0.5, 0.3, 0.2], [0.4, 0.2, 0.198], "levelled off"),  # 1 % less is no fall in earnest
        ([0.5, 0.3, 0.9], [0.4, 0.3, 1.2], "risen since epoch 2, in training as well: the learning rate is too high"),
        ([0.5, math.nan], [0.4, math.nan], "In epoch 2 the loss is no longer a number"),
        ([0.5, 0.3], [0.4, math.inf], "In epoch 2 the loss is no longer a number"),
        ([0.5], [0.2], "After one epoch it reads 98.0 % of the validation digits"),
        ([], [], "No epoch was finished"),
    ],
)
def test_a_curve_is_read_as_a_person_would(loss, val_loss, sentence):
    assert sentence in diagnose(curves(loss, val_loss))


def test_a_network_that_guesses_has_not_learned():
    assert "11.0 % of the validation digits, hardly better than guessing" in diagnose(
        curves([2.3, 2.3], [2.3, 2.3], 0.11)
    )


@pytest.mark.parametrize(
    ("loss", "accuracy", "sentence"),
    [
        ([0.5, 0.2], 0.986, "Nothing validated it. It reads 98.6 % of the training digits, but"),
        ([0.5], 0.95, "Nothing validated it."),
        ([2.3, 2.3], 0.11, "11.0 % of the training digits, hardly better than guessing"),
        ([0.5, math.nan], 0.1, "In epoch 2 the loss is no longer a number"),
    ],
)
def test_curves_without_validation_say_what_they_cannot_show(loss, accuracy, sentence):
    history = [{"epoch": epoch, "loss": value, "accuracy": accuracy} for epoch, value in enumerate(loss, 1)]
    assert sentence in diagnose(history)


def test_epochs_are_called_by_their_number_even_when_some_are_missing():
    history = curves([0.5, 0.4, 0.1, 0.01], [0.5, 0.1, 0.2, 0.3])[1:]

    assert "since epoch 2" in diagnose(history)


def test_the_shipped_model_learned_to_its_end():
    assert diagnose(registry.shipped().history) == (
        "Validation loss was lowest at epoch 81 and has not changed much since: more epochs would not help."
    )
