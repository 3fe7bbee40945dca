import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy import special

from mnist_core.drawing.framing import to_model_input
from mnist_core.drawing.strokes import render
from mnist_core.evaluation.results import Evaluation
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import ModelError
from mnist_core.reading.network import Network, is_settled
from mnist_core.reading.recognizer import Recognizer
from mnist_core.reading.tta import mean, views
from mnist_core.synthesis import handwriting
from mnist_core.synthesis.allographs import DIGITS
from tests.handwriting import drawn


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(registry.shipped())


@pytest.mark.parametrize("digit", range(10))
def test_a_drawn_digit_is_read(recognizer, digit):
    recognition = recognizer.recognize(drawn(digit))
    assert recognition.digit == digit
    assert recognition.confidence == recognition.probabilities.max() > 0.8
    assert recognition.digit_score > 0.5
    assert recognition.probabilities.dtype == np.float32
    assert recognition.probabilities.sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_array_equal(recognition.model_input, to_model_input(drawn(digit)))


@pytest.mark.parametrize("digit", range(10))
def test_every_way_to_write_a_digit_is_read(recognizer, digit):
    forms = [form for form in DIGITS if form.character == str(digit)]
    pictures = handwriting.pictures([form for form in forms for _ in range(20)], np.random.default_rng(2026))
    right = (recognizer.network(pictures)[0].argmax(axis=1) == digit).reshape(len(forms), 20).mean(axis=1)
    assert right.mean() > 0.85  # some copies of some forms nobody can tell: a flat flag is a seven's top
    assert right.min() >= 0.5, forms[int(right.argmin())].name


def test_many_are_read_as_each_alone(recognizer):
    inks = [drawn(digit) for digit in range(10)]
    inks.insert(4, np.zeros((280, 280), np.float32))
    for together, ink in zip(recognizer.recognize_many(inks), inks, strict=True):
        alone = recognizer.recognize(ink)
        assert together.digit == alone.digit
        np.testing.assert_allclose(together.probabilities, alone.probabilities, atol=1e-6)


def test_nothing_to_read_gives_nothing(recognizer):
    assert recognizer.recognize_many([]) == []


def test_a_blank_sheet_is_no_digit(recognizer):
    recognition = recognizer.recognize(np.zeros((280, 280), np.float32))
    assert recognition.digit is None
    assert recognition.confidence == recognition.digit_score == 0
    assert not recognition.probabilities.any()
    assert not recognition.model_input.any()


def test_a_scribble_is_no_digit(recognizer):
    corners = np.array([[20 + 12 * i, 20 if i % 2 else 260] for i in range(20)], np.float64)
    recognition = recognizer.recognize(render([corners], 280, 16))
    assert recognition.digit is None
    assert recognition.digit_score < 0.1


def test_many_threads_get_the_answers_that_one_gets(recognizer):
    images = np.stack([to_model_input(drawn(digit)) for digit in range(10)])
    expected = [recognizer.network(images[[digit]])[0] for digit in range(10)]
    batch = recognizer.network(images)[0]

    def ask(number: int) -> bool:
        if number % 7 == 0:
            return np.array_equal(recognizer.network(images)[0], batch)
        return np.array_equal(recognizer.network(images[[number % 10]])[0], expected[number % 10])

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(400)))


def test_several_interpreters_give_what_one_gives(recognizer, small_mnist):
    alone = recognizer.network.run(small_mnist.x_test)
    for one, several in zip(
        alone, Network(recognizer.model.network, views=True, interpreters=3).run(small_mnist.x_test), strict=True
    ):
        np.testing.assert_allclose(several, one, atol=1e-5)


def test_only_what_is_in_doubt_at_the_first_look_is_read_in_all_views(recognizer, small_mnist):
    rng = np.random.default_rng(0)
    clear, noise = small_mnist.x_test[:20], rng.integers(256, size=(10, 28, 28), dtype=np.uint8)
    one_view = Network(recognizer.model.network)
    first = one_view.run(np.concatenate([clear, noise]))
    settled = is_settled(first)
    assert settled[:20].any()
    assert not settled[20:].any()

    found = recognizer.network.run(np.concatenate([clear, noise]))
    np.testing.assert_allclose(found.logits[settled], first.logits[settled], atol=1e-5)
    in_all_views = mean(one_view.run(views(noise)).logits)
    np.testing.assert_allclose(found.logits[20:], in_all_views, atol=1e-4)


def test_the_probabilities_are_the_softmax_of_the_logits_which_the_features_make(recognizer, small_mnist):
    outputs = recognizer.network.run(small_mnist.x_test)
    assert outputs.features.shape == (100, 512)
    np.testing.assert_allclose(special.softmax(outputs.logits, axis=1), outputs.probabilities, atol=1e-6)


def test_an_export_of_long_ago_reads_without_logits(recognizer, small_mnist):
    network = Network(recognizer.model.network, views=True)
    interpreter = network._interpreters.get()
    del interpreter.outputs["logits"], interpreter.outputs["features"]
    network._interpreters.put(interpreter)
    outputs = network.run(small_mnist.x_test)
    assert outputs.logits is outputs.features is None
    np.testing.assert_allclose(outputs.probabilities, recognizer.network(small_mnist.x_test)[0], atol=1e-5)


def test_a_network_is_loaded_once_per_process():
    assert Recognizer.load().network is Recognizer.load().network


def test_the_active_model_is_read_with_from_the_next_drawing_on(own_model):
    assert Recognizer.load().model.name == registry.SHIPPED.name
    registry.activate("mine")
    assert Recognizer.load().model.name == "mine"
    assert Recognizer.load().notice is None


def test_a_broken_active_model_is_replaced_by_the_shipped_one_with_a_notice(own_model):
    registry.activate("mine")
    (own_model / model_folder.NETWORK).write_bytes(b"rubbish")
    recognizer = Recognizer.load()
    assert recognizer.model.name == registry.SHIPPED.name
    assert "“mine” is damaged" in recognizer.notice
    assert recognizer.recognize(drawn(3)).digit == 3


@pytest.mark.parametrize("content", [b"", b"rubbish", b"TFL3" * 100])
def test_what_is_no_network_is_refused(content):
    with pytest.raises(ModelError, match="cannot be loaded"):
        Network(content)


def test_reading_imports_no_deep_learning_library():
    code = (
        "import sys, numpy; from mnist_core import Recognizer;"
        "Recognizer.load().recognize(numpy.eye(50, dtype='float32'));"
        "assert not {'tensorflow', 'keras', 'streamlit', 'matplotlib', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_mnists_test_images_are_read_as_the_card_says(recognizer, mnist):
    kept = Evaluation.from_json(recognizer.model.evaluation)
    digits = np.array(kept.digits)
    wrong = np.flatnonzero(digits != mnist.y_test)
    assert kept.accuracy == pytest.approx(1 - len(wrong) / 10_000)
    assert kept.accuracy >= 0.995

    some = np.union1d(np.arange(1_000), wrong)
    probabilities, _ = recognizer.network(mnist.x_test[some])
    assert np.mean(probabilities.argmax(axis=1) == digits[some]) >= 0.998
    np.testing.assert_allclose(probabilities.max(axis=1), np.array(kept.confidences)[some] / 1000, atol=0.002)
    assert recognizer.model.card["data"] == mnist.checksums
