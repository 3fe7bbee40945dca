"""The Draw page in a real browser: mouse and touch on the real canvas."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from benchmarks.browser import CANVAS
from mnist_core.drawing.strokes import Stroke, StrokePack
from mnist_core.settings import PEN_DIGITS
from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.handwriting import DIGITS, placed, written_number


def written(digit: int) -> list[Stroke]:
    """One hand's digit in the middle of the paper."""
    return placed(DIGITS[digit], size_px=0.6, left_px=0.2, top_px=0.2)


THREE, SEVEN = written(3), written(7)
NUMBER = written_number("1472", size_px=0.2, left_px=0.05, top_px=0.4, step=1.1)


@pytest.fixture(scope="module")
def pack() -> StrokePack:
    """Pen strokes of thirty people."""
    return StrokePack.load(PEN_DIGITS)


@pytest.mark.parametrize("somebody", ["open_desk", "open_phone"])
def test_the_invitation_stands_in_the_middle_of_the_paper(request, somebody):
    visitor: Visitor = request.getfixturevalue(somebody)
    paper, invitation = (visitor.page.locator(place).bounding_box() for place in (CANVAS, ".invitation"))
    assert [invitation[side] for side in ("x", "y", "height")] == pytest.approx(
        [paper[side] for side in ("x", "y", "height")], abs=2
    )


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_drawn_with_the_mouse_is_read(mouse_writer, digit):
    mouse_writer.draw(*written(digit))
    mouse_writer.expect_answer(digit)
    expect(mouse_writer.page.locator(".answer-words")).to_have_text(re.compile(rf"^{digit} confidence .*%$"))


@pytest.mark.parametrize("digit", [1, 4, 8])
def test_a_digit_drawn_with_a_finger_is_read(finger_writer, digit):
    finger_writer.touch(*written(digit))
    finger_writer.expect_answer(digit)


def test_what_strangers_wrote_is_read_stroke_by_stroke(mouse_writer, pack):
    read = 0
    first_of_each_digit = [int(np.flatnonzero(pack.labels == digit)[0]) for digit in range(10)]
    for index in first_of_each_digit:
        mouse_writer.draw(*[stroke / 1000 * 0.6 + 0.2 for stroke in pack[index]])
        answer = mouse_writer.page.locator('.answer:not([data-state="blank"]) .answer-digit')
        expect(answer).not_to_have_text("")
        mouse_writer.page.wait_for_timeout(500)  # strokes before the last are answered, too
        read += answer.inner_text() == str(pack.labels[index])
        mouse_writer.press("Clear")
        mouse_writer.expect_blank()
    assert read >= 9


def test_the_answer_follows_every_stroke(mouse_writer):
    mouse_writer.expect_blank()
    upright, bar = written(4)[::-1]
    mouse_writer.draw(upright)
    mouse_writer.expect_answer(1)
    mouse_writer.draw(bar)
    mouse_writer.expect_answer(4)


def test_the_ten_bars_keep_their_places_and_sum_to_one(mouse_writer):
    mouse_writer.draw(*SEVEN)
    mouse_writer.expect_answer(7)
    bars = mouse_writer.page.locator(".bars li")
    assert bars.locator(".bar-digit").all_inner_texts() == [str(digit) for digit in range(10)]
    shares = bars.evaluate_all("bars => bars.map(bar => Number(bar.style.getPropertyValue('--share')))")
    assert sum(shares) == pytest.approx(1, abs=0.01)
    assert int(np.argmax(shares)) == 7


def test_the_answer_is_announced_as_text_in_a_place_that_stays(mouse_writer):
    status = mouse_writer.page.get_by_role("status").filter(has=mouse_writer.page.locator("strong"))
    status.evaluate("element => { element.marked = true; }")
    mouse_writer.draw(*SEVEN)
    expect(status).to_contain_text("7")
    mouse_writer.press("Clear")
    mouse_writer.expect_blank()
    mouse_writer.draw(*NUMBER)
    expect(status).to_contain_text("1472")
    assert status.evaluate("element => element.marked") is True


def test_the_pen_is_heard_without_the_components_own_delay(mouse_writer):
    mouse_writer.page.evaluate("""() => {
        window.heard = [];
        addEventListener("pointerup", () => window.heard.push("pen up"), { capture: true });
        addEventListener("click", (event) => {
            const sends = (node) => /update the app/i.test(node.title ?? "");
            if (event.composedPath().some(sends)) window.heard.push("sent");
        }, { capture: true });
    }""")
    mouse_writer.draw(*SEVEN)
    mouse_writer.expect_answer(7)
    assert mouse_writer.page.evaluate("window.heard") == ["pen up", "sent"]


def test_what_the_network_sees_is_shown_in_four_steps(mouse_writer):
    mouse_writer.draw(*THREE)
    pictures = mouse_writer.page.locator(".steps img")
    expect(pictures).to_have_count(4)
    last = pictures.last
    assert last.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [28, 28]
    assert last.evaluate("image => getComputedStyle(image).imageRendering") == "pixelated"
    assert all(pictures.evaluate_all("images => images.map(image => image.alt.length > 5)"))


def test_undo_redo_and_clear(mouse_writer):
    upright, bar = written(4)[::-1]
    mouse_writer.draw(upright)
    mouse_writer.expect_answer(1)
    one_stroke = mouse_writer.painted()
    mouse_writer.draw(bar)
    mouse_writer.expect_answer(4)
    two_strokes = mouse_writer.painted()

    mouse_writer.press("Undo")
    mouse_writer.expect_answer(1)
    assert mouse_writer.painted() == one_stroke
    mouse_writer.press("Redo")
    mouse_writer.expect_answer(4)
    assert mouse_writer.painted() == two_strokes
    mouse_writer.press("Clear")
    mouse_writer.expect_blank()
    assert mouse_writer.painted() == 0
    mouse_writer.press("Undo")
    mouse_writer.expect_answer(4)
    assert mouse_writer.painted() == two_strokes


def test_the_keyboard_undoes_redoes_and_clears(mouse_writer):
    mouse_writer.draw(*SEVEN)
    mouse_writer.expect_answer(7)
    mouse_writer.page.keyboard.press("Control+z")
    mouse_writer.expect_blank()
    mouse_writer.page.keyboard.press("Control+Shift+z")
    mouse_writer.expect_answer(7)
    mouse_writer.page.keyboard.press("Escape")
    mouse_writer.expect_blank()


def test_a_new_stroke_after_clear_stands_alone(mouse_writer):
    mouse_writer.draw(*SEVEN)
    mouse_writer.expect_answer(7)
    mouse_writer.press("Clear")
    mouse_writer.draw(*written(1))
    mouse_writer.expect_answer(1)


def test_many_quick_strokes_are_all_kept(mouse_writer):
    strokes = [np.array([[x, 0.2], [x, 0.8]]) for x in np.linspace(0.1, 0.9, 9)]
    mouse_writer.draw(*strokes)
    mouse_writer.page.wait_for_timeout(1500)
    columns = mouse_writer.page.locator(CANVAS).evaluate("""canvas => {
        const lower = canvas.parentElement.querySelector("canvas.lower-canvas");
        const row = lower.getContext("2d").getImageData(0, lower.height / 2, lower.width, 1).data;
        let runs = 0;
        for (let x = 1; x < lower.width; x++) runs += row[4 * x + 3] > 128 && row[4 * x - 1] <= 128;
        return runs;
    }""")
    assert columns == 9
    mouse_writer.press("Clear")
    mouse_writer.expect_blank()
    mouse_writer.press("Undo")
    mouse_writer.expect_number("1" * 9)


def test_the_width_of_the_pen_changes_the_next_stroke_and_not_the_last(mouse_writer):
    visitor = mouse_writer
    line = np.array([[0.3, 0.2], [0.3, 0.8]])
    visitor.page.locator("label", has_text="Fine").click()
    visitor.draw(line)
    visitor.expect_answer(1)
    fine = visitor.painted()
    visitor.page.locator("label", has_text="Broad").click()
    visitor.page.wait_for_timeout(500)
    assert visitor.painted() == fine
    visitor.draw(line + np.array([0.4, 0]))
    visitor.page.wait_for_timeout(500)
    assert visitor.painted() > 2.5 * fine
    visitor.page.locator("label", has_text="Medium").click()


def test_a_stroke_that_ends_outside_the_paper_is_read(mouse_writer):
    mouse_writer.draw(np.array([[0.25, 0.25], [0.7, 0.25], [0.5, 0.9], [0.45, 1.1]]))
    mouse_writer.expect_answer(7)


def test_a_scribble_is_no_digit(mouse_writer):
    mouse_writer.draw(np.array([[0.1 + 0.04 * step, 0.1 if step % 2 else 0.9] for step in range(20)]))
    expect(mouse_writer.page.locator('.answer[data-state="none"]')).to_be_visible()
    expect(mouse_writer.page.locator(".answer-words")).to_contain_text("I don’t think that is a digit")


@pytest.mark.parametrize("way_back", ["link", "back button"])
def test_the_drawing_is_still_there_after_another_page(mouse_writer, way_back):
    mouse_writer.draw(*THREE)
    mouse_writer.expect_answer(3)
    painted = mouse_writer.painted()
    mouse_writer.go_to("The model")
    mouse_writer.page.wait_for_url("**/model")
    expect(mouse_writer.page.get_by_role("heading", level=1)).to_be_visible()
    if way_back == "link":
        mouse_writer.go_to("Draw")
    else:
        mouse_writer.page.go_back()
    mouse_writer.wait_for_paper()
    mouse_writer.expect_answer(3)
    mouse_writer.page.wait_for_timeout(500)
    assert mouse_writer.painted() == pytest.approx(painted, rel=0.01)
    mouse_writer.draw(*SEVEN)
    mouse_writer.press("Undo")
    mouse_writer.expect_answer(3)


def test_the_drawing_is_still_there_after_choosing_a_picture(mouse_writer):
    mouse_writer.draw(*THREE)
    mouse_writer.expect_answer(3)
    mouse_writer.page.get_by_text("Picture", exact=True).click()
    expect(mouse_writer.page.locator(CANVAS)).to_have_count(0)
    mouse_writer.page.get_by_text("Draw", exact=True).last.click()
    mouse_writer.wait_for_paper()
    mouse_writer.expect_answer(3)


def test_two_visitors_do_not_see_each_others_drawings(mouse_writer, finger_writer):
    mouse_writer.draw(*THREE)
    finger_writer.touch(*SEVEN)
    mouse_writer.expect_answer(3)
    finger_writer.expect_answer(7)
    mouse_writer.press("Clear")
    mouse_writer.expect_blank()
    finger_writer.expect_answer(7)


def test_the_paper_fits_a_phone_and_the_answer_stands_beneath_it(finger_writer):
    box = finger_writer.page.locator(CANVAS).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["width"] >= 300
    digit = finger_writer.page.locator(".answer").bounding_box()
    assert digit["y"] >= box["y"] + box["height"]
    assert digit["y"] < 844
    assert finger_writer.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_phones_page_does_not_scroll_while_one_draws(finger_writer):
    scrolled = "() => [...document.querySelectorAll('*')].some((element) => element.scrollTop > 0)"
    finger_writer.touch(np.array([[0.5, 0.9], [0.5, 0.5], [0.5, 0.1], [0.5, -0.3]]))
    finger_writer.expect_answer(1)
    assert finger_writer.page.evaluate(scrolled) is False


def test_a_number_drawn_with_the_mouse_is_read_digit_by_digit(mouse_writer):
    for length in (1, 2, 3):
        left_px = 0.05 + 0.22 * (length - 1)
        mouse_writer.draw(*written_number("206"[length - 1], size_px=0.2, left_px=left_px, top_px=0.4))
        if length == 1:
            mouse_writer.expect_answer(2)
        else:
            mouse_writer.expect_number("206"[:length])
    expect(mouse_writer.page.get_by_role("status").filter(has_text="206")).to_contain_text("confidence")


CROSSING = written_number("74", size_px=0.5, left_px=0.15, top_px=0.25, step=0.55)


def test_digits_that_cross_are_parted_where_the_pen_was_lifted(mouse_writer):
    mouse_writer.draw(*CROSSING)
    mouse_writer.expect_number("74")
    mouse_writer.page.get_by_role("button", name="1st digit: 7").click()
    expect(mouse_writer.page.locator(".bar-best .bar-digit")).to_have_text("7")


def test_the_paper_knows_the_pens_strokes_after_another_page(finger_writer):
    finger_writer.touch(*CROSSING[:-1])
    expect(finger_writer.page.locator('.answer:not([data-state="blank"])')).to_be_visible()
    expect(finger_writer.page.locator('.stApp[data-test-script-state="notRunning"]')).to_be_visible()
    finger_writer.go_to("The model")
    finger_writer.page.wait_for_url("**/model")
    finger_writer.go_to("Draw")
    finger_writer.wait_for_paper()
    finger_writer.touch(CROSSING[-1])
    finger_writer.expect_number("74")


def test_pressing_a_digit_of_a_number_shows_its_bars_and_what_the_network_saw_of_it(mouse_writer):
    mouse_writer.draw(*NUMBER)
    mouse_writer.expect_number("1472")
    best, seen = mouse_writer.page.locator(".bar-best .bar-digit"), mouse_writer.page.locator(".steps img").last
    expect(best).to_have_text("2")
    two = seen.get_attribute("src")
    mouse_writer.page.get_by_role("button", name="2nd digit: 4").click()
    expect(best).to_have_text("4")
    expect(seen).not_to_have_attribute("src", two)
    expect(mouse_writer.page.get_by_role("button", name="2nd digit: 4")).to_have_attribute("aria-pressed", "true")

    mouse_writer.page.keyboard.press("ArrowLeft")
    mouse_writer.page.keyboard.press("Enter")
    expect(best).to_have_text("1")
    mouse_writer.press("Undo")
    mouse_writer.press("Redo")
    mouse_writer.expect_number("1472")


def test_two_lines_of_digits_are_two_lines_of_the_answer(mouse_writer):
    upper = written_number("41", size_px=0.2, left_px=0.1, top_px=0.1, step=1.2)
    lower = written_number("714", size_px=0.2, left_px=0.1, top_px=0.6, step=1.2)
    mouse_writer.draw(*lower, *upper)
    mouse_writer.expect_number("41", "714")


def test_a_number_is_written_with_a_finger_and_its_digits_are_pressed(visit):
    width_px = 312
    phone = visit(**{**PHONE, "viewport": {"width": width_px, "height": 844}}).open()
    phone.touch(*NUMBER)
    phone.expect_number("1472")
    first = phone.page.get_by_role("button", name="1st digit: 1")
    box = first.bounding_box()
    assert min(box["width"], box["height"]) >= 30
    assert box["height"] >= 44
    first.tap()
    expect(phone.page.locator(".bar-best .bar-digit")).to_have_text("1")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= width_px


def test_a_long_number_fits_its_place(finger_writer):
    finger_writer.touch(*[np.array([[x, 0.3], [x, 0.7]]) for x in np.linspace(0.06, 0.94, 12)])
    finger_writer.expect_number("1" * 12)
    line = finger_writer.page.locator(".answer-line").bounding_box()
    assert line["x"] >= 0
    assert line["x"] + line["width"] <= 390
    assert finger_writer.page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(("scheme", "options"), [("light", PHONE), ("dark", DESKTOP)], ids=["light", "dark"])
def test_light_and_dark_are_readable(visit, scheme, options):
    visitor = visit(color_scheme=scheme, **options).open()
    seven, *others = written_number("71", size_px=0.4, left_px=0.1, top_px=0.3)
    visitor.draw(seven)
    visitor.expect_answer(7)
    for place in (".answer-digit", ".answer-words strong", ".bars li .bar-value >> nth=0", ".step p >> nth=0"):
        assert contrast(visitor.page.locator(place)) >= 4.5, place
    visitor.draw(*others)
    visitor.expect_number("71")
    for place in (".answer-line button >> nth=0", ".answer-line button >> nth=1", ".answer-words span", ".bars-of"):
        assert contrast(visitor.page.locator(place)) >= 4.5, place


def contrast(locator) -> float:
    """Returns the WCAG contrast between a text and the first opaque background behind it."""
    colour, background = locator.evaluate("""element => {
        const opaque = (node) => {
            const { backgroundColor } = getComputedStyle(node);
            return /rgba\\(.*, 0\\)|transparent/.test(backgroundColor) && node.parentElement
                ? opaque(node.parentElement) : backgroundColor;
        };
        const paint = document.createElement("canvas").getContext("2d");
        const numbers = (text) => {
            paint.fillStyle = text;
            paint.fillRect(0, 0, 1, 1);
            return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3);
        };
        const behind = numbers(opaque(element));
        paint.fillStyle = `rgb(${behind})`;
        paint.fillRect(0, 0, 1, 1);
        return [numbers(getComputedStyle(element).color), behind];
    }""")
    lighter, darker = sorted((luminance(colour), luminance(background)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(rgb: list[int]) -> float:
    """Relative luminance (WCAG 2.2)."""
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in np.array(rgb) / 255]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))
