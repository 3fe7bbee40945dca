"""The Dataset page in a real browser: scrolling, pointing, tapping, the keyboard."""

import re

import pytest
from playwright.sync_api import Locator, expect

from benchmarks.browser import WALL_IS_PAINTED
from tests.browser.conftest import PHONE, Visitor
from ui.page import PAGES

COLUMNS = 10  # of the wall, when it is opened


def wall(visitor: Visitor) -> Locator:
    """The wall of digits, once the first of them can be seen."""
    element = visitor.page.locator(".wall")
    visitor.page.wait_for_function(WALL_IS_PAINTED)
    return element


def painted_map(visitor: Visitor) -> Locator:
    """The map of digits, once they can be seen."""
    visitor.page.wait_for_function("""() => {
        const canvas = document.querySelector(".map canvas");
        return canvas?.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0);
    }""")
    return visitor.page.locator(".map canvas")


def press_digit(visitor: Visitor, place: int, *, tap: bool = False) -> None:
    """Clicks on, or taps, a digit of the wall's first row."""
    element = wall(visitor)
    side = element.evaluate("wall => wall.clientWidth") / COLUMNS
    position = {"x": (place + 0.5) * side, "y": side / 2}
    element.tap(position=position) if tap else element.click(position=position)


def test_a_digit_clicked_on_the_wall_is_opened_and_kept_in_other_sections(visitor, small_mnist):
    visitor.open("/dataset")
    press_digit(visitor, 7)
    card = visitor.page.locator(".card")
    expect(card).to_contain_text("Training image 7")
    expect(card.locator(".card-label")).to_have_text(str(small_mnist.y_train[7]))

    visitor.press("All its numbers")
    expect(visitor.page.locator(".pixels td[style]")).to_have_count(28 * 28)
    expect(visitor.page.locator(".one-hot .hot")).to_have_text(f"{small_mnist.y_train[7]}1")


def test_a_digit_is_opened_with_a_finger_and_seen_without_scrolling(phone):
    phone.open("/dataset")
    press_digit(phone, 3, tap=True)
    card = phone.page.locator(".card")
    expect(card).to_contain_text("Training image 3")
    box = card.bounding_box()
    assert box["y"] + box["height"] <= PHONE["viewport"]["height"]


def test_the_keyboard_walks_along_the_wall_and_opens(visitor):
    visitor.open("/dataset")
    wall(visitor).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Enter"):
        visitor.page.keyboard.press(key)
    expect(visitor.page.locator(".card")).to_contain_text("Training image 12")
    visitor.page.keyboard.press("End")
    expect(visitor.page.locator(".st-key-wall [role=status]")).to_have_text("Image 299: a 9")
    assert wall(visitor).evaluate("wall => wall.scrollTop") > 0


def test_filters_shorten_the_wall(visitor):
    visitor.open("/dataset")
    full = wall(visitor).evaluate("wall => wall.scrollHeight")
    visitor.page.locator(".st-key-digits").get_by_text("4", exact=True).click()
    expect(visitor.page.locator(".told")).to_contain_text("30 digits that are 4")
    assert wall(visitor).evaluate("wall => wall.scrollHeight") < full
    press_digit(visitor, 1)
    expect(visitor.page.locator(".card-label")).to_have_text("4")


@pytest.mark.parametrize("options", [{}, PHONE], ids=["mouse", "finger"])
def test_pointing_at_the_map_shows_the_digit_and_pressing_opens_it(visit, options):
    visitor = visit(**options).open("/dataset?section=Map")
    canvas = painted_map(visitor)
    box = canvas.bounding_box()
    spot = {"x": box["width"] / 2, "y": box["height"] / 2}
    if options:
        canvas.tap(position=spot)
    else:
        canvas.hover(position=spot)
        expect(canvas).to_have_attribute("data-pointed", re.compile(r"\d"))
        expect(visitor.page.locator(".card")).to_contain_text("Training image 0")
        canvas.click(position=spot)
    expect(canvas).to_have_attribute("data-pointed", re.compile(r"\d"))
    expect(visitor.page.locator(".card-label")).to_have_text(canvas.get_attribute("data-pointed"))


def test_the_legend_singles_out_digits(visitor):
    visitor.open("/dataset?section=Map")
    canvas = painted_map(visitor)
    seven = visitor.page.locator(".legend").get_by_role("button", name="7")
    seven.click()
    expect(seven).to_have_attribute("aria-pressed", "true")
    canvas.focus()
    visitor.page.keyboard.press("ArrowRight")
    expect(canvas).to_have_attribute("data-pointed", "7")


@pytest.mark.parametrize("section", ["Browse", "One digit", "Overview", "Map", "File", "Vary"])
@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_every_section_fits_the_screen_and_names_its_pictures(visit, section, options):
    visitor = visit(**options).open(f"/dataset?section={section.replace(' ', '+')}")
    expect(visitor.page.locator(".st-key-section [aria-checked=true]")).to_have_text(section)
    expect(visitor.page.locator(".live > *").last).to_be_visible()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= visitor.page.viewport_size["width"]
    assert visitor.page.evaluate("[...document.querySelectorAll('.live img')].every((image) => image.alt.length > 5)")


def test_the_pages_names_stand_side_by_side_on_a_phone(phone):
    phone.open("/dataset")
    links = phone.page.locator(".st-key-navigation").get_by_role("link")
    expect(links).to_have_count(len(PAGES))
    boxes = [link.bounding_box() for link in links.all()]
    assert boxes[0]["x"] >= 0
    assert boxes[-1]["x"] + boxes[-1]["width"] <= PHONE["viewport"]["width"]
    assert len({round(box["y"]) for box in boxes}) == 1
