"""A memory pulls similar drawings towards its labels, leaves others alone, and changes nothing where it is empty."""

import numpy as np
import pytest

from mnist_core.drawing.framing import to_model_input
from mnist_core.models import registry
from mnist_core.reading.memory import Memory
from mnist_core.reading.network import Outputs
from mnist_core.reading.recognizer import CannotRemember, Recognizer
from mnist_core.synthesis.non_digits import NONE, NUMBER
from tests.handwriting import drawn, with_pen, written_number

ID = 42


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(registry.shipped())


def taught(recognizer: Recognizer, ink, label: int) -> Recognizer:
    """The recognizer, taught what one drawing is."""
    return recognizer.remembering(Memory.of([ID], [label], recognizer.features(to_model_input(ink)[np.newaxis])))


@pytest.mark.parametrize("label", [0, 1, 2, 3, 4, 5, 6, 8, 9])
def test_a_remembered_drawing_is_read_as_its_label_and_all_others_as_before(recognizer, label):
    reader = taught(recognizer, drawn(7), label)
    found = reader.recognize(drawn(7))
    assert (found.digit, found.taught_by) == (label, ID)
    assert found.probabilities.sum() == pytest.approx(1, abs=1e-5)
    for digit in (0, 1, 2, 3, 4, 5, 6, 8, 9):
        other = reader.recognize(drawn(digit))
        assert (other.digit, other.taught_by) == (digit, None)


def test_a_confirmed_reading_stays_and_names_no_teacher(recognizer):
    found = taught(recognizer, drawn(7), 7).recognize(drawn(7))
    assert (found.digit, found.taught_by) == (7, None)
    assert found.confidence >= recognizer.recognize(drawn(7)).confidence - 1e-6


def test_the_same_digit_elsewhere_smaller_and_with_another_pen_is_remembered(recognizer):
    reader = taught(recognizer, drawn(7), 1)
    assert reader.recognize(drawn(7, size_px=110, left_px=20, top_px=120, pen_width_px=14)).digit == 1


def test_what_is_no_digit_to_somebody_is_rejected_and_what_is_one_is_read(recognizer):
    rejected = taught(recognizer, drawn(7), NONE).recognize(drawn(7))
    assert (rejected.digit, rejected.taught_by) == (None, ID)
    scribble = np.zeros((280, 280), np.float32)
    scribble[40:240:16, 40:240] = scribble[40:240, 40:240:16] = 1
    assert recognizer.recognize(scribble).digit is None
    accepted = taught(recognizer, scribble, 4).recognize(scribble)
    assert (accepted.digit, accepted.taught_by) == (4, ID)


def test_several_digits_are_several_and_one_digit_is_one(recognizer):
    number = with_pen(written_number("12", size_px=150, left_px=60, top_px=150, step=0.6), 22).ink
    assert taught(recognizer, number, 4).recognize(number).multi_digit_score < 0.3
    seven = taught(recognizer, drawn(7), NUMBER).recognize(drawn(7))
    assert seven.digit is None
    assert seven.multi_digit_score > recognizer.recognize(drawn(7)).multi_digit_score + 0.1


def test_an_empty_memory_changes_nothing(recognizer):
    reader = recognizer.remembering(Memory.of([], [], np.zeros((0, 512), np.float32)))
    before, after = recognizer.recognize(drawn(3)), reader.recognize(drawn(3))
    np.testing.assert_array_equal(before.probabilities, after.probabilities)
    assert reader.memory is None


def test_teaching_one_recognizer_teaches_no_other(recognizer):
    taught(recognizer, drawn(7), 1)
    assert recognizer.recognize(drawn(7)).digit == 7


def test_blank_paper_is_blank_whatever_is_remembered(recognizer):
    found = taught(recognizer, drawn(7), 1).recognize(np.zeros((50, 50), np.float32))
    assert found.digit is None
    assert found.probabilities.sum() == 0


def test_the_strength_of_a_pull_is_worked_out_by_hand():
    """Cosine 0.8 makes 9 exp(-0.2 / 0.2) = 3.311: log-probabilities of 0.9 and 0.1 turn to -0.105 and 1.008."""
    probabilities = np.full((1, 10), 1e-6, np.float32)
    probabilities[0, :2] = 0.9, 0.1
    score = np.ones(1, np.float32)
    outputs = Outputs(probabilities, score, 0 * score, None, np.array([[0.8, 0.6]], np.float32))
    memory = Memory.of([ID], [1], np.array([[2.0, 0.0]], np.float32))
    recalled, nearest = memory.recall(outputs)
    assert nearest.tolist() == [0]
    assert recalled.probabilities[0, 1] / recalled.probabilities[0, 0] == pytest.approx(np.exp(3.311) / 9, rel=1e-3)


def test_an_export_without_features_says_that_it_cannot_remember(recognizer):
    class Old:
        def run(self, images, **options):
            return recognizer.network.run(images)._replace(features=None)

    older = recognizer.remembering(Memory.of([], [], np.zeros((0, 512), np.float32)))
    older.network = Old()
    with pytest.raises(CannotRemember, match="Exported anew"):
        older.features(np.zeros((1, 28, 28), np.uint8))
