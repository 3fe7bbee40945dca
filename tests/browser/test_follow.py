"""The bars of the Draw page while the pen is down: read in the browser, until the server's answer stands."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, WebSocketRoute, expect

from benchmarks.browser import CANVAS
from mnist_core.drawing.strokes import PACK_SCALE, Stroke, StrokePack, render
from mnist_core.models import registry
from mnist_core.reading.network import Network
from mnist_core.reading.recognizer import Recognizer
from mnist_core.reading.segmentation import Sheet
from mnist_core.settings import PEN_DIGITS
from tests.browser.conftest import DESKTOP, PHONE, Visit, Visitor, passed
from tests.handwriting import DIGITS, placed, written_number
from ui.draw import engine

SIDE_PX, PEN_PX = 480, 28
LIVE_BEST = ".answer[data-live] .bar-best .bar-digit"
FOLLOWS = ".st-key-hand[data-follows]"
BY_ITSELF = ("engine", "networks")

RECORD = """() => {
    window.frames = [];
    window.said = [];
    let isDown = false;
    addEventListener("pointerdown", () => (isDown = true), true);
    addEventListener("pointerup", () => (isDown = false), true);
    const status = document.querySelector(".answer-words");
    const listener = new MutationObserver(() => window.said.push(isDown));
    listener.observe(status, { subtree: true, childList: true, characterData: true });
    const tick = () => {
        const answer = document.querySelector(".answer");
        const bars = [...answer.querySelectorAll(".bar")];
        window.frames.push({
            isDown,
            isLive: answer.hasAttribute("data-live"),
            state: answer.dataset.state,
            sign: answer.querySelector(".answer-digit")?.textContent,
            best: bars.findIndex((bar) => bar.classList.contains("bar-best")),
            shares: bars.map((bar) => Number(bar.style.getPropertyValue("--share"))),
        });
        requestAnimationFrame(tick);
    };
    tick();
}"""

LOOK = """drawings => drawings.map((pixels) => {
    const values = Float32Array.from(atob(pixels), (character) => character.charCodeAt(0) / 255);
    const ink = { values, height: 480, width: 480 };
    return { isOnePiece: isOnePiece(ink), digit: readInk(ink)?.digit ?? null };
})"""


def written(digit: int) -> list[Stroke]:
    """One hand's digit in the middle of the paper."""
    return placed(DIGITS[digit], size_px=0.6, left_px=0.2, top_px=0.2)


class Pen:
    """A mouse or a finger that can stay on the paper."""

    def __init__(self, visitor: Visitor, *, is_finger: bool) -> None:
        self._page = visitor.page
        self._finger = visitor.page.context.new_cdp_session(visitor.page) if is_finger else None

    def draw(self, *strokes: Stroke) -> None:
        """Draws, and lifts the pen after each stroke."""
        for stroke in strokes:
            self.go_along(stroke)
            self.lift()

    def go_along(self, stroke: Stroke) -> None:
        """Puts the pen down and draws a stroke, in fractions of the paper's side."""
        box = self._page.locator(CANVAS).bounding_box()
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in passed(stroke)]
        if self._finger is None:
            self._page.mouse.move(*points[0])
            self._page.mouse.down()
        else:
            self._touch("touchStart", points[0])
        for point in points[1:]:
            self._page.mouse.move(*point) if self._finger is None else self._touch("touchMove", point)

    def lift(self) -> None:
        """Lifts the pen."""
        self._page.mouse.up() if self._finger is None else self._touch("touchEnd")

    def _touch(self, kind: str, *points: tuple[float, float]) -> None:
        touched = [{"x": x, "y": y} for x, y in points]
        self._finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})


Come = Callable[..., tuple[Visitor, Pen]]


@pytest.fixture
def come(browser: Browser, app, visit: Visit) -> Iterator[Come]:
    """Lets somebody come to the Draw page; whose page is prepared has a new browser, in which no script is kept."""
    visitors: list[Visitor] = []

    def open_page(prepare: Callable[[Page], object] | None = None, **options: Any) -> tuple[Visitor, Pen]:
        if prepare is None:
            visitor = visit(**options)
        else:
            visitor = Visitor(browser.new_context(**{**DESKTOP, **options}).new_page(), app.address)
            visitors.append(visitor)
            prepare(visitor.page)
        visitor.open()
        return visitor, Pen(visitor, is_finger=bool(options.get("has_touch")))

    yield open_page
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    for visitor in visitors:
        visitor.page.context.close()
    assert complaints == []


def wait_until_it_follows(visitor: Visitor) -> None:
    expect(visitor.page.locator(FOLLOWS)).to_be_visible(timeout=60_000)
    visitor.page.evaluate(RECORD)


def frames(visitor: Visitor) -> list[dict[str, Any]]:
    """Returns what every frame has shown since the recording began, without those before the first live one."""
    recorded = visitor.page.evaluate("window.frames")
    first = next(index for index, frame in enumerate(recorded) if frame["isLive"])
    return recorded[first:]


@pytest.mark.parametrize("options", [DESKTOP, PHONE], ids=["mouse", "finger"])
def test_the_bars_follow_the_pen_and_stay_until_the_answer_stands(come, options):
    visitor, pen = come(**options)
    wait_until_it_follows(visitor)
    upright, bar = written(4)[::-1]
    for stroke, digit in ((upright, 1), (bar, 4)):
        visitor.page.evaluate("window.frames = []")
        pen.go_along(stroke)
        expect(visitor.page.locator(LIVE_BEST)).to_have_text(str(digit))
        expect(visitor.page.locator(".answer-digit")).to_have_text(str(digit))
        pen.lift()
        expect(visitor.page.locator(".answer:not([data-live])")).to_be_visible()
        visitor.expect_answer(digit)
        visitor.page.wait_for_timeout(300)

        shown = frames(visitor)
        until_answer = [frame for frame in shown if frame["isLive"]]
        assert shown[: len(until_answer)] == until_answer, "the answer came, and something else after it"
        assert all(frame["state"] in ("digit", "none") for frame in until_answer)
        lifted = [frame for frame in shown if not frame["isDown"]]
        assert {frame["best"] for frame in lifted} == {digit}
        assert {len(frame["shares"]) for frame in shown} == {10}
    assert visitor.page.evaluate("window.said.filter(Boolean)") == [], "a screen reader was spoken to while one drew"


class Server:
    """A server between which and the browser somebody can hold up what it says."""

    def __init__(self) -> None:
        self._held: list[Callable[[], None]] = []
        self._is_slow = False

    def answer_to(self, page: Page) -> None:
        """Stands between a page and the app."""
        page.route_web_socket("**/_stcore/stream", self._connect)

    def hold(self) -> None:
        """Says nothing any more."""
        self._is_slow = True

    def go_on(self) -> None:
        """Says all that was held up, and then goes on."""
        self._is_slow = False
        for say in self._held:
            say()

    def _connect(self, socket: WebSocketRoute) -> None:
        def pass_on(message: str | bytes) -> None:
            self._held.append(lambda: socket.send(message)) if self._is_slow else socket.send(message)

        socket.connect_to_server().on_message(pass_on)


def test_on_a_slow_server_the_bars_stay_where_the_pen_left_them(come):
    server = Server()
    visitor, pen = come(server.answer_to)
    wait_until_it_follows(visitor)
    upright, bar = written(4)[::-1]
    server.hold()
    pen.draw(upright)
    pen.go_along(bar)
    expect(visitor.page.locator(LIVE_BEST)).to_have_text("4")
    visitor.page.evaluate("window.frames = []")
    pen.lift()
    visitor.page.wait_for_timeout(3000)
    assert {(frame["isLive"], frame["best"]) for frame in frames(visitor)} == {(True, 4)}
    server.go_on()
    visitor.expect_answer(4)
    assert {frame["best"] for frame in frames(visitor)} == {4}, "the answer to the first stroke came in between"


def test_a_stroke_that_is_undone_before_it_is_answered_leaves_nothing(come):
    server = Server()
    visitor, pen = come(server.answer_to)
    wait_until_it_follows(visitor)
    pen.draw(*written(1))
    visitor.expect_answer(1)
    visitor.press("Clear")
    visitor.expect_blank()
    visitor.wait_for_script()
    server.hold()
    pen.go_along(written(7)[0])
    expect(visitor.page.locator(LIVE_BEST)).to_have_text("7")
    pen.lift()
    visitor.page.wait_for_timeout(100)
    visitor.page.keyboard.press("Control+z")
    visitor.page.wait_for_timeout(500)
    server.go_on()
    visitor.expect_blank()
    visitor.page.wait_for_timeout(2000)
    visitor.expect_blank()
    expect(visitor.page.locator(".bar-best")).to_have_count(0)
    expect(visitor.page.locator("[data-live]")).to_have_count(0)


def test_a_second_digit_beside_the_first_is_not_read_as_one_with_it(come):
    visitor, pen = come()
    wait_until_it_follows(visitor)
    first = written_number("2", size_px=0.3, left_px=0.1, top_px=0.3)
    second = written_number("6", size_px=0.3, left_px=0.6, top_px=0.3)
    pen.draw(*first)
    visitor.expect_answer(2)
    expect(visitor.page.locator(".answer:not([data-live])")).to_be_visible()
    visitor.wait_for_script()
    visitor.page.evaluate("window.frames = []")
    pen.go_along(*second)
    visitor.page.wait_for_timeout(1000)
    while_drawing = visitor.page.evaluate("window.frames")
    assert {(frame["isLive"], frame["best"]) for frame in while_drawing} == {(False, 2)}
    pen.lift()
    visitor.expect_number("26")


def test_the_bars_of_a_number_stay_while_more_of_it_is_drawn(come):
    visitor, pen = come()
    wait_until_it_follows(visitor)
    pen.draw(*written_number("74", size_px=0.5, left_px=0.15, top_px=0.25, step=0.55))
    visitor.expect_number("74")
    visitor.page.evaluate("window.frames = []")
    pen.go_along(np.array([[0.3, 0.3], [0.7, 0.7]]))
    visitor.page.wait_for_timeout(1000)
    assert {frame["isLive"] for frame in visitor.page.evaluate("window.frames")} == {False}
    pen.lift()


def test_what_is_no_digit_keeps_the_ten_bars_until_the_server_adds_an_eleventh(come):
    visitor, pen = come()
    wait_until_it_follows(visitor)
    pen.go_along(np.array([[0.1 + 0.04 * step, 0.1 if step % 2 else 0.9] for step in range(20)]))
    expect(visitor.page.locator('.answer[data-live][data-state="none"]')).to_be_visible()
    expect(visitor.page.locator(".bar")).to_have_count(10)
    pen.lift()
    expect(visitor.page.locator('.answer:not([data-live])[data-state="none"] .bar')).to_have_count(11)
    visitor.press("Clear")
    visitor.expect_blank()


def test_after_undo_and_clear_the_bars_follow_again(come):
    visitor, pen = come()
    wait_until_it_follows(visitor)
    upright, bar = written(4)[::-1]
    pen.draw(upright, bar)
    visitor.expect_answer(4)
    visitor.press("Undo")
    visitor.expect_answer(1)
    pen.go_along(bar)
    expect(visitor.page.locator(LIVE_BEST)).to_have_text("4")
    pen.lift()
    expect(visitor.page.locator(".answer:not([data-live])")).to_be_visible()
    visitor.expect_answer(4)
    visitor.press("Clear")
    visitor.expect_blank()
    pen.go_along(written(7)[0])
    expect(visitor.page.locator(LIVE_BEST)).to_have_text("7")
    pen.lift()
    visitor.expect_answer(7)


UNKNOWN_LAYER = '{"steps": [{"kind": "attention"}], "digits": {}, "scores": {}}\n'


@pytest.mark.parametrize(
    ("part", "answer"),
    [
        ("engine", None),
        ("weights", None),
        ("engine", {"status": 404}),
        ("weights", {"status": 404}),
        ("weights", {"body": UNKNOWN_LAYER}),
        ("weights", {"body": "half a netw"}),
        ("engine", {"body": "no script", "content_type": "text/javascript"}),
    ],
    ids=["no engine", "no network", "engine gone", "network gone", "unknown layer", "damaged network", "odd script"],
)
def test_where_the_engine_cannot_be_had_the_page_is_as_it_was(come, part, answer):
    asked: list[str] = []

    def answer_instead(route: Route) -> None:
        asked.append(route.request.url)
        route.abort() if answer is None else route.fulfill(**answer)

    visitor, pen = come(lambda page: page.route(f"**/{part}/**", answer_instead))
    visitor.page.wait_for_timeout(4000)
    assert asked
    visitor.page.evaluate(RECORD)
    pen.draw(*written(7))
    visitor.expect_answer(7)
    assert not any(frame["isLive"] for frame in visitor.page.evaluate("window.frames"))
    expect(visitor.page.locator(FOLLOWS)).to_have_count(0)


def test_a_browser_that_saves_data_is_sent_no_engine(come):
    asked: list[str] = []

    def save(page: Page) -> None:
        page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
        page.on("request", lambda request: asked.append(request.url))

    visitor, pen = come(save)
    visitor.page.wait_for_timeout(4000)
    assert not [url for url in asked if any(f"/{part}/" in url for part in BY_ITSELF)]
    pen.draw(*written(7))
    visitor.expect_answer(7)


def some_drawings() -> list[list[Stroke]]:
    """Digits of strangers as far as they have come, two of them side by side, overlapping, one above the other."""
    rng = np.random.default_rng(0)
    pack = StrokePack.load(PEN_DIGITS)
    drawings = []
    for index in rng.choice(len(pack), 30, replace=False):
        digit = [0.2 + 0.6 * stroke / PACK_SCALE for stroke in pack[int(index)]]
        drawings.append(digit)
        *before, last = digit
        drawings.append([*before, last[: max(2, len(last) // 3)]])
        other = [0.2 + 0.6 * stroke / PACK_SCALE for stroke in pack[int(rng.integers(len(pack)))]]
        right, down = rng.choice([0, 0.3, 0.5, 0.8]), rng.choice([0, 0, 0.5])
        scale = rng.choice([0.05, 0.3, 0.6, 1])
        drawings.append([0.5 * s for s in digit] + [0.5 * scale * (s + np.array([right, down])) for s in other])
    return drawings


def test_the_browser_reads_one_digit_only_where_the_program_does(browser):
    inks = [render([SIDE_PX * s for s in drawing], SIDE_PX, PEN_PX) for drawing in some_drawings()]
    page = browser.new_page()
    page.add_script_tag(content=engine.script())
    network = base64.b64encode(registry.shipped().packed_path.read_bytes()).decode()
    page.evaluate(
        "async ([url, digitThreshold]) => { model = await load({ network: url, digitThreshold }); }",
        [f"data:application/octet-stream;base64,{network}", registry.shipped().card["digit_threshold"]],
    )
    looks = page.evaluate(LOOK, [base64.b64encode(np.rint(255 * ink).astype(np.uint8)).decode() for ink in inks])
    page.close()

    one_piece = [Sheet(ink).is_one_piece for ink in inks]
    assert [look["isOnePiece"] for look in looks] == one_piece
    assert 0.3 < np.mean(one_piece) < 0.9
    recognizer = Recognizer(registry.shipped())
    read = [(look["digit"], recognizer.read(ink)) for look, ink in zip(looks, inks, strict=True)]
    followed = [(digit, number) for digit, number in read if digit is not None]
    assert {len(number) for _, number in followed} == {1}
    probabilities, scores = Network(registry.shipped().network)(np.stack([one.model_input for _, (one,) in followed]))
    at_one_look = np.where(scores >= recognizer.digit_threshold, probabilities.argmax(axis=1), -1)
    assert np.mean(at_one_look == [digit for digit, _ in followed]) > 0.98
