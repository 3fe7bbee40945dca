"""Each smaller version is read by the app as any other, and its file, loaded again, answers so."""

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from mnist_core.compression import converting, kinds
from mnist_core.drawing.framing import to_model_input
from mnist_core.networks.recipe import Recipe
from mnist_core.reading.network import Network
from mnist_core.reading.recognizer import Recognizer
from tests.handwriting import drawn

every_kind = pytest.mark.parametrize("kind", list(kinds.KINDS))


def fresh(content: bytes, images: np.ndarray) -> dict[str, np.ndarray]:
    """Returns what a file answers to images, one by one, in an interpreter that the program knows nothing of."""
    interpreter = Interpreter(model_content=content)
    signature = interpreter.get_signature_runner()
    (name,) = signature.get_input_details()
    answers = [signature(**{name: image[np.newaxis, :, :, np.newaxis].astype(np.float32)}) for image in images]
    return {output: np.concatenate([answer[output] for answer in answers]) for output in answers[0]}


@every_kind
def test_its_answers_are_those_of_the_file_loaded_again_for_batches_of_any_size(made, kind, small_mnist):
    content, images = made.model(kind).network, small_mnist.x_test[:7]
    expected = fresh(content, images)
    network = Network(content, interpreters=2)
    for outputs in (network.run(images), network.run(np.tile(images, (80, 1, 1)))):
        np.testing.assert_allclose(outputs.probabilities[-7:], expected["probabilities"], atol=1e-3)
        np.testing.assert_allclose(outputs.digit_scores[-7:], expected["digit_score"][:, 0], atol=1e-3)
        np.testing.assert_allclose(outputs.multi_digit_scores[-7:], expected["number_score"][:, 0], atol=1e-3)
        np.testing.assert_allclose(outputs.logits[-7:], expected["logits"], atol=0.02)
        np.testing.assert_allclose(outputs.features[-7:], expected["features"], atol=0.02)


@every_kind
def test_its_probabilities_are_as_fine_as_those_of_the_original(made, kind, small_mnist):
    outputs = Network(made.model(kind).network).run(small_mnist.x_test)
    np.testing.assert_allclose(outputs.probabilities.sum(axis=1), 1, atol=1e-5)
    powers = np.exp(outputs.logits - outputs.logits.max(axis=1, keepdims=True))
    np.testing.assert_allclose(outputs.probabilities, powers / powers.sum(axis=1, keepdims=True), atol=1e-3)
    assert len(np.unique(outputs.digit_scores)) > 20  # a score of one byte near 1 has a few values


@pytest.mark.parametrize(("kind", "tolerance"), [("float16", 0.005), ("dynamic", 0.1), ("int8", 0.2)])
def test_it_answers_nearly_as_the_original(made, kind, tolerance, small_mnist):
    before, after = (Network(one.network).run(small_mnist.x_test) for one in (made.base, made.model(kind)))
    assert np.abs(before.probabilities - after.probabilities).mean() < tolerance / 10
    assert np.abs(before.probabilities - after.probabilities).max() < tolerance
    assert np.abs(before.features - after.features).max() < tolerance * np.abs(before.features).max()


@every_kind
def test_a_recognizer_reads_with_it_in_views_and_remembers(made, kind):
    recognizer = Recognizer(made.model(kind), interpreters=2)
    assert recognizer.model.card["recipe"]["views"]
    assert recognizer.network.has_features
    digits = [recognizer.recognize(drawn(digit)).digit for digit in range(10)]
    assert sum(read == digit for digit, read in enumerate(digits)) >= 8
    features = recognizer.features(np.stack([to_model_input(drawn(digit)) for digit in range(3)]))
    assert features.shape == Recognizer(made.base).features(np.zeros((1, 28, 28), np.uint8)).repeat(3, axis=0).shape


def test_quantised_files_are_smaller_and_pruned_ones_pack_better(made):
    size = {row.kind: row.size_bytes for row in made.found.rows}
    zipped = {row.kind: row.zipped_bytes for row in made.found.rows}
    assert size["float16"] < 0.6 * size[None]
    assert size["dynamic"] < 0.4 * size[None]
    assert size["int8"] < 0.4 * size[None]
    assert size["pruned"] == pytest.approx(size[None], rel=0.02)
    assert zipped["pruned"] < 0.6 * zipped[None]
    assert zipped["pruned-int8"] < 0.8 * zipped["int8"]


def test_what_shows_the_range_of_values_is_what_the_recipe_trains_with(recipe: Recipe, small_mnist):
    shown = converting.representative(small_mnist, recipe)
    assert shown.shape == (300 + 30 + 60, 28, 28)
    assert shown.dtype == np.uint8
    np.testing.assert_array_equal(shown, converting.representative(small_mnist, recipe))
    learned = {image.tobytes() for image in small_mnist.x_train}
    assert {image.tobytes() for image in shown[:300]} <= learned
