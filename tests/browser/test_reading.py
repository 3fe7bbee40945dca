"""Drawings and pictures that take long or hold too much, and a server that is started anew, in a real browser."""

import io

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from benchmarks.browser import free_port, running_app
from tests.browser.conftest import DESKTOP, Visitor
from tests.handwriting import DIGITS, placed
from tests.hostile_pictures import picture

WATCH = """() => {
  window.told = [];
  new MutationObserver(() => {
    const sign = document.querySelector(".reading-on");
    if (sign && !window.told.includes(sign.innerText)) window.told.push(sign.innerText);
  }).observe(document.body, { subtree: true, childList: true });
}"""


def upload(visitor: Visitor, name: str) -> None:
    file = io.BytesIO()
    Image.fromarray(picture(name)).save(file, "PNG")
    visitor.page.get_by_text("Picture", exact=True).click()
    content = {"name": "picture.png", "mimeType": "image/png", "buffer": file.getvalue()}
    visitor.page.locator("input[type=file]").set_input_files(content)


def test_tally_strokes_are_read_while_they_are_drawn(visitor):
    upright = np.array([[0.08, 0.0], [0.09, 0.3]])
    strokes = [upright + np.array([0.09 * column, top]) for top in (0.1, 0.6) for column in range(10)]
    visitor.open().draw(*strokes)
    visitor.expect_number("1" * 10, "1" * 10)


def test_that_something_is_read_for_long_is_shown_until_the_answer_comes(visitor):
    visitor.open()
    visitor.page.evaluate(WATCH)
    upload(visitor, "a printed page of 18 x 28 digits")
    answered = visitor.page.locator(".answer-line, .stAlert").first
    expect(answered).to_be_visible()
    expect(visitor.page.locator(".reading-on")).to_have_count(0)
    assert visitor.page.evaluate("window.told") == ["Reading …"]


def test_what_is_too_much_to_read_is_told(visitor):
    visitor.open()
    upload(visitor, "dotted paper")
    expect(visitor.page.locator(".stAlert")).to_contain_text("3,300 separate strokes, and at most 1,000")


def test_a_drawing_outlives_the_server(browser):
    three = placed(DIGITS[3], size_px=0.6, left_px=0.2, top_px=0.2)
    port = free_port()
    with running_app(port=port) as app:
        visitor = Visitor(browser.new_context(**DESKTOP).new_page(), app.address).open()
        visitor.draw(np.array([[0.2, 0.2], [0.8, 0.8]]))
        visitor.press("Clear")
        visitor.expect_blank()
        visitor.draw(*three)
        visitor.expect_answer(3)
        before = visitor.painted_picture()
        app.process.kill()
    with running_app(port=port):
        clear = visitor.page.get_by_role("button", name="Clear", exact=True)
        expect(visitor.page.locator('.stApp[data-test-connection-state="CONNECTED"]')).to_be_visible()
        visitor.wait_for_paper()
        visitor.expect_answer(3)
        expect(visitor.page.locator(".st-key-hand[data-drawn]")).to_be_visible()
        expect(clear).to_be_enabled()
        assert visitor.painted_picture() == before
        visitor.press("Clear")
        visitor.expect_blank()
        assert visitor.painted() == 0
        visitor.press("Undo")
        visitor.expect_answer(3)
    visitor.page.context.close()
