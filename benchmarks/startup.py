"""Start-up time to the first page and answer, and memory: `python -m benchmarks.startup [--json]`.

For comparison, an empty Streamlit page is started in the same run: no app can be faster. The Dataset page is also
opened as the first page of a fresh server. Then one visitor goes through all pages and sections while the server's
resident memory is sampled.
"""

import json
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np
import psutil
from playwright.sync_api import Browser, Page

from benchmarks import command_line
from benchmarks.browser import CANVAS, WALL_IS_PAINTED, App, chromium, running_app
from benchmarks.latency import time_strokes

SEVEN = np.array([[0.3, 0.25], [0.7, 0.25], [0.45, 0.8]])
SECTIONS = {
    "/dataset?section=": ("Browse", "One digit", "Overview", "Map", "File", "Vary", "Pen styles"),
    "/train": ("",),
    "/runs": ("",),
    "/evaluation?part=": ("Figures", "Confusion", "Mistakes", "Robustness", "One by one"),
    "/model": ("",),
}
"""The pages besides the first one, and their sections."""
LOOK_S = 0.02  # between two samples of the memory
EMPTY_PAGE = "import streamlit as st\nst.title('Nothing')\n"


@dataclass(frozen=True)
class Startup:
    """Start-up times and memory; medians over the rounds."""

    rounds: int
    page_s: float
    """From the command to a canvas that one can draw on."""
    first_answer_ms: float
    """From the first pen-up to the painted answer."""
    memory_mb: float
    """Of the server with one visitor who has drawn."""
    dataset_page_s: float
    """From opening the Dataset page on a fresh server, in a fresh browser, until its wall of digits can be seen."""
    memory_by_page_mb: dict[str, float]
    """Of the server with one visitor who goes from page to page: the peak on each page."""
    empty_page_s: float
    """From the command to an empty Streamlit page."""
    empty_page_memory_mb: float


def start_app(browser: Browser) -> tuple[float, float, float]:
    """Starts the app and draws a seven; returns `page_s`, `first_answer_ms` and `memory_mb`."""
    started = time.perf_counter()
    with running_app() as app:
        page = browser.new_page()
        page.goto(app.address)
        page.locator(CANVAS).wait_for()
        page_s = time.perf_counter() - started
        (first_answer_ms,) = time_strokes(page, [[SEVEN]])
        memory_mb = psutil.Process(app.process.pid).memory_info().rss / 1e6
        page.close()
    return page_s, first_answer_ms, memory_mb


def open_dataset(browser: Browser) -> float:
    """Opens the Dataset page of a fresh server; returns the seconds until its digits can be seen."""
    with running_app() as app:
        page = browser.new_page()
        started = time.perf_counter()
        page.goto(f"{app.address}/dataset")
        page.wait_for_function(WALL_IS_PAINTED)
        seconds = time.perf_counter() - started
        page.close()
    return seconds


def visit_all(browser: Browser) -> dict[str, float]:
    """Lets a visitor draw and then open every page and section; returns the server's memory in MB by page."""
    with running_app() as app, watched(app) as memory:
        page = browser.new_page()
        page.goto(app.address)
        page.locator(CANVAS).wait_for()
        time_strokes(page, [[SEVEN]])
        found = {"draw": memory.take_mb()}
        for address, sections in SECTIONS.items():
            for section in sections:
                page.goto(f"{app.address}{address}{section}")
                wait_until_still(page)
                name = address.strip("/").partition("?")[0]
                found[f"{name}, {section}" if section else name] = memory.take_mb()
        page.close()
    return found


def wait_until_still(page: Page) -> None:
    """Waits until the page is complete and has requested everything that it needs."""
    page.locator(".st-key-navigation").wait_for()
    page.wait_for_timeout(500)
    page.locator('.stApp[data-test-script-state="notRunning"]').wait_for()
    page.wait_for_timeout(500)


class Memory:
    """The resident memory of a server, sampled all the time."""

    def __init__(self, app: App) -> None:
        self._process, self._most, self._ended = psutil.Process(app.process.pid), 0, threading.Event()

    def watch(self) -> None:
        """Samples until `end` is called."""
        while not self._ended.wait(LOOK_S):
            self._most = max(self._most, self._process.memory_info().rss)

    def end(self) -> None:
        """Stops sampling."""
        self._ended.set()

    def take_mb(self) -> float:
        """Returns the peak in MB since the last call."""
        most, self._most = self._most, 0
        return round(most / 1e6, 1)


@contextmanager
def watched(app: App) -> Iterator[Memory]:
    """Samples a server's memory until the block ends."""
    memory = Memory(app)
    thread = threading.Thread(target=memory.watch)
    thread.start()
    try:
        yield memory
    finally:
        memory.end()
        thread.join()


def start_empty_page(browser: Browser, script: Path) -> tuple[float, float]:
    """Starts an empty page; returns `empty_page_s` and `empty_page_memory_mb`."""
    started = time.perf_counter()
    with running_app(script) as app:
        page = browser.new_page()
        page.goto(app.address)
        page.get_by_role("heading", name="Nothing").wait_for()
        page_s = time.perf_counter() - started
        memory_mb = psutil.Process(app.process.pid).memory_info().rss / 1e6
        page.close()
    return page_s, memory_mb


def measure(rounds: int) -> Startup:
    """Starts app and empty page in turn, `rounds` times each."""
    with chromium() as browser, tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "empty.py"
        script.write_text(EMPTY_PAGE, encoding="utf-8")
        start_app(browser)  # compiles the modules and fills the disk's cache
        starts = [(start_app(browser), start_empty_page(browser, script), open_dataset(browser)) for _ in range(rounds)]
        memory_by_page_mb = visit_all(browser)
    apps, empties, datasets = zip(*starts, strict=True)
    page_s, first_answer_ms, memory_mb = map(median, zip(*apps, strict=True))
    empty_page_s, empty_page_memory_mb = map(median, zip(*empties, strict=True))
    return Startup(
        rounds,
        page_s,
        first_answer_ms,
        memory_mb,
        median(datasets),
        memory_by_page_mb,
        empty_page_s,
        empty_page_memory_mb,
    )


def main() -> None:
    parser = command_line.parser("startup", __doc__)
    parser.add_argument("--rounds", type=int, default=5, help="starts of each kind (default: %(default)s)")
    options = parser.parse_args()
    startup = measure(options.rounds)
    if options.json:
        print(json.dumps(asdict(startup), indent=1))
    else:
        print(f"medians of {startup.rounds} starts")
        print(f"  command to a page to draw on  {startup.page_s:.2f} s (an empty page: {startup.empty_page_s:.2f} s)")
        print(f"  Dataset page from cold        {startup.dataset_page_s:.2f} s")
        print(f"  pen up to the first answer    {startup.first_answer_ms:.0f} ms")
        print(
            f"  memory of the server          {startup.memory_mb:.0f} MB (empty: {startup.empty_page_memory_mb:.0f} MB)"
        )
        for name, memory_mb in startup.memory_by_page_mb.items():
            print(f"    {name:<26}  {memory_mb:.0f} MB")


if __name__ == "__main__":
    main()
