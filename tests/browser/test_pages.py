"""What holds for every page, in a real browser."""

from collections.abc import Iterator

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.browser import free_port, running_app
from tests.browser.conftest import Visitor
from tests.handwriting import DIGITS, placed
from ui.page import PAGES

PATHS = {
    name: "/" if script == "app.py" else f"/{script.removeprefix('pages/').removesuffix('.py')}"
    for name, script in PAGES.items()
}


@pytest.fixture(scope="module")
def page_and_port(browser: Browser) -> Iterator[tuple[Page, int]]:
    """A browser, and a port for one server after the other, so that it loads their scripts only once."""
    with browser.new_context() as context:
        yield context.new_page(), free_port()


@pytest.mark.parametrize("name", PATHS)
def test_a_cold_server_opened_at_any_page_shows_that_page(page_and_port, name, tmp_path, small_mnist_path):
    page, port = page_and_port
    environment = {"MNIST_STUDIO_HOME": str(tmp_path), "MNIST_PATH": str(small_mnist_path)}
    with running_app(environment=environment, port=port) as app:
        page.goto(app.address + PATHS[name])
        expect(page).to_have_title(f"{name} · MNIST Studio")
        expect(page.locator(".st-key-navigation").get_by_role("link")).to_have_count(len(PATHS))
        page.goto("about:blank")


@pytest.mark.parametrize("somebody", ["open_desk", "open_phone"])
def test_every_page_fits_the_screen_and_none_brings_tensorflow_into_the_server(request, somebody, app):
    visitor: Visitor = request.getfixturevalue(somebody)
    width = visitor.page.viewport_size["width"]
    for name in PATHS:
        visitor.turn_to(name)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert "Traceback" not in visitor.page.inner_text("body"), name
        assert visitor.complaints == [], name
    visitor.begin_anew()
    visitor.draw(*placed(DIGITS[7], 0.6, 0.2, 0.2))
    visitor.expect_answer(7)
    process = psutil.Process(app.process.pid)
    libraries = {region.path for region in process.memory_maps()} if hasattr(process, "memory_maps") else set()
    assert not [path for path in libraries if "/tensorflow/" in path]


@pytest.mark.parametrize("what", ["WebSocket", "iframe"])
def test_a_page_of_another_port_of_this_machine_can_neither_use_nor_frame_the_app(browser, app, what):
    page = browser.new_page()
    page.route("http://127.0.0.1:9/*", lambda route: route.fulfill(body="<p>foreign</p>", content_type="text/html"))
    page.goto("http://127.0.0.1:9/")
    attempt = {
        "WebSocket": """address => new Promise(resolve => {
            const socket = new WebSocket(address.replace("http", "ws") + "/_stcore/stream", ["streamlit"]);
            socket.onopen = () => resolve(true);
            socket.onerror = () => resolve(false);
        })""",
        "iframe": """address => new Promise(resolve => {
            const frame = Object.assign(document.createElement("iframe"), { src: address });
            frame.onload = () => resolve(frame.contentDocument !== null);
            document.body.append(frame);
        })""",
    }
    succeeds = page.evaluate(attempt[what], app.address)
    framed = [frame for frame in page.frames if frame.url.startswith(app.address)]
    assert not succeeds
    assert not [frame for frame in framed if frame.locator("#root").count()]
    page.close()


def test_a_broken_active_model_is_named_and_the_shipped_one_reads(browser, own_model, home):
    (own_model / "model.tflite").write_bytes(b"rubbish")
    (home / "active").write_text("mine\n")
    with running_app(environment={"MNIST_STUDIO_HOME": str(home)}) as app:
        page = browser.new_page()
        page.goto(app.address)
        expect(page.get_by_text("The shipped model reads in its place.")).to_be_visible()
        page.close()


def test_the_model_page_says_what_the_model_reaches(open_desk):
    open_desk.turn_to("The model")
    expect(open_desk.page.locator("body")).to_contain_text("99.")
    expect(open_desk.page.get_by_role("heading", level=1)).to_be_visible()
