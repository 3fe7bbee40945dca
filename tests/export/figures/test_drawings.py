import numpy as np
import pytest

from mnist_core.drawing.framing import BlankDrawing, frame
from mnist_core.drawing.strokes import Writing
from mnist_core.export.figures import drawings
from mnist_core.reading.recognizer import Recognizer
from tests.export.figures.conftest import shown
from tests.handwriting import drawn


def test_a_drawing_is_shown_with_its_steps_and_its_ten_bars(draw):
    ink = drawn(3)
    figure = draw(drawings.steps, writing=Writing(ink))

    (recognition,), framing = Recognizer.load().read(ink), frame(ink)
    images = shown(figure)
    np.testing.assert_array_equal(images[0], recognition.ink)
    np.testing.assert_array_equal(images[1], framing.cropped)
    np.testing.assert_allclose(images[3], framing.model_input / 255, rtol=1e-6)
    np.testing.assert_allclose([bar.get_height() for bar in figure.axes[4].patches], recognition.probabilities)
    assert figure.get_suptitle() == "Read as 3"


def test_a_number_has_a_row_for_each_digit_up_to_six(draw):
    ink = np.hstack([drawn(digit) for digit in (1, 2, 3, 4, 5, 6, 7)])
    figure = draw(drawings.steps, writing=Writing(ink))

    assert figure.get_suptitle() == "Read as 1234567"
    assert len(figure.axes) == 6 * 5


def test_a_scribble_is_called_no_digit(draw):
    scribble = np.random.default_rng(0).random((60, 60)).astype(np.float32).round()
    figure = draw(drawings.steps, writing=Writing(np.kron(scribble, np.ones((4, 4), np.float32))))

    assert figure.get_suptitle() == "No digit"
    assert figure.axes[4].get_title("left").startswith("rejected as no digit, confidence")


def test_an_empty_paper_is_refused_with_a_sentence(draw):
    with pytest.raises(BlankDrawing, match="draw a digit first"):
        draw(drawings.steps, writing=Writing(np.zeros((100, 100), np.float32)))


def test_without_a_drawing_the_first_pen_drawn_digit_is_shown(draw):
    assert draw(drawings.steps).get_suptitle() == "Read as 8"
