import pytest

from mnist_core.export import cards
from mnist_core.models import registry
from mnist_core.models.model_folder import ModelError
from mnist_core.networks import recipes


def test_names_for_people_are_of_settings_that_recipes_have():
    assert cards.SETTINGS.keys() <= recipes.DEFAULT.to_json().keys()


def test_settings_are_named_in_words_those_of_parts_as_well():
    named = cards.settings(recipes.DEFAULT.to_json())
    assert named["batch size"] == 128
    assert named["rotation degrees"] == 10
    assert named["test-time augmentation"] == "yes"


def test_a_card_that_names_no_way_to_validate_is_damaged():
    card = registry.shipped().card
    with pytest.raises(ModelError, match=r"“shipped” is damaged: card\.json names no way to validate, but “sideways”"):
        cards.validation(card | {"recipe": card["recipe"] | {"validation": "sideways"}})


def test_the_table_of_epochs_has_a_column_for_what_was_validated_only():
    trained = {"epoch": 1, "accuracy": 0.9, "loss": 0.3}
    assert cards.epochs([trained]) == (
        ["Epoch", "Accuracy, training", "Loss, training"],
        [("1", "90.00 %", "0.3000")],
    )
    columns, rows = cards.epochs([trained, {**trained, "val_accuracy": 0.8, "val_loss": 0.4} | {"epoch": 2}][1:])
    assert columns == ["Epoch", "Accuracy, training", "Accuracy, validation", "Loss, training", "Loss, validation"]
    assert rows == [("1", "90.00 %", "80.00 %", "0.3000", "0.4000")]
