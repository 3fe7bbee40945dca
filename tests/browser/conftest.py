"""A running app and real visitors before it: Chromium with a mouse, Chromium as a phone.

Both end with the last test that needs them, so that other tests have the machine to themselves.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, CDPSession, ConsoleMessage, Page, Request, expect

from benchmarks import browser as driving
from benchmarks.browser import CANVAS, App, as_moved, chromium, chromium_path, running_app
from mnist_core.drawing.strokes import Stroke
from mnist_core.training import gpus
from mnist_core.training.gpus import Gpus
from tests.handwriting import drawn

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 3}

LARGE = 0.45  # of the paper's side: a shorter stroke is drawn through all its points
APART = 0.05  # of the paper's side: a page works 30 ms for each position of the pen
STEP = 0.08  # of the paper's side: along straight lines

expect.set_options(timeout=15_000)


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium, with a camera before which somebody holds a written 7."""
    if chromium_path() is None:
        message = "needs Chromium (on Debian: apt install chromium)"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    film = tmp_path_factory.mktemp("film") / "seven.y4m"
    film.write_bytes(filmed(7))
    camera = [f"--use-fake-{part}-for-media-stream" for part in ("device", "ui")]
    with chromium(*camera, f"--use-file-for-fake-video-capture={film}") as started:
        yield started


def filmed(digit: int) -> bytes:
    """A second of video, uncompressed (YUV4MPEG2), of a digit on grey paper in uneven light."""
    side_px = 480
    paper = np.linspace(200, 150, side_px) * np.ones((side_px, 1))
    ink = np.asarray(Image.fromarray(drawn(digit)).resize((side_px, side_px)))
    light = np.rint(paper * (1 - 0.8 * ink)).astype(np.uint8).tobytes()
    colours = np.full(side_px**2 // 2, 128, np.uint8).tobytes()
    header = f"YUV4MPEG2 W{side_px} H{side_px} F10:1 Ip A1:1 C420mpeg2\n"
    return header.encode() + 10 * (b"FRAME\n" + light + colours)


@pytest.fixture(scope="package")
def app(tmp_path_factory: pytest.TempPathFactory, small_mnist_path: Path) -> Iterator[App]:
    home = without_gpus(tmp_path_factory.mktemp("home"))
    with running_app(environment={"MNIST_STUDIO_HOME": str(home), "MNIST_PATH": str(small_mnist_path)}) as started:
        yield started


def passed(stroke: Stroke) -> Stroke:
    """Returns the points that a hand passes along a stroke.

    Of a large one these are fewer: the canvas draws the same curve through them.
    """
    if np.ptp(stroke, axis=0).max() < LARGE:
        return np.array(as_moved(stroke))
    kept = [stroke[0]]
    for point in stroke[1:-1]:
        if np.hypot(*(point - kept[-1])) >= APART:
            kept.append(point)
    return np.array(as_moved(np.stack([*kept, *stroke[1:][-1:]]), STEP))


def draw(page: Page, paper: str, strokes: Sequence[Stroke]) -> None:
    """Draws with the mouse on an element of a page; positions are fractions of its sides."""
    driving.draw(page, [passed(stroke) for stroke in strokes], paper, step=np.inf)


def touch(page: Page, paper: str, strokes: Sequence[Stroke]) -> None:
    """Draws with a finger on an element of a page; positions are fractions of its sides."""
    session: CDPSession = page.context.new_cdp_session(page)
    box = page.locator(paper).bounding_box()
    assert box is not None

    def send(kind: str, points: list[dict[str, float]]) -> None:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    for stroke in strokes:
        spots = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in passed(stroke)]
        send("touchStart", [spots[0]])
        for spot in spots[1:]:
            send("touchMove", [spot])
        send("touchEnd", [])


class Visitor:
    """Somebody with a browser in front of the app."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error.stack}"))
        page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        own = (self.address, self.address.replace("http", "ws"), "data:", "blob:")
        if not request.url.startswith(own):
            self.complaints.append(f"foreign host: {request.url}")

    def open(self, path: str = "/") -> "Visitor":
        """Opens a page and waits until it stands."""
        self.page.goto(self.address + path)
        expect(self.page.locator(".st-key-navigation")).to_be_visible()
        if path == "/":
            self.wait_for_paper()
        return self

    def leave(self) -> None:
        """Leaves the app and forgets it, but for the files that a browser keeps so as not to load them again."""
        if self.page.url.startswith(self.address):
            self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.page.goto("about:blank")
        self.page.context.clear_cookies()

    def wait_for_script(self) -> None:
        """Waits until the server has sent all of the page."""
        expect(self.page.locator('.stApp[data-test-script-state="notRunning"]')).to_be_visible()

    def wait_for_paper(self) -> None:
        """Waits until one can draw, and the paper has come to rest where it stays."""
        expect(self.page.locator(".st-key-hand[data-ready]")).to_be_visible()
        self.wait_for_script()
        place = None
        while place != (place := self.page.locator(CANVAS).bounding_box()):
            self.page.wait_for_timeout(100)

    def draw(self, *strokes: Stroke) -> None:
        """Draws with the mouse; positions are fractions of the paper's side."""
        draw(self.page, CANVAS, strokes)

    def touch(self, *strokes: Stroke) -> None:
        """Draws with a finger."""
        touch(self.page, CANVAS, strokes)

    def expect_answer(self, digit: int) -> None:
        """Waits until the server's answer is this digit."""
        expect(self.page.locator(".answer:not([data-live]) .answer-digit")).to_have_text(str(digit))

    def expect_number(self, *lines: str) -> None:
        """Waits until the page says that this number is written, line by line."""
        expect(self.page.locator(".answer-line")).to_have_text(list(lines))

    def expect_blank(self) -> None:
        """Waits until the page says that nothing is drawn."""
        expect(self.page.locator('.answer[data-state="blank"]')).to_be_visible()

    def clear(self) -> None:
        """Clears the paper, unless nothing is drawn on it."""
        if not self.page.locator('.answer[data-state="blank"]').is_visible():
            self.press("Clear")
            self.expect_blank()

    def painted_picture(self) -> str:
        """Returns the canvas as a PNG."""
        script = 'canvas => canvas.parentElement.querySelector("canvas.lower-canvas").toDataURL()'
        return str(self.page.locator(CANVAS).evaluate(script))

    def press(self, button: str) -> None:
        """Presses one of the page's buttons."""
        self.page.get_by_role("button", name=button, exact=True).click()

    def go_to(self, page: str) -> None:
        """Follows a link of the navigation."""
        self.page.get_by_role("link", name=page, exact=True).click()

    def turn_to(self, page: str) -> None:
        """Follows a link of the navigation and waits until that page stands."""
        self.go_to(page)
        expect(self.page).to_have_title(f"{page} · MNIST Studio")
        self.wait_for_script()

    def begin_anew(self) -> None:
        """Clears the paper, wherever a test before has ended."""
        if urlsplit(self.page.url).path != "/" or not self.page.locator(CANVAS).is_visible():
            self.open()
        self.wait_for_paper()
        self.clear()

    def painted(self) -> int:
        """Counts the canvas pixels that have ink."""
        script = """canvas => {
            const lower = canvas.parentElement.querySelector("canvas.lower-canvas");
            const { data } = lower.getContext("2d").getImageData(0, 0, lower.width, lower.height);
            return data.filter((value, index) => index % 4 === 3 && value > 0).length;
        }"""
        count: int = self.page.locator(CANVAS).evaluate(script)
        return count


Visit = Callable[..., Visitor]


V = TypeVar("V", bound=Visitor)


class Visits:
    """Visits of people whose browsers know nothing of one another.

    Who has left lends their browser to the next: to open the app again takes a quarter of the work.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._gone: dict[str, list[Any]] = defaultdict(list)
        self._here: list[tuple[str, Visitor]] = []

    def begin(self, app: App, kind: type[V], **options: Any) -> V:
        """Lets somebody come to an app: a kind of visitor, and options of their browser."""
        name = repr((kind, sorted(options.items())))
        gone = self._gone[name]
        visitor = gone.pop() if gone else kind(self._browser.new_context(**options).new_page(), app.address)
        visitor.address = app.address
        self._here.append((name, visitor))
        return visitor

    def end(self) -> None:
        """Lets all leave. None may have met an error or a foreign host."""
        complaints = [complaint for _, visitor in self._here for complaint in visitor.complaints]
        for name, visitor in self._here:
            if visitor.page.context.pages == [visitor.page]:
                visitor.leave()
                visitor.complaints.clear()
                self._gone[name].append(visitor)
            else:
                visitor.page.context.close()
        self._here.clear()
        assert complaints == []


@pytest.fixture(scope="package")
def visits(browser: Browser) -> Visits:
    """The visits of all tests, one test's after the other's."""
    return Visits(browser)


@pytest.fixture
def visit(visits: Visits, app: App) -> Iterator[Visit]:
    """Lets visitors come: `visit(**options of the browser)`. None may meet an error or a foreign host.

    Each has a browser of their own, which knows nothing of the visits before.
    """
    yield lambda **options: visits.begin(app, Visitor, **{**DESKTOP, **options})
    visits.end()


Open = Callable[..., Page]


@pytest.fixture
def offline(browser: Browser) -> Iterator[Open]:
    """Opens a file with the network switched off: `offline(path, **options of the browser)`.

    No page may complain, or ask for anything that is not inside of it.
    """
    complaints: list[str] = []
    contexts = []

    def open_file(path: Path, **options: Any) -> Page:
        context = browser.new_context(**{**DESKTOP, **options})
        contexts.append(context)
        context.set_offline(True)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error.stack)))
        page.on("request", lambda request: complaints.append(request.url) if "file:" not in request.url else None)
        page.goto(path.as_uri())
        return page

    yield open_file
    for context in contexts:
        context.close()
    assert [complaint for complaint in complaints if not complaint.startswith("data:")] == []


def without_gpus(home: Path) -> Path:
    """Keeps in an app's home that there is no GPU, so that its Train page need not ask TensorFlow for seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_STUDIO_HOME", str(home))
        gpus.keep(Gpus())
    return home


@pytest.fixture(scope="module")
def open_desk(browser: Browser, app: App) -> Iterator[Visitor]:
    """Somebody at a desk who opens the Draw page once for all tests of a module."""
    with staying(browser, app, DESKTOP) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def open_phone(browser: Browser, app: App) -> Iterator[Visitor]:
    """Somebody with a phone who opens the Draw page once for all tests of a module."""
    with staying(browser, app, PHONE) as visitor:
        yield visitor


@contextmanager
def staying(browser: Browser, app: App, options: dict[str, Any]) -> Iterator[Visitor]:
    """Opens the Draw page for a visitor who stays there."""
    visitor = Visitor(browser.new_context(**options).new_page(), app.address)
    yield visitor.open()
    visitor.page.context.close()


@pytest.fixture
def mouse_writer(open_desk: Visitor) -> Iterator[Visitor]:
    """Somebody with a mouse before clear paper, and with whatever was drawn before to undo."""
    open_desk.begin_anew()
    yield open_desk
    assert open_desk.complaints == []


@pytest.fixture
def finger_writer(open_phone: Visitor) -> Iterator[Visitor]:
    """Somebody with a finger before clear paper, and with whatever was drawn before to undo."""
    open_phone.begin_anew()
    yield open_phone
    assert open_phone.complaints == []


@pytest.fixture
def visitor(visit: Visit) -> Visitor:
    """Somebody at a desk."""
    return visit()


@pytest.fixture
def phone(visit: Visit) -> Visitor:
    """Somebody with a phone."""
    return visit(**PHONE)
