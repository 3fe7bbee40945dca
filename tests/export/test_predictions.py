import csv
import io
import re

import numpy as np
import pytest
from scipy import special

from mnist_core.evaluation.measured import Measured
from mnist_core.export import predictions
from mnist_core.export.readings import read
from mnist_core.models import registry
from mnist_core.reading.network import Outputs
from mnist_core.reading.recognizer import Recognizer
from ui.evaluation.outputs import single_html, ten_logits


@pytest.fixture(scope="module")
def shipped() -> Recognizer:
    return Recognizer(registry.shipped())


def written(recognizer, mnist) -> list[dict[str, str]]:
    file = io.StringIO()
    predictions.write(recognizer, mnist, file)
    return list(csv.DictReader(io.StringIO(file.getvalue())))


def numbers(lines: list[dict[str, str]], what: str) -> np.ndarray:
    return np.array([[float(line[f"{what}_{digit}"]) for digit in range(10)] for line in lines])


def test_every_test_image_has_its_line(shipped, small_mnist):
    lines = written(shipped, small_mnist)

    assert [int(line["index"]) for line in lines] == list(range(100))
    assert [int(line["label"]) for line in lines] == small_mnist.y_test.tolist()
    assert [int(line["answer"]) for line in lines] == numbers(lines, "probability").argmax(axis=1).tolist()


def test_nothing_is_lost_between_the_network_and_the_file(shipped, small_mnist):
    lines, outputs = written(shipped, small_mnist), shipped.network.run(small_mnist.x_test)
    temperature = shipped.model.card["temperature"]

    np.testing.assert_array_equal(numbers(lines, "probability").astype(np.float32), outputs.probabilities)
    np.testing.assert_allclose(numbers(lines, "logit") / temperature, outputs.logits, rtol=1e-7)
    softmax = special.softmax(numbers(lines, "logit") / temperature, axis=1)
    np.testing.assert_allclose(softmax, numbers(lines, "probability"), atol=1e-6)


def test_the_file_and_the_page_agree_to_the_last_digit_of_the_page(shipped, small_mnist):
    measured = Measured(shipped.model, None)
    for line in written(shipped, small_mnist)[::9]:
        index = int(line["index"])
        (reading,) = read(shipped.network, small_mnist.x_test, small_mnist.y_test, [index])
        image = small_mnist.x_test[index]
        page = single_html([measured], [reading], [ten_logits(shipped.network, image)], image)

        shown = re.findall(r"<span>([\d.]+)</span>", page)
        assert shown == [f"{float(line[f'probability_{digit}']):.6f}" for digit in range(10)]
        shown = re.findall(r'<th scope="row">\d</th><td>(.+?)</td>', page)
        assert shown == [f"{float(line[f'logit_{digit}']):.3f}".replace("-", "−") for digit in range(10)]


def test_images_are_read_a_share_at_a_time_and_told_of(shipped, small_mnist, monkeypatch):
    whole, told = written(shipped, small_mnist), []
    monkeypatch.setattr(predictions, "AT_ONCE", 32)
    file = io.StringIO()
    predictions.write(shipped, small_mnist, file, lambda done, total: told.append((done, total)))

    assert told == [(32, 100), (64, 100), (96, 100), (100, 100)]
    assert list(csv.DictReader(io.StringIO(file.getvalue()))) == whole


def test_of_an_export_without_logits_these_columns_are_empty(shipped, small_mnist, monkeypatch):
    class Old:
        def run(self, images: np.ndarray) -> Outputs:
            return shipped.network.run(images)._replace(logits=None)

    old = Recognizer(shipped.model)
    monkeypatch.setattr(old, "network", Old())
    file = io.StringIO()

    assert predictions.write(shipped, small_mnist, io.StringIO())
    assert not predictions.write(old, small_mnist, file)
    lines = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert {line["logit_0"] + line["logit_9"] for line in lines} == {""}
    assert numbers(lines, "probability").sum(axis=1) == pytest.approx(1, abs=1e-5)
