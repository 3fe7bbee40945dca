import re

import pytest

from mnist_core.models import registry
from mnist_core.networks import recipes
from mnist_core.networks.recipe import Recipe
from mnist_core.training.gpus import Gpus
from tests.ui.words import words
from ui.model import card


def test_the_shipped_model_says_what_it_reaches_and_who_it_is():
    model = registry.shipped()
    evaluation = model.evaluation
    mistakes = round(evaluation["images"] * (1 - evaluation["accuracy"]))
    said = words(card.headline_html(model.card, evaluation))

    assert said.startswith(
        f"{100 * evaluation['accuracy']:.2f} % test accuracy: {mistakes} mistakes in 10,000 test digits."
    )
    assert f"{model.card['parameters']:,} parameters" in said
    assert f"Name {model.name}" in said


def test_the_whole_recipe_can_be_read():
    model = registry.shipped()
    said = words(card.headline_html(model.card, model.evaluation))

    assert f"keras {model.card['versions']['keras']}" in said
    assert f"epochs {model.card['recipe']['epochs']} batch size {model.card['recipe']['batch_size']}" in said
    assert f"rotation degrees {model.card['recipe']['augmentation']['rotation_degrees']}" in said
    assert "test-time augmentation yes" in said


@pytest.mark.parametrize(
    ("validation", "images", "watched", "unseen"),
    [
        ("split", 6000, "6,000 other digits", "None of these digits was seen in training."),
        ("test", 10_000, "the 10,000 test digits", "each of its epochs was validated on them."),
        ("none", 0, "nothing", "None of these digits was seen in training."),
    ],
)
def test_a_card_says_what_the_epochs_were_validated_on(validation, images, watched, unseen):
    model = registry.shipped()
    changes = {
        "recipe": model.card["recipe"] | {"validation": validation},
        "trained": model.card["trained"] | {"validation_images": images},
    }
    said = words(card.headline_html(model.card | changes, model.evaluation))

    assert f"Validated on {watched} Training" in said
    assert unseen in said


def test_a_card_says_which_gpu_trained_and_an_old_one_only_which_machine():
    model = registry.shipped()
    trained = model.card["trained"] | {"machine": "Linux x86_64, 2 CPU cores"}

    def said(**gpus: object) -> str:
        return words(card.headline_html(model.card | {"trained": trained | gpus}, model.evaluation))

    assert "on Linux x86_64, 2 CPU cores Made with" in said()
    none, one = Gpus(), Gpus(found=["NVIDIA T4"], used=0, memory_growth=True)
    assert "on Linux x86_64, 2 CPU cores, no GPU Made with" in said(gpus=none.to_json())
    assert "2 CPU cores, GPU 0 (NVIDIA T4), memory growth on Made with" in said(gpus=one.to_json())


def test_without_validation_there_are_curves_and_numbers_of_the_training_alone():
    history = [{"epoch": 1, "loss": 0.5, "accuracy": 0.8}, {"epoch": 2, "loss": 0.25, "accuracy": 0.9}]
    html = card.learning_html(history, card.curves_html(history, recipes.TUTORIAL_2B))

    assert "validation" not in html
    assert html.count("<polyline") == 2
    assert "<td>90.00 %</td><td>0.2500</td>" in html


def test_a_taught_model_says_how_many_drawings_it_learned_and_from_which_model():
    model = registry.shipped()
    taught = {"own": {"drawings": 8, "held_back": 2}, "recipe": model.card["recipe"] | {"starts_from": "shipped"}}
    told = words(card.headline_html(model.card | taught, model.evaluation))
    assert "Taught by 8 kept drawings, 2 more held back; started from shipped" in told
    assert "Taught by" not in words(card.headline_html(model.card, model.evaluation))


def test_a_name_from_elsewhere_is_escaped():
    model = registry.shipped()

    assert "<script>" not in card.headline_html(model.card | {"name": "<script>"}, model.evaluation)


def test_every_epoch_stands_in_the_table_below_the_curves():
    history = registry.shipped().history
    html = card.learning_html(history, card.curves_html(history, recipes.DEFAULT))

    assert [int(epoch) for epoch in re.findall(r'<th scope="row">(\d+)</th>', html)] == list(range(1, len(history) + 1))
    assert f"<td>{100 * history[-1]['val_accuracy']:.2f} %</td>" in html
    assert html.count("<svg") == 2


def test_an_ensemble_names_its_members_and_says_nothing_of_a_training():
    recipe = Recipe(name="ensemble", architecture="ensemble", epochs=1, members=("a", "b", "c"), calibrated=False)
    model = registry.shipped()
    said = words(card.headline_html({**model.card, "recipe": recipe.to_json()}, model.evaluation))
    assert "Combines a, b and c" in said
    assert "Network ensemble, 442,412 parameters" in said
    assert "members a, b, c" in said
    assert not any(word in said for word in ("Trained on", "Validated on", "batch size", "Training "))


def test_a_student_names_its_teacher():
    model = registry.shipped()
    taught = recipes.with_teacher(recipes.QUICK, "mine", 0.5, 2)
    said = words(card.headline_html({**model.card, "recipe": taught.to_json()}, model.evaluation))
    assert "Teacher mine: 50 % of the loss, at temperature 2" in said
    usual = recipes.STUDENT_DISTILLED.to_json()
    said = words(card.headline_html({**model.card, "recipe": usual}, model.evaluation))
    assert "Teacher shipped: 90 % of the loss, at temperature 4" in said


MADE = {
    "kind": "int8",
    "of": "mine",
    "network": "a",
    "made": "2026-11-28T12:00:00+00:00",
    "sparsity": 0.0,
    "zeros": 0,
    "seconds": 0.0,
}


def test_a_smaller_version_says_of_what_it_was_made_and_which_weights_its_keras_file_has():
    model = registry.shipped()
    said = words(card.headline_html({**model.card, "compressed": MADE}, model.evaluation))
    assert "Smaller version Full int8, made of mine on 28 November 2026; the Keras file is that of mine" in said
    pruned = MADE | {"kind": "pruned", "sparsity": 0.8, "zeros": 1234, "seconds": 61.0}
    said = words(card.headline_html({**model.card, "compressed": pruned}, model.evaluation))
    assert "1,234 weights are zero, in the Keras file as well. It learned on for 1 min 1 s" in said
    assert "Smaller version" not in words(card.headline_html(model.card, model.evaluation))
