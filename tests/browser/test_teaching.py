"""A visitor teaches the app their hand, in a real browser: by mouse, by finger, by keyboard, in two tabs."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from benchmarks.browser import App, draw, running_app
from mnist_core.drawing.strokes import Stroke
from tests.browser.conftest import DESKTOP, PHONE, Visit, Visitor, staying
from tests.handwriting import DIGITS, placed, written_number

FLAGGED = [np.array([(0.3, 0.25), (0.62, 0.22), (0.45, 0.75)])]
"""A 1 with a level flag, as one hand writes it: a 7 to everybody else."""
ELSEWHERE = [0.6 * stroke + np.array([0.3, 0.25]) for stroke in FLAGGED]
MADE_MS = 120_000  # a network's page, on a busy machine
ALIKE = [stroke * np.array([0.95, 1.05]) for stroke in FLAGGED]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, smaller_mnist_path, few_strokes) -> Iterator[App]:
    """An app with a home of its own, whose active model changes."""
    home = str(tmp_path_factory.mktemp("home"))
    data = {"MNIST_PATH": str(smaller_mnist_path), "STROKE_PACK": str(few_strokes)}
    with running_app(environment={"MNIST_STUDIO_HOME": home, **data}) as started:
        yield started


@pytest.fixture
def come(visit: Visit) -> Visit:
    """Lets somebody come whom nobody has taught anything."""
    return lambda **options: visit(**options).open()


def say(visitor: Visitor, label: str) -> None:
    """Presses what the digit is, and waits for the thanks."""
    visitor.page.locator(f'.corrections [data-label="{label}"]').click()
    expect_thanks(visitor)


def expect_thanks(visitor: Visitor) -> None:
    expect(visitor.page.locator(".thanks")).to_contain_text("Thank you!")


def correct(visitor: Visitor, strokes: list[Stroke], read: int, label: int) -> None:
    """Draws a digit that is misread, and says what it is."""
    visitor.draw(*strokes)
    visitor.expect_answer(read)
    say(visitor, str(label))
    visitor.expect_answer(label)


def test_a_corrected_one_is_read_elsewhere_and_smaller_and_only_by_this_browser(come):
    visitor, other = come(), come()
    correct(visitor, FLAGGED, read=7, label=1)
    expect(visitor.page.locator(".taught")).to_have_text("as you taught it just now")
    assert visitor.page.locator(".taught img").evaluate("image => image.naturalWidth") > 20
    visitor.clear()
    visitor.draw(*ELSEWHERE)
    visitor.expect_answer(1)
    other.draw(*FLAGGED)
    other.expect_answer(7)


def test_a_second_press_takes_the_correction_back(come):
    visitor = come()
    correct(visitor, FLAGGED, read=7, label=1)
    visitor.page.locator('.corrections [data-label="1"]').click()
    visitor.expect_answer(7)
    expect(visitor.page.locator(".thanks")).to_have_text("Taken back: this drawing is not kept.")
    visitor.go_to("My drawings")
    expect(visitor.page.get_by_text("Nothing is kept yet")).to_be_visible()


def test_by_keyboard_alone_a_digit_is_corrected_found_relabelled_and_deleted(come):
    visitor = come()
    visitor.draw(*FLAGGED)
    visitor.expect_answer(7)
    expect(visitor.page.locator('.corrections [data-label="1"]')).to_be_enabled()
    visitor.page.keyboard.press("1")
    expect_thanks(visitor)
    visitor.expect_answer(1)
    link = visitor.page.get_by_role("link", name="My drawings", exact=True)
    link.focus()
    visitor.page.keyboard.press("Enter")
    tile = visitor.page.get_by_role("button", name="1, was read as 7")
    tile.focus()
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator(".near")).to_contain_text("It was read as 7 by shipped")
    visitor.page.get_by_role("button", name="Delete this drawing").focus()
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_text("Nothing is kept yet")).to_be_visible()


def test_with_a_finger_every_digit_of_a_number_is_corrected(come):
    phone = come(**PHONE)
    phone.touch(*written_number("204", size_px=0.22, left_px=0.08, top_px=0.4, step=1.2))
    phone.expect_number("204")
    phone.page.locator(".answer-line button").nth(1).tap()
    expect(phone.page.locator(".corrections .or")).to_have_text("or the 2nd digit is")
    phone.page.locator('.corrections [data-label="6"]').tap()
    expect_thanks(phone)
    phone.expect_number("264")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_number_that_was_read_as_one_digit_is_said_and_divided_from_then_on(come):
    visitor = come()
    touching = [*placed(DIGITS[1], 0.4, 0.15, 0.3), *placed(DIGITS[0], 0.4, 0.33, 0.3)]
    visitor.draw(*touching)
    expect(visitor.page.locator('.answer:not([data-state="blank"])')).to_be_visible()
    visitor.page.get_by_text("Divided wrongly?").click()
    visitor.page.get_by_label("All digits that are written").fill("10")
    visitor.press("That is it")
    expect(visitor.page.locator(".thanks")).to_have_text("Thank you! Remembered as 10 of your hand.")
    visitor.expect_number("10")


def test_two_tabs_of_one_browser_share_what_was_taught(browser, app):
    with staying(browser, app, DESKTOP) as first:
        second = Visitor(first.page.context.new_page(), app.address).open()
        correct(first, FLAGGED, read=7, label=1)
        second.draw(*ELSEWHERE)
        second.expect_answer(1)
        say(second, "right")
        first.go_to("My drawings")
        expect(first.page.locator(".wall-count")).to_have_text("2 drawings")
        assert first.complaints == second.complaints == []


def test_the_wall_is_filtered_and_hands_are_told_apart(come):
    visitor = come()
    correct(visitor, FLAGGED, read=7, label=1)
    visitor.clear()
    visitor.draw(*placed(DIGITS[3], 0.6, 0.2, 0.2))
    visitor.expect_answer(3)
    say(visitor, "right")
    visitor.go_to("My drawings")
    tiles = visitor.page.locator(".drawings button")
    expect(tiles).to_have_count(2)
    visitor.page.get_by_label("How it was read").click()
    visitor.page.get_by_role("option", name="Read wrong").click()
    expect(tiles).to_have_count(1)
    visitor.press("New hand")
    visitor.page.get_by_label("Whose hand is it?").fill("Anna")
    visitor.page.get_by_label("Whose hand is it?").press("Enter")
    visitor.press("Make this hand")
    expect(visitor.page.get_by_text("Nothing is kept yet")).to_be_visible()
    visitor.go_to("Draw")
    visitor.wait_for_paper()
    visitor.clear()
    visitor.draw(*FLAGGED)
    visitor.expect_answer(7)


def test_drawings_go_home_as_a_zip_file_and_come_into_another_browser(come, tmp_path):
    visitor, other = come(), come()
    correct(visitor, FLAGGED, read=7, label=1)
    visitor.go_to("My drawings")
    with visitor.page.expect_download() as download:
        visitor.press("Export as pictures")
    download.value.save_as(tmp_path / "drawings.zip")
    other.go_to("My drawings")
    other.page.locator('input[type="file"]').set_input_files(tmp_path / "drawings.zip")
    other.press("Import these drawings")
    expect(other.page.locator(".wall-count")).to_have_text("1 drawing")
    other.go_to("Draw")
    other.wait_for_paper()
    other.draw(*ELSEWHERE)
    other.expect_answer(1)


def test_the_network_is_taught_compared_used_and_taken_back(come):
    visitor = come()
    for digit in (0, 2, 3, 6):
        visitor.draw(*placed(DIGITS[digit], 0.6, 0.2, 0.2))
        visitor.expect_answer(digit)
        say(visitor, "right")
        visitor.clear()
    visitor.go_to("My drawings")
    expect(visitor.page.get_by_role("button", name="Teach the network")).to_be_disabled()
    visitor.go_to("Draw")
    visitor.wait_for_paper()
    correct(visitor, FLAGGED, read=7, label=1)
    visitor.go_to("My drawings")
    visitor.press("Teach the network")
    use = visitor.page.get_by_role("button", name="Use this model")
    expect(use).to_be_visible(timeout=120_000)
    table = visitor.page.locator(".comparison")
    for row in ("Drawings it learned from", "Drawings held back", "Test accuracy", "Accuracy on pen-drawn digits"):
        expect(table).to_contain_text(row)
    use.click()
    expect(visitor.page.get_by_text("is active: it reads what everybody draws.")).to_be_visible()
    visitor.press("Go back to shipped")
    expect(visitor.page.get_by_role("button", name="Use this model")).to_be_visible()


def test_on_postgresql_drawings_are_kept_and_while_it_is_away_one_draws_on(browser, postgres, tmp_path):
    environment = {"MNIST_STUDIO_HOME": str(tmp_path), "DATABASE_URL": postgres.database()}
    with running_app(environment=environment) as app, staying(browser, app, DESKTOP) as visitor:
        correct(visitor, FLAGGED, read=7, label=1)
        postgres.stop()
        try:
            visitor.clear()
            visitor.draw(*placed(DIGITS[3], 0.6, 0.2, 0.2))
            visitor.expect_answer(3)
            expect(visitor.page.get_by_test_id("stAlert")).to_contain_text("The database of kept drawings")
            visitor.page.locator('.corrections [data-label="8"]').click()
            expect(visitor.page.locator(".thanks")).to_contain_text("The database of kept drawings")
        finally:
            postgres.start()
        visitor.page.wait_for_timeout(5_500)  # after a failure the app asks no more for so long
        visitor.clear()
        visitor.draw(*ELSEWHERE)
        visitor.expect_answer(1)
        visitor.go_to("My drawings")
        expect(visitor.page.locator(".wall-count")).to_have_text("1 drawing")
        assert visitor.complaints == []


def test_what_a_hand_has_taught_is_taken_home_if_it_wishes_and_by_nobody_else(come, tmp_path):
    visitor, other = come(), come()
    correct(visitor, FLAGGED, read=7, label=1)
    saved: list[Path] = []
    for who, wishes in ((visitor, True), (visitor, False), (other, False)):
        who.turn_to("The model")
        who.press("Take this network home (.html)")
        dialog = who.page.get_by_role("dialog")
        save = dialog.get_by_role("button", name="Save, ")
        expect(save).to_be_visible(timeout=MADE_MS)
        expect(dialog.get_by_text("With what I have taught it")).to_have_count(int(who is visitor))
        if wishes:
            dialog.get_by_text("With what I have taught it").click()
            save = dialog.get_by_role("button", name="Save as taught, ")
            expect(save).to_be_visible()
        with who.page.expect_download() as download:
            save.click()
        saved.append(tmp_path / f"{len(saved)}-{download.value.suggested_filename}")
        download.value.save_as(saved[-1])
        who.open()
    assert [path.name for path in saved] == ["0-shipped-as-taught.html", "1-shipped.html", "2-shipped.html"]
    assert saved[1].read_bytes() == saved[2].read_bytes()
    assert other.page.request.get(f"{other.address}/network/shipped").body() == saved[1].read_bytes()

    page = other.page.context.new_page()
    for path, digit, words in ((saved[0], "1", "as you taught it"), (saved[1], "7", "confidence")):
        page.goto(path.as_uri())
        draw(page, FLAGGED, "#paper")
        expect(page.locator("#digit")).to_have_text(digit)
        expect(page.get_by_role("status")).to_contain_text(words)
