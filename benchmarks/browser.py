"""Starts the app in a process of its own and drives it with Chromium, for benchmarks and browser tests."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from mnist_core.drawing.strokes import Stroke

ROOT = Path(__file__).parent.parent
START_TIMEOUT_S = 60
CANVAS = "canvas.upper-canvas"
WALL_IS_PAINTED = """() => {
    const canvas = document.querySelector(".wall canvas");
    if (!canvas?.width) return false;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.width / 10);
    return data.some((value, index) => index % 4 !== 3 && value > 240);
}"""
"""JavaScript that returns whether the first digits of the Dataset page's wall can be seen."""
STEP = 0.04  # of the paper's side, from one mouse position to the next
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str | None:
    """Finds the system's Chromium or Chrome; None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    macos = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    return next(filter(None, map(shutil.which, (*names, macos))), None)


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Starts Chromium without a window.

    Args:
        flags: command-line flags besides the usual ones.

    Raises:
        RuntimeError: there is none on this machine.
    """
    path = chromium_path()
    if path is None:
        raise RuntimeError("Chromium was not found: install it (on Debian: apt install chromium).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=[*FLAGS, *flags])
        yield browser
        browser.close()


class App:
    """A running app."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.address = f"http://127.0.0.1:{port}"

    def is_healthy(self) -> bool:
        """Returns whether the server answers."""
        try:
            with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def wait_until_healthy(self) -> None:
        """Waits until the server answers.

        Raises:
            RuntimeError: its process ended, or it did not answer in time.
        """
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.is_healthy():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("The app did not start; run `make run` to see why.")
            time.sleep(0.02)


def free_port() -> int:
    """Returns a port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_app(
    script: Path = ROOT / "app.py",
    *,
    environment: Mapping[str, str] | None = None,
    wait: bool = True,
    port: int | None = None,
) -> Iterator[App]:
    """Starts the app on this machine and stops it at the end.

    Args:
        script: the script that Streamlit runs.
        environment: variables to set besides those of this process.
        wait: whether to wait until it answers.
        port: the port that it listens on; by default a free one.
    """
    port = free_port() if port is None else port
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    app = App(process, port)
    try:
        if wait:
            app.wait_until_healthy()
        yield app
    finally:
        process.terminate()
        process.wait(timeout=20)


def draw(page: Page, strokes: Sequence[Stroke], paper: str = CANVAS, step: float = STEP) -> None:
    """Draws strokes with the mouse, in fractions (0..1) of the side of the canvas or of another element."""
    box = page.locator(paper).bounding_box()
    assert box is not None
    for stroke in strokes:
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in as_moved(stroke, step)]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def as_moved(stroke: Stroke, step: float = STEP) -> list[tuple[float, float]]:
    """Returns the points that a hand passes along a stroke, so dense that the canvas does not round corners off."""
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    steps = [np.linspace(0, 1, max(1, round(length / step)), endpoint=False) for length in lengths]
    between = [a + t[:, np.newaxis] * (b - a) for a, b, t in zip(stroke, stroke[1:], steps, strict=False)]
    return [(x, y) for x, y in np.concatenate([*between, stroke[-1:]]).tolist()]
