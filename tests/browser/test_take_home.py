"""A network that was taken home: the real file, opened from the disk, with the network switched off."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from benchmarks.browser import as_moved
from benchmarks.take_home import agreement, grey_levels, read_drawn, read_framed, read_pack
from mnist_core.drawing.framing import to_model_input
from mnist_core.drawing.strokes import Stroke, StrokePack, render
from mnist_core.evaluation.drawn import sample
from mnist_core.export.take_home import page as pages
from mnist_core.models import registry
from mnist_core.networks import keras_models
from mnist_core.networks.architectures import ARCHITECTURES, SCORES
from mnist_core.networks.recipe import Recipe
from mnist_core.reading.memory import Memory
from mnist_core.reading.recognizer import Recognizer
from mnist_core.reading.tta import VIEWS
from mnist_core.settings import PEN_DIGITS
from mnist_core.synthesis.non_digits import NONE, NUMBER
from tests.browser.conftest import DESKTOP, PHONE, STEP, Open, draw, touch
from tests.export.take_home import page_of, saved
from tests.handwriting import DIGITS, drawn

SMALL_PHONE = {**PHONE, "viewport": {"width": 320, "height": 640}}
MOST_BYTES = 3_000_000
SAME_ANSWER = 0.999  # of a thousand: one may differ, by half precision
MANY = 1000


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model, taken home."""
    path = tmp_path_factory.mktemp("home") / "shipped.html"
    path.write_text(page_of(registry.shipped()), encoding="utf-8")
    return path


@pytest.fixture
def opened(offline: Open, file: Path) -> Open:
    """Opens a file, the shipped model's by default, offline; no page may complain or ask for anything."""
    return lambda path=file, **options: offline(path, **options)


def written(digit: int) -> list[Stroke]:
    """One hand's digit in the middle of the paper."""
    return [0.2 + 0.6 * stroke for stroke in DIGITS[digit]]


def write(page: Page, digit: int) -> None:
    """Draws a digit with the mouse."""
    draw(page, "#paper", written(digit))


def test_it_is_one_small_file(file):
    assert file.stat().st_size <= MOST_BYTES


def test_it_reads_mnist_as_the_program_does(opened, mnist):
    images = mnist.x_test[:MANY]
    compared = agreement(read_framed(opened(), images), Recognizer(registry.shipped()).recognize_framed(images))
    assert compared["read"] == MANY
    assert compared["same_answer"] >= SAME_ANSWER
    assert compared["largest_difference_of_probability"] <= 0.01
    assert compared["largest_difference_of_digit_score"] <= 0.01


def test_it_frames_and_reads_pen_strokes_as_the_program_does(opened):
    pack = StrokePack.load(PEN_DIGITS)
    chosen = sample(pack, MANY, 0).tolist()
    answers, expected = read_pack(opened(), Recognizer(registry.shipped()), pack, chosen)
    assert grey_levels(answers, expected).max() <= 1
    compared = agreement(answers, expected)
    assert compared["same_answer"] >= SAME_ANSWER
    assert compared["largest_difference_of_probability"] <= 0.01


def test_it_remembers_what_a_hand_has_taught_as_the_program_does(opened, file, mnist, tmp_path):
    """The hand's digits are doubtful: it contradicts the network, or agrees."""
    recognizer = Recognizer(registry.shipped())
    read = recognizer.recognize_framed(mnist.x_test[:MANY])
    images = mnist.x_test[np.argsort([one.confidence for one in read])[:80]]
    labels = np.random.default_rng(0).choice([*range(10), NONE, NUMBER], 40)
    taught = recognizer.remembering(Memory.of(range(40), labels, recognizer.features(images[:40])))
    path = tmp_path / "taught.html"
    path.write_text(pages.taught(file.read_text(encoding="utf-8"), taught.memory), encoding="utf-8")
    expected = taught.recognize_framed(images)
    answers = read_framed(opened(path), images)

    compared = agreement(answers, expected)
    assert compared["same_answer"] >= SAME_ANSWER
    assert compared["largest_difference_of_probability"] <= 0.01
    assert compared["largest_difference_of_digit_score"] <= 0.01
    changed = [one.taught_by is not None for one in expected]
    assert [answer["isTaught"] for answer in answers] == changed
    assert sum(changed) >= 10


def test_it_says_what_a_hand_has_taught_it(opened, file, tmp_path):
    recognizer = Recognizer(registry.shipped())
    seven = to_model_input(drawn(7))[np.newaxis]
    path = tmp_path / "taught.html"
    memory = Memory.of([1], [1], recognizer.features(seven))
    path.write_text(pages.taught(file.read_text(encoding="utf-8"), memory), encoding="utf-8")
    page = opened(path)
    expect(page.get_by_text("holds that hand’s corrections: 1 drawing, no names.")).to_be_visible()
    write(page, 7)
    expect(page.get_by_role("status")).to_contain_text("as you taught it")
    expect(page.locator("#digit")).to_have_text("1")
    page.get_by_role("button", name="Clear").click()
    write(page, 3)
    expect(page.get_by_role("status")).to_contain_text("3, confidence")
    expect(page.get_by_role("status")).not_to_contain_text("taught")


def test_the_first_answer_stands_while_the_page_looks_on(opened):
    """One look is shown at once; the page answers between the others, and a new stroke ends them."""
    page = opened()
    looks = page.evaluate(
        """image => {
            const steps = [...readings(model, new Uint8Array(image))];
            return steps.map((one) => one && [one.digit, one.views]);
        }""",
        to_model_input(drawn(7) * 0.5 + drawn(1) * 0.5).ravel().tolist(),
    )
    assert len(looks) == VIEWS + 1
    assert looks[0][1] == 1
    assert looks[1:-1] == [None] * (VIEWS - 1)
    assert looks[-1][1] == VIEWS


def test_fine_and_broad_pens_are_framed_as_the_program_does(opened):
    pens = [(280, 1), (480, 2), (900, 3), (60, 2), (28, 2), (480, 60)]
    inks = [
        render([side_px * (0.1 + 0.8 * s) for s in DIGITS[d]], side_px, px) for side_px, px in pens for d in range(10)
    ]
    expected = Recognizer(registry.shipped()).recognize_many(inks)
    assert grey_levels(read_drawn(opened(), inks), expected).max() <= 1


@pytest.mark.parametrize("scaled", [True, False], ids=["scaled", "grey levels"])
@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_every_architecture_computes_what_keras_does(name, scaled, opened, own_model, mnist):
    rng = np.random.default_rng(0)
    recipe = Recipe(name=name, architecture=name, epochs=1, scaled=scaled, dropout=0.2)
    network = keras_models.build(recipe)
    for weight in network.weights:
        if weight.path.endswith(("gamma", "beta", "moving_mean", "bias")):
            weight.assign(rng.normal(0, 0.5, weight.shape))
        elif weight.path.endswith("moving_variance"):
            weight.assign(rng.uniform(0.5, 2, weight.shape))
    model = saved(own_model, network, recipe)
    path = own_model / "network.html"
    path.write_text(page_of(model), encoding="utf-8")

    answers = read_framed(opened(path), mnist.x_test[:10])

    wanted = keras_models.for_reading(network).predict(mnist.x_test[:10, ..., None].astype(np.float32), verbose=0)
    np.testing.assert_allclose([one["probabilities"] for one in answers], wanted["probabilities"], atol=0.01)
    for key, score in zip(SCORES, ("digitScore", "multiDigitScore"), strict=True):
        np.testing.assert_allclose([one[score] for one in answers], wanted.get(key, np.ones((10, 1)))[:, 0], atol=0.01)


@pytest.mark.parametrize(
    ("options", "digits"), [(PHONE, range(0, 10, 2)), (SMALL_PHONE, range(1, 10, 2))], ids=["390", "320"]
)
def test_a_finger_draws_digits_and_they_are_read(opened, options, digits):
    page = opened(**options)
    for digit in digits:
        touch(page, "#paper", written(digit))
        expect(page.locator("#digit")).to_have_text(str(digit))
        expect(page.get_by_role("status")).to_contain_text(f"{digit}, confidence")
        page.get_by_role("button", name="Clear").tap()
        expect(page.locator("#answer")).to_have_attribute("data-state", "blank")
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("document.documentElement.scrollWidth") == options["viewport"]["width"]


def test_the_bars_follow_the_pen_before_it_is_lifted(opened):
    page = opened()
    said = page.get_by_role("status").inner_text()
    box = page.locator("#paper").bounding_box()
    for index, (x, y) in enumerate(as_moved(written(7)[0], STEP)):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        if index == 0:
            page.mouse.down()
    expect(page.locator("#bars .best .bar-digit")).to_have_text("7")
    assert page.get_by_role("status").inner_text() == said
    page.mouse.up()
    expect(page.get_by_role("status")).to_contain_text("7, confidence")


def test_undo_takes_back_a_stroke_and_clear_all(opened):
    page = opened()
    undo, clear = (page.get_by_role("button", name=name) for name in ("Undo", "Clear"))
    expect(undo).to_be_disabled()
    write(page, 3)
    expect(page.locator("#digit")).to_have_text("3")
    undo.click()
    expect(page.locator("#digit")).not_to_have_text("3")
    page.keyboard.press("Control+z")
    expect(page.locator("#answer")).to_have_attribute("data-state", "blank")
    write(page, 4)
    expect(page.locator("#digit")).to_have_text("4")
    clear.click()
    expect(page.get_by_text("Draw a digit here")).to_be_visible()
    expect(clear).to_be_disabled()


def test_a_scribble_is_no_digit(opened):
    page = opened()
    box = page.locator("#paper").bounding_box()
    rng = np.random.default_rng(0)
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    for x, y in rng.uniform(0.1, 0.9, (25, 2)):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=3)
    page.mouse.up()
    expect(page.get_by_role("status")).to_contain_text("I don’t think that is a digit, rejected")
    expect(page.locator("#bars .best .bar-digit")).to_have_text("none")


def test_a_drawing_stays_when_the_window_changes(opened):
    page = opened()
    write(page, 8)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#paper")).to_have_css("width", "358px")
    touched = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"
    assert page.locator("#paper").evaluate(touched)
    write(page, 8)
    expect(page.locator("#digit")).to_have_text("8")


@pytest.mark.parametrize(("scheme", "table"), [("light", 245), ("dark", 24)])
def test_it_follows_the_devices_light(opened, scheme, table):
    page = opened(color_scheme=scheme)
    picture = Image.open(io.BytesIO(page.screenshot()))
    assert picture.convert("RGB").getpixel((2, 2))[0] == table


@pytest.mark.parametrize("options", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_model_page_offers_the_file_and_it_reads(visit, opened, tmp_path, options):
    page = visit(**options).open("/model").page
    page.get_by_role("button", name="Take this network home (.html)").click()
    button = page.get_by_role("dialog").get_by_role("button", name="Save, 1.2 MB")
    expect(button).to_be_visible(timeout=60_000)
    box = button.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= options["viewport"]["width"]
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".qr")).to_have_attribute(
        "alt", re.compile("QR code of http://127.0.0.1:[0-9]+/network/shipped")
    )
    expect(dialog.get_by_text("This app listens on this machine only, so phones cannot reach it.")).to_be_visible()
    expect(dialog.get_by_text("With what I have taught it")).to_have_count(0)
    with page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename == "shipped.html"
    download.value.save_as(tmp_path / "shipped.html")
    assert read_drawn(opened(tmp_path / "shipped.html"), [drawn(5)])[0]["digit"] == 5
