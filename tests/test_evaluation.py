import numpy as np
import pytest

from mnist_core.evaluation import evaluate, expected_calibration_error


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
    assert evaluation.turned_away == pytest.approx(0.2)
    assert evaluation.expected_calibration_error == pytest.approx(0.11, abs=1e-6)


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
