import json
import math

import numpy as np
import pytest

from mnist_core.evaluation import metrics as evaluations
from mnist_core.evaluation import results, robustness
from mnist_core.evaluation.metrics import (
    complete,
    evaluate,
    evaluate_test_images,
    expected_calibration_error,
    figures_per_digit,
    indices_in_cell,
    reliability,
)
from mnist_core.evaluation.results import OLDER_NAMES, Bin, Evaluation, Reading
from mnist_core.models import model_folder, registry
from mnist_core.reading.recognizer import Recognizer


def one_hot(digits: list[int], sure: float) -> np.ndarray:
    probabilities = np.full((len(digits), 10), (1 - sure) / 9, np.float32)
    probabilities[np.arange(len(digits)), digits] = sure
    return probabilities


def test_figures_worked_out_by_hand():
    labels = np.array([0, 0, 0, 1, 2])
    probabilities = one_hot([0, 0, 7, 1, 2], sure=0.91)
    scores = np.array([0.9, 0.1, 0.9, 0.9, 0.9], np.float32)
    evaluation = evaluate(probabilities, scores, labels, digit_threshold=0.5)
    assert evaluation.images == 5
    assert evaluation.accuracy == pytest.approx(0.8)
    assert evaluation.per_digit == pytest.approx({"0": 2 / 3, "1": 1, "2": 1})
    assert evaluation.confusion[0] == [2, 0, 0, 0, 0, 0, 0, 1, 0, 0]
    assert evaluation.loss == pytest.approx(-(4 * np.log(0.91) + np.log(0.01)) / 5, rel=1e-5)
    assert evaluation.false_rejection_rate == pytest.approx(0.2)
    assert evaluation.expected_calibration_error == pytest.approx(0.11, abs=1e-6)
    assert evaluation.digits_read == "00712"
    assert evaluation.confidences == [910] * 5


def test_a_probability_of_zero_does_not_make_the_loss_infinite():
    evaluation = evaluate(one_hot([3], sure=1), np.ones(1, np.float32), np.array([4]), 0.5)
    assert np.isfinite(evaluation.loss)


def test_nothing_cannot_be_evaluated():
    with pytest.raises(ValueError, match="at least one image"):
        evaluate(np.zeros((0, 10), np.float32), np.zeros(0, np.float32), np.zeros(0, int), 0.5)


def test_who_is_as_sure_as_right_has_no_calibration_error():
    confidences = np.repeat([0.75, 1.0], 400)
    right = np.concatenate([np.arange(400) % 4 != 0, np.ones(400, bool)])
    assert expected_calibration_error(confidences, right) == pytest.approx(0)


def test_who_is_always_sure_and_right_half_of_the_time_is_half_wrong():
    assert expected_calibration_error(np.ones(10), np.arange(10) % 2 == 0) == pytest.approx(0.5)


def test_images_are_sorted_into_bins_by_how_sure_the_network_was():
    confidences = np.array([0.34, 0.39, 0.41, 0.95, 1.0])  # a fifteenth is 0.067: bins from 0.333, 0.4 and 0.933
    right = np.array([True, False, False, True, True])
    assert reliability(confidences, right) == [
        Bin(2, pytest.approx(0.365), 0.5),
        Bin(1, pytest.approx(0.41), 0.0),
        Bin(2, pytest.approx(0.975), 1.0),
    ]


def test_precision_recall_and_f1_worked_out_by_hand():
    three, five, nothing = figures_per_digit([[6, 2, 0], [4, 8, 0], [0, 0, 0]])
    assert (three.images, three.precision, three.recall) == (8, 0.6, 0.75)
    assert three.f1 == pytest.approx(2 * 0.6 * 0.75 / (0.6 + 0.75))
    assert (five.images, five.precision) == (12, 0.8)
    assert five.recall == pytest.approx(2 / 3)
    assert five.f1 == pytest.approx(8 / 11)
    assert nothing.images == 0
    assert all(math.isnan(figure) for figure in (nothing.precision, nothing.recall, nothing.f1))


def test_a_digit_that_is_never_called_has_recall_and_f1_of_zero():
    _, missed = figures_per_digit([[5, 0], [3, 0]])
    assert math.isnan(missed.precision)
    assert (missed.recall, missed.f1) == (0, 0)


def test_mistakes_come_with_their_ten_probabilities_the_worst_first():
    labels = np.array([4, 1, 4, 4])
    probabilities = one_hot([9, 1, 9, 4], sure=0.91)
    probabilities[0, [9, 4]] = 0.5, 0.42
    evaluation = evaluate(probabilities, np.ones(4, np.float32), labels, 0.5)
    assert [mistake.index for mistake in evaluation.mistakes] == [2, 0]
    assert evaluation.mistakes[1] == Reading(0, 4, [0.01, 0.01, 0.01, 0.01, 0.42, 0.01, 0.01, 0.01, 0.01, 0.5])
    assert evaluation.mistakes[1].digit == 9


def test_of_very_many_mistakes_the_worst_are_kept():
    labels = np.zeros(2 * evaluations.WORST, int)
    probabilities = one_hot([1] * len(labels), sure=0.91)
    probabilities[::2, 0] = 0
    evaluation = evaluate(probabilities, np.ones(len(labels), np.float32), labels, 0.5)
    assert [mistake.index for mistake in evaluation.mistakes] == list(range(0, 2 * evaluations.WORST, 2))


def test_the_images_of_a_cell_are_found_the_remarkable_ones_first():
    labels = np.array([4, 4, 4, 4, 4, 9])
    probabilities = one_hot([9, 4, 9, 4, 4, 9], sure=0.91)
    probabilities[2, 9], probabilities[3, 4] = 0.95, 0.8
    evaluation = evaluate(probabilities, np.ones(6, np.float32), labels, 0.5)
    assert indices_in_cell(evaluation, labels, true=4, read=9).tolist() == [2, 0]
    assert indices_in_cell(evaluation, labels, true=4, read=4).tolist() == [3, 1, 4]
    assert indices_in_cell(evaluation, labels, true=9, read=4).tolist() == []


def test_a_model_is_measured_on_test_training_and_disturbed_images(evaluation, small_mnist):
    recognizer = Recognizer(registry.shipped())
    tested = evaluate(*recognizer.network(small_mnist.x_test), small_mnist.y_test, recognizer.digit_threshold)
    probabilities, _ = recognizer.network(small_mnist.x_train)

    assert evaluation.to_json() == evaluation.to_json() | tested.to_json()
    assert evaluation.training.images == len(small_mnist.x_train)
    assert evaluation.training.accuracy == np.mean(probabilities.argmax(axis=1) == small_mnist.y_train)
    assert evaluation.robustness.images == evaluations.DISTURBED_IMAGES
    assert evaluation.robustness.accuracies["rotation"][0] == evaluation.accuracy
    assert evaluation.robustness.accuracies["noise"][-1] < evaluation.accuracy
    assert evaluation.data == small_mnist.checksums


def test_one_hears_how_many_images_are_read(small_mnist):
    told, told_of_the_rest = [], []
    few = small_mnist.subset(10, 10)

    def reads_zeros(images):
        return one_hot([0] * len(images), 0.91), np.ones(len(images), np.float32)

    evaluate_test_images(reads_zeros, few, 0.5, lambda *n: told.append(n))
    tested = evaluate_test_images(reads_zeros, few, 0.5)
    complete(tested, reads_zeros, few, lambda *n: told_of_the_rest.append(n))
    assert told == [(10, 10)]
    total = 10 + 10 * robustness.levels_to_read()
    assert told_of_the_rest == [(done, total) for done in range(10, total + 1, 10)]


def test_many_images_are_read_in_parts_and_in_their_order(small_mnist, monkeypatch):
    monkeypatch.setattr(evaluations, "READ_AT_ONCE", 30)
    parts = []

    def reads(images):
        parts.append(len(images))
        return one_hot([int(image.sum()) % 10 for image in images], 0.91), np.ones(len(images), np.float32)

    tested = evaluate_test_images(reads, small_mnist, 0.5)
    assert parts == [30, 30, 30, 10]
    assert tested.digits == [int(image.sum()) % 10 for image in small_mnist.x_test]


def test_what_a_decision_needs_is_kept_alone_and_completed_later(evaluation, small_mnist):
    tested = evaluations.Tested.read(json.loads(json.dumps(evaluation.to_json())))
    kept = json.loads(json.dumps({**tested.to_json(), "data": small_mnist.checksums}))
    assert Evaluation.from_json(kept) is None
    assert complete(evaluations.Tested.read(kept), Recognizer(registry.shipped()).network, small_mnist) == evaluation


def test_what_was_kept_is_read_again(evaluation):
    assert Evaluation.from_json(json.loads(json.dumps(evaluation.to_json()))) == evaluation


def without_robustness(kept):
    return kept | {"robustness": None}


def of_an_older_version(kept):
    return {name: kept[name] for name in ("images", "accuracy", "loss", "per_digit", "confusion")}


def with_other_levels(kept):
    levels = kept["robustness"]["levels"] | {"blur": [0.0, 1.0]}
    return kept | {"robustness": kept["robustness"] | {"levels": levels}}


@pytest.mark.parametrize("changed", [without_robustness, of_an_older_version, with_other_levels])
def test_what_lacks_parts_or_was_measured_otherwise_is_not_taken_for_an_evaluation(evaluation, changed):
    assert Evaluation.from_json(changed(evaluation.to_json())) is None


def test_the_shipped_model_comes_with_all_its_figures():
    evaluation = Evaluation.from_json(registry.shipped().evaluation)
    assert evaluation.images == 10_000
    assert evaluation.accuracy > 0.995
    assert len(evaluation.mistakes) == 10_000 - round(10_000 * evaluation.accuracy)
    assert (registry.SHIPPED / model_folder.EVALUATION).stat().st_size < 200_000


def test_figures_under_the_names_of_earlier_versions_are_read(evaluation):
    values = json.loads(json.dumps(evaluation.to_json()))
    for older, name in OLDER_NAMES.items():
        values[older] = values.pop(name)
    assert set(OLDER_NAMES) == {"turned_away", "sureness"}
    assert Evaluation.from_json(values) == evaluation
    assert results.Tested.read(values).confidences == evaluation.confidences
