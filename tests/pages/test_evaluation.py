"""The Evaluation page in Streamlit's own test harness."""

import html
import json
import re
import time
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core import files
from mnist_core.data.mnist import Mnist
from mnist_core.data.stored import Stored
from mnist_core.evaluation.measured import kept
from mnist_core.evaluation.results import Evaluation
from mnist_core.models import model_folder, registry
from ui import resources
from ui.evaluation import examination
from ui.evaluation.state import BESIDE, CELL, EXAMINED, PART, TEST_INDEX, WHOSE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def measured(own_model, evaluation, small_mnist, small_mnist_path, monkeypatch) -> Evaluation:
    """The evaluation of the active model, "mine", which took one 4 of the images at hand for a 9."""
    monkeypatch.setenv("MNIST_PATH", str(small_mnist_path))
    values = json.loads(json.dumps(evaluation.to_json()))
    place = int(np.flatnonzero(small_mnist.y_test == 4)[0])
    values["digits_read"] = values["digits_read"][:place] + "9" + values["digits_read"][place + 1 :]
    values["confusion"][4][4] -= 1
    values["confusion"][4][9] += 1
    values["mistakes"] = [{"index": place, "label": 4, "probabilities": [0, 0, 0, 0, 0.4, 0, 0, 0, 0, 0.6]}]
    values["accuracy"] = 0.99
    files.write_json(own_model / model_folder.EVALUATION, values)
    registry.activate("mine")
    return Evaluation.from_json(values)


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()


def opened(app: AppTest, part: str = "Figures", beside: str | None = None) -> AppTest:
    app.switch_page("pages/evaluation.py").run()
    if beside is not None:
        app.selectbox(key=BESIDE).set_value(beside).run()
    app.segmented_control(key=PART).set_value(part).run()
    assert not app.exception
    return app


def markup(app: AppTest, key: str) -> str:
    (component,) = [element for element in app.get("bidi_component") if element.proto.id.endswith(f"-{key}")]
    return json.loads(component.proto.json or component.proto.mixed.json)["html"]


def text(app: AppTest, key: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup(app, key))).split())


def test_the_active_model_is_shown_with_its_figures(app, measured):
    opened(app)

    assert app.selectbox(key=EXAMINED).value == "mine"
    assert text(app, "reached").startswith("Its test images 99.00 % mine : 1 mistake in 100 test digits")
    assert f"Loss {measured.loss:.4f}" in text(app, "figures")
    assert "4 10 100.00 % 90.00 % 94.74 %" in text(app, "per_digit")
    assert "<circle" in markup(app, "calibration")


def test_at_first_the_most_frequent_mistake_is_open_and_another_cell_can_be_chosen(app, measured):
    opened(app, "Confusion")
    assert text(app, "cell_images").startswith("4, but read as 9 mine: 1 image.")
    assert markup(app, "cell_images").count("<img") == 1

    app.session_state[CELL] = {"chosen": "3-3"}
    app.run()
    assert text(app, "cell_images").startswith("3, read as 3 mine: 10 images, the least confident first.")
    assert markup(app, "cell_images").count("<img") == 10


@pytest.mark.parametrize("choice", ["a text", {"chosen": "x-y"}, {"chosen": 7}])
def test_what_no_matrix_sends_does_no_harm(app, measured, choice):
    opened(app, "Confusion")
    app.session_state[CELL] = choice
    app.run()

    assert not app.exception
    assert text(app, "cell_images").startswith("4, but read as 9")


def test_a_mistake_is_shown_with_its_ten_probabilities(app, measured):
    opened(app, "Mistakes")

    assert "9 60 %, is 4" in text(app, "mistakes_0")
    assert "4: 40 %" in markup(app, "mistakes_0")


def test_the_first_ten_test_digits_and_any_single_one_are_read(app, measured, small_mnist):
    opened(app, "One by one")
    said = text(app, "first")
    labels = small_mnist.y_test[:10]
    assert markup(app, "first").count("<img") == 10
    assert re.findall(r"(\d) [<>]?\d+ %", said) == [str(label) for label in labels]

    app.number_input(key=TEST_INDEX).set_value(17).run()
    shares = [float(share) for share in re.findall(r"<span>([\d.]+)</span>", markup(app, "outputs"))]
    assert text(app, "outputs").startswith(f"Test image 17: a {small_mnist.y_test[17]}")
    assert len(shares) == 10
    assert sum(shares) == pytest.approx(1, abs=1e-4)
    assert int(np.argmax(shares)) == small_mnist.y_test[17]


def test_all_predictions_of_both_models_can_be_saved(app, measured, own_model):
    opened(app, "One by one", beside=other_model(own_model))
    assert [button.label for button in app.button if button.label.endswith("as CSV")] == [
        "mine, as CSV",
        "second, as CSV",
    ]


def test_robustness_is_drawn_with_the_digits_as_they_look(app, measured):
    opened(app, "Robustness")

    assert markup(app, "robustness").count("<svg") == 5
    assert markup(app, "robustness").count("<img") == 35


@pytest.mark.parametrize(
    ("part", "key", "sign"),
    [
        ("Figures", "per_digit", "F1, digit by digit"),
        ("Confusion", CELL, "mine"),
        ("Robustness", "robustness", "mine"),
        ("One by one", "outputs", "mine reads"),
    ],
)
def test_two_models_stand_side_by_side(app, measured, own_model, part, key, sign):
    other = other_model(own_model)
    opened(app, part, beside=other)

    assert sign in text(app, key)
    assert f"{other} : 1 mistake in" in text(app, "reached")


def test_of_two_models_the_page_says_whether_the_difference_is_more_than_chance(app, measured, own_model, evaluation):
    other = other_model(own_model)
    opened(app, beside=other)
    assert "Both read the same test digits right" in text(app, "difference")

    files.write_json(registry.folder_of(other) / model_folder.EVALUATION, evaluation.to_json())
    opened(app, beside=other)
    assert "The one digit that only one reads right could be chance: p = 1.00." in text(app, "difference")
    assert "Only mine reads 0 test digits right, only second 1." in text(app, "difference")


def test_models_that_were_tested_on_different_images_are_not_compared(app, measured):
    opened(app, beside="shipped")
    assert any("“mine” and “shipped” were measured on different test images" in info.value for info in app.info)
    assert not [one for one in app.get("bidi_component") if one.proto.id.endswith("-difference")]


def test_of_two_models_one_sees_the_mistakes_of_both_and_of_each_alone(app, measured, own_model):
    opened(app, "Mistakes", beside=other_model(own_model))
    choice = app.segmented_control(key=WHOSE)

    assert [option.content for option in choice.proto.options] == ["Both: 1", "mine alone: 0", "second alone: 0"]
    assert markup(app, "mistakes_0").count("<img") == 1
    assert markup(app, "mistakes_0").count("<svg") == 2


def other_model(own_model: Path) -> str:
    folder = registry.folder_of("second")
    folder.mkdir()
    for file in own_model.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    card = json.loads((folder / model_folder.CARD).read_text(encoding="utf-8"))
    files.write_json(folder / model_folder.CARD, card | {"name": "second"})
    return "second"


def test_with_other_images_all_figures_are_there_and_the_page_says_so(app, measured, monkeypatch):
    monkeypatch.delenv("MNIST_PATH")
    for part in ("Figures", "Confusion", "Mistakes", "Robustness", "One by one"):
        opened(app, part)
        assert "tested on other images than those at hand" in app.info[0].value
    assert "<img" not in markup(app, "first")
    assert markup(app, "first").count("<svg") == 10


def test_images_that_were_not_read_are_not_shown(app, measured):
    app.switch_page("pages/evaluation.py").run()
    app.selectbox(key=EXAMINED).set_value("shipped").run()
    app.segmented_control(key=PART).set_value("Mistakes").run()

    assert "tested on other images than those at hand" in app.info[0].value
    assert "<img" not in markup(app, "mistakes_0")
    assert markup(app, "mistakes_0").count("<svg") == len(registry.shipped().evaluation["mistakes"][:24])


def test_test_images_are_shown_without_reading_the_training_images(measured, small_mnist, monkeypatch):
    def never() -> None:
        raise AssertionError("47 MB that nobody looks at")

    training_images = Stored(small_mnist.x_train.shape, np.dtype(np.uint8), never)
    lazy = Mnist(training_images, small_mnist.y_train, small_mnist.x_test, small_mnist.y_test)
    monkeypatch.setattr(resources, "mnist", lambda: lazy)

    assert examination.test_images([kept("mine")]) is lazy


def test_a_model_without_figures_is_measured_while_a_sentence_says_so(
    app, measured, own_model, smaller_mnist_path, monkeypatch
):
    monkeypatch.setenv("MNIST_PATH", str(smaller_mnist_path))
    files.write_json(own_model / model_folder.EVALUATION, {"accuracy": 0.9})
    app.switch_page("pages/evaluation.py").run()
    assert "“mine” is being measured" in app.info[0].value

    deadline = time.monotonic() + 60
    while app.info and time.monotonic() < deadline:
        time.sleep(0.2)
        app.run()
    assert not app.exception
    assert "in 20 test digits" in text(app, "reached")


def test_a_damaged_model_is_told_and_another_can_be_chosen(app, measured, own_model):
    (own_model / model_folder.NETWORK).write_bytes(b"")
    app.switch_page("pages/evaluation.py").run()
    assert "“mine” is damaged" in app.error[0].value

    app.selectbox(key=EXAMINED).set_value("shipped").run()
    assert not app.error
    assert "shipped" in text(app, "reached")


def test_what_the_training_left_of_the_strokes_of_the_package_is_shown_at_once(app, measured):
    opened(app)
    assert re.match(
        r"Pen-drawn digits \d\d\.\d\d % mine A sample of 2,000 of 7,494 digits that 30 people drew with a pen",
        text(app, "drawn"),
    )


def wait_while_measured(app: AppTest) -> None:
    deadline = time.monotonic() + 60
    while "being measured" in text(app, "drawn"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()


def test_what_two_models_read_of_drawn_digits_is_measured_once_and_stands_beside_each_other(app, measured, own_strokes):
    opened(app, beside="shipped")
    wait_while_measured(app)
    shown = text(app, "drawn")
    assert shown.startswith("Pen-drawn digits 90.00 % mine 90.00 % shipped 10 digits that 2 people drew")
    assert shown.endswith("Both read the same pen-drawn digits right: nothing speaks for either.")
    assert len(list(registry.folder_of("mine").glob("drawn-*.json"))) == 2


def test_strokes_that_are_not_there_are_a_sentence(app, measured, monkeypatch, tmp_path):
    monkeypatch.setenv("STROKE_PACK", str(tmp_path / "nowhere.npz"))
    opened(app)
    assert "nowhere.npz cannot be read as a stroke pack" in text(app, "drawn")


def test_a_measurement_that_failed_is_tried_again_when_somebody_asks(app, measured, own_strokes, monkeypatch, tmp_path):
    damaged = tmp_path / "damaged.npz"
    damaged.write_bytes(b"rubbish")
    monkeypatch.setenv("STROKE_PACK", str(damaged))
    opened(app)
    wait_while_measured(app)
    assert "“mine” could not be measured" in text(app, "drawn")
    damaged.write_bytes(own_strokes.read_bytes())
    app.run()
    assert "“mine” could not be measured" in text(app, "drawn")
    app.button(key="measure_drawn_again").click().run()
    wait_while_measured(app)
    assert "90.00 %" in text(app, "drawn")
    assert "measure_drawn_again" not in [button.key for button in app.button]
