"""From the command to the first page and the first answer: `python -m benchmarks.startup [--json]`.

Beside the app, as a comparison in the same run, an empty Streamlit page is started: the least that can be reached.
"""

import argparse
import json
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np
import psutil
from playwright.sync_api import Browser

from benchmarks.browser import CANVAS, chromium, running_app
from benchmarks.latency import time_strokes

SEVEN = np.array([[0.3, 0.25], [0.7, 0.25], [0.45, 0.8]])
EMPTY_PAGE = "import streamlit as st\nst.title('Nothing')\n"


@dataclass(frozen=True)
class Startup:
    """Medians over the rounds."""

    rounds: int
    page_s: float
    """From the command until there is a canvas to draw on."""
    first_answer_ms: float
    """From lifting the pen for the first time to the painted answer."""
    memory_mb: float
    """Of the server with one visitor who has drawn."""
    empty_page_s: float
    """From the command until an empty Streamlit page is there."""
    empty_page_memory_mb: float


def start_app(browser: Browser) -> tuple[float, float, float]:
    """Starts the app, draws a seven, and gives seconds, milliseconds and megabytes."""
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


def start_empty_page(browser: Browser, script: Path) -> tuple[float, float]:
    """Starts an empty page and gives seconds and megabytes."""
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
    """Starts both in turn, so often."""
    with chromium() as browser, tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "empty.py"
        script.write_text(EMPTY_PAGE, encoding="utf-8")
        start_app(browser)  # compiles the modules and fills the disk's cache
        starts = [(start_app(browser), start_empty_page(browser, script)) for _ in range(rounds)]
    apps, empties = zip(*starts, strict=True)
    page_s, first_answer_ms, memory_mb = map(median, zip(*apps, strict=True))
    empty_page_s, empty_page_memory_mb = map(median, zip(*empties, strict=True))
    return Startup(rounds, page_s, first_answer_ms, memory_mb, empty_page_s, empty_page_memory_mb)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    startup = measure(options.rounds)
    if options.json:
        print(json.dumps(asdict(startup), indent=1))
    else:
        print(f"medians of {startup.rounds} starts")
        print(f"  command to a page to draw on  {startup.page_s:.2f} s (an empty page: {startup.empty_page_s:.2f} s)")
        print(f"  pen up to the first answer    {startup.first_answer_ms:.0f} ms")
        print(
            f"  memory of the server          {startup.memory_mb:.0f} MB (empty: {startup.empty_page_memory_mb:.0f} MB)"
        )


if __name__ == "__main__":
    main()
