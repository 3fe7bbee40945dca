"""The Dataset page in Streamlit's own test harness, with a small MNIST."""

import html
import json
import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.data.mnist import Mnist
from mnist_core.networks import recipes
from mnist_core.synthesis.allographs import DIGITS
from mnist_core.synthesis.augmentation import Augmentation
from ui.dataset import browse, digit_map, variations
from ui.dataset.samples import Sample
from ui.dataset.state import INDEX, SECTION

ROOT = Path(__file__).parents[2]


@pytest.fixture
def app(small_mnist_path: Path, monkeypatch) -> AppTest:
    """The Dataset page, opened by a new visitor."""
    monkeypatch.setenv("MNIST_PATH", str(small_mnist_path))
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run().switch_page("pages/dataset.py").run()


def component_data(app: AppTest, key: str) -> dict:
    (component,) = [element for element in app.get("bidi_component") if element.proto.id.endswith(f"-{key}")]
    return json.loads(component.proto.json or component.proto.mixed.json)


def text(app: AppTest, key: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", component_data(app, key)["html"])).split())


def look_at(app: AppTest, section: str) -> AppTest:
    app.segmented_control(key=SECTION).set_value(section).run()
    assert not app.exception
    return app


def ask(app: AppTest, key: str, **request: object) -> AppTest:
    """Lets a component ask for something."""
    app.session_state[key] = request
    return app.run()


@pytest.mark.parametrize(
    ("section", "key", "words"),
    [
        ("Browse", "told", "300 digits"),
        ("One digit", "facts", "(300, 28, 28) becomes (300, 28, 28, 1)"),
        ("Overview", "arrays", "x_train images to train on 300 × 28 × 28 uint8"),
        ("Map", "told", "A map of 300 digits"),
        ("File", "header", "train-images-idx3-ubyte"),
        ("Vary", "told", "Augmentation"),
        ("Pen styles", "forms", "How the world writes a seven"),
    ],
)
def test_every_section_says_what_it_shows(app, section, key, words):
    assert words in text(look_at(app, section), key)


def test_each_digit_has_its_gallery_of_pen_styles(app):
    look_at(app, "Pen styles")
    for digit in range(10):
        app.segmented_control(key="styled_digit").set_value(digit).run()
        shown = component_data(app, "forms")["html"]
        forms = [form for form in DIGITS if form.character == str(digit)]
        assert shown.count("<img ") == len(forms)
        assert all(html.escape(form.where) in shown for form in forms)


def test_pen_styles_are_written_anew_on_demand(app):
    before = component_data(look_at(app, "Pen styles"), "forms")["html"]
    assert component_data(app.run(), "forms")["html"] == before
    app.button(key="rewrite").click().run()
    assert component_data(app, "forms")["html"] != before


def test_the_wall_is_sent_only_what_it_asks_for(app, small_mnist):
    assert component_data(app, browse.KEY)["chunk"] is None

    ask(app, browse.KEY, wanted={"token": "Training:", "index": 0})
    chunk = component_data(app, browse.KEY)["chunk"]
    assert chunk["labels"] == "".join(map(str, small_mnist.y_train))
    assert chunk["indices"] == list(range(300))


def test_splits_and_digits_filter_the_wall(app, small_mnist: Mnist):
    app.segmented_control(key="split").set_value("Test").run()
    app.segmented_control(key="digits").set_value([3, 7]).run()
    wall = component_data(app, browse.KEY)
    expected = np.flatnonzero(np.isin(small_mnist.y_test, [3, 7]))

    assert wall["count"] == len(expected)
    assert text(app, "told").startswith(f"{len(expected)} digits that are 3 or 7")
    ask(app, browse.KEY, wanted={"token": wall["token"], "index": 0})
    assert component_data(app, browse.KEY)["chunk"]["indices"] == expected.tolist()


def test_a_digit_opened_on_the_wall_is_open_in_every_section(app, small_mnist: Mnist):
    app.segmented_control(key="digits").set_value([8]).run()
    third_eight = int(np.flatnonzero(small_mnist.y_train == 8)[2])
    ask(app, browse.KEY, opened={"token": "Training:8", "index": 2})

    assert f"x_train[{third_eight}]" in text(app, "card")
    assert component_data(app, browse.KEY)["selected"] == 2
    look_at(app, "One digit")
    assert text(app, "facts").startswith("8 ")
    assert app.number_input(key=INDEX).value == third_eight
    look_at(app, "File")
    assert f"{16 + 784 * third_eight:,}" in text(app, "bytes")
    look_at(app, "Map")
    assert f"x_train[{third_eight}]" in text(app, "card")


def test_a_digit_pointed_out_on_the_map_is_opened(app, small_mnist: Mnist):
    look_at(app, "Map")
    ask(app, digit_map.KEY, opened={"token": digit_map.TOKEN, "index": 123})

    assert text(app, "card").startswith(f"{small_mnist.y_train[123]} Training image 123")


def test_the_map_is_sent_once_when_it_is_asked_for(app, small_mnist: Mnist):
    look_at(app, "Map")
    assert component_data(app, digit_map.KEY)["points"] is None
    ask(app, digit_map.KEY, wanted=True)
    points = component_data(app, digit_map.KEY)["points"]

    assert points["labels"] == "".join(map(str, small_mnist.y_train))
    assert len(points["positions"]) == 300


@pytest.mark.parametrize(
    "state", ["a text", {"opened": "a text"}, {"wanted": {"token": [], "index": {}}}, {"opened": 3}]
)
@pytest.mark.parametrize(("section", "key"), [("Browse", browse.KEY), ("Map", digit_map.KEY)])
def test_what_no_component_sends_does_no_harm(app, section, key, state):
    look_at(app, section)
    app.session_state[key] = state
    app.run()

    assert not app.exception
    assert "x_train[0]" in text(app, "card")


def test_any_sample_is_opened_by_its_number(app, small_mnist: Mnist):
    look_at(app, "One digit")
    app.number_input(key=INDEX).set_value(42).run()

    assert text(app, "facts").startswith(f"{small_mnist.y_train[42]} ")
    numbers = [int(n) for n in re.findall(r"<td class=[^>]*>(\d+)</td>", component_data(app, "pixels")["html"])]
    np.testing.assert_array_equal(np.reshape(numbers, (28, 28)), small_mnist.x_train[42])


def test_any_other_digit_is_another_one_of_the_same_set(app):
    app.session_state["sample"] = Sample("Test", 5)
    look_at(app, "One digit")
    app.button(key="any").click().run()

    assert app.session_state["sample"].split == "Test"
    assert 0 <= app.session_state["sample"].index < 100


def test_the_numbers_are_shown_before_and_after_scaling(app, small_mnist: Mnist):
    look_at(app, "One digit")
    app.segmented_control(key="scale").set_value("Scaled: 0 to 1").run()
    written = re.findall(r"<td class=[^>]*>([\d.]+)</td>", component_data(app, "pixels")["html"])

    np.testing.assert_allclose(np.reshape(written, (28, 28)).astype(float), small_mnist.x_train[0] / 255, atol=0.005)
    assert re.search(r"before uint8 0 250 27\.9 after float32 0\.00 0\.98 0\.109 ", text(app, "scaling"))


def test_the_label_is_shown_one_hot(app, small_mnist: Mnist):
    look_at(app, "One digit")
    app.number_input(key=INDEX).set_value(6).run()
    cells = re.findall(r"<span>(\d)</span><strong>(\d)</strong>", component_data(app, "facts")["html"])

    assert cells == [(str(digit), "1" if digit == small_mnist.y_train[6] else "0") for digit in range(10)]


def test_only_recipes_that_vary_their_images_are_said_to_and_the_articles_preset_is_its_recipes(app):
    look_at(app, "Vary")
    varied = [name for name, recipe in recipes.RECIPES.items() if recipe.augmentation != Augmentation()]
    assert {"default", "tutorial-4"} <= set(varied) < set(recipes.RECIPES)
    assert f"With some recipes ({', '.join(varied)}) a network never sees the same image twice" in text(app, "told")
    (preset,) = [button for button in app.button if button.label == "Tutorial 4"]
    preset.click().run()
    amounts = {name: app.slider(key=name).value for name in variations.SLIDERS}
    assert amounts == {name: getattr(recipes.TUTORIAL_4.augmentation, name) for name in amounts}


def test_the_sliders_vary_the_opened_digit_and_another_seed_varies_it_again(app):
    look_at(app, "Vary")

    def pictures() -> list[str]:
        return re.findall(r'src="([^"]+)"', component_data(app, "variations")["html"])

    original, *varied = pictures()
    assert len(set(varied)) == len(varied)
    app.button(key="new").click().run()
    assert pictures()[0] == original
    assert set(pictures()).isdisjoint(varied)
    (none,) = [button for button in app.button if button.label == "No augmentation"]
    none.click().run()
    assert set(pictures()) == {original}
    app.slider(key="rotation_degrees").set_value(45.0).run()
    assert len(set(pictures())) == len(varied) + 1


def test_where_the_data_cannot_be_had_the_page_says_what_to_do(app, tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_PATH", str(tmp_path / "nowhere.npz"))
    app.run()

    assert not app.exception
    assert "MNIST_PATH may name an .npz file" in app.error[0].value
