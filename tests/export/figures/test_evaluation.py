import json

import numpy as np
import pytest

from mnist_core import files
from mnist_core.evaluation.results import Evaluation
from mnist_core.export.figures import evaluation as figures
from mnist_core.export.figures.subjects import FigureError
from mnist_core.models import model_folder, registry
from mnist_core.reading.recognizer import Recognizer
from tests.export.figures.conftest import lines, shown, texts


@pytest.fixture
def shipped() -> Evaluation:
    return Evaluation.from_json(registry.shipped().evaluation)


def test_each_cell_of_the_confusion_matrix_has_its_number(shipped, draw):
    (axes,) = draw(figures.confusion).axes

    counts = np.array(shipped.confusion)
    written = {(int(text.get_position()[1]), int(text.get_position()[0])): text.get_text() for text in axes.texts}
    assert written == {(true, read): f"{counts[true, read]:,}" for true, read in np.argwhere(counts)}


def test_the_reliability_diagram_has_a_point_for_each_bin(shipped, draw):
    (axes,) = draw(figures.calibration).axes

    (points,) = (drawn.get_offsets() for drawn in axes.collections if drawn.get_label() == "shipped")
    np.testing.assert_allclose(points, [(bin.confidence, bin.accuracy) for bin in shipped.reliability])


def test_robustness_has_a_curve_for_each_disturbance_and_model(own_model, shipped, draw):
    figure = draw(figures.robustness, models=("shipped", "mine"))

    charts = [axes for axes in figure.axes if axes.lines]
    assert [list(lines(axes)) for axes in charts] == [["shipped", "mine"]] * 5
    heights = [lines(axes)["mine"][1] for axes in charts]
    assert heights == list(shipped.robustness.accuracies.values())


def test_the_worst_mistakes_are_shown_with_what_was_read_and_what_they_are(shipped, mnist, draw):
    figure = draw(figures.mistakes)

    worst = shipped.mistakes[:20]
    np.testing.assert_array_equal(shown(figure), mnist.x_test[[mistake.index for mistake in worst]])
    assert [axes.get_title("center") for axes in figure.axes] == [f"read {mistake.digit}" for mistake in worst]
    assert [axes.get_xlabel() for axes in figure.axes] == [f"is {mistake.label}" for mistake in worst]


def test_a_model_without_mistakes_has_a_figure_that_says_so(own_model, draw):
    values = json.loads((own_model / model_folder.EVALUATION).read_text())
    files.write_json(own_model / model_folder.EVALUATION, values | {"mistakes": []})

    figure = draw(figures.mistakes, models=("mine",))
    assert figure.get_suptitle() == "No mistakes"
    assert not shown(figure)


def test_the_first_ten_predictions_have_the_predicted_and_the_true_label(shipped, mnist, draw):
    figure = draw(figures.predictions)

    np.testing.assert_array_equal(shown(figure), mnist.x_test[:10])
    assert [axes.get_title("center") for axes in figure.axes] == [f"predicted {one.digit}" for one in shipped.first]
    assert [axes.get_xlabel() for axes in figure.axes] == [f"true {label}" for label in mnist.y_test[:10]]


def test_the_ten_bars_are_the_probabilities_of_that_image(mnist, draw):
    figure = draw(figures.outputs, index=321)

    (expected,), _ = Recognizer(registry.shipped()).network(mnist.x_test[321:322])
    np.testing.assert_array_equal(shown(figure)[0], mnist.x_test[321])
    np.testing.assert_allclose([bar.get_height() for bar in figure.axes[1].patches], expected)
    assert any("test image 321, a 2" in text for text in texts(figure))


def test_images_that_a_model_was_not_tested_on_are_not_shown_as_its_mistakes(own_mnist, draw):
    with pytest.raises(FigureError, match="not those that the model “shipped” was tested on"):
        draw(figures.mistakes)


def test_a_model_that_lacks_figures_is_named(own_model, draw):
    values = json.loads((own_model / model_folder.EVALUATION).read_text())
    del values["robustness"]
    files.write_json(own_model / model_folder.EVALUATION, values)

    with pytest.raises(FigureError, match="Not all figures of the model “mine” have been measured"):
        draw(figures.robustness, models=("mine",))
