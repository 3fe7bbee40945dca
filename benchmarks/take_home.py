"""A model taken home, in Chromium: `python -m benchmarks.take_home [--model NAME] [--count N] [--json]`.

The file is made as the page of the model has it made, and opened from the disk, without a network. Its answers are
compared with the program's: on MNIST's test images, and on pen-drawn digits from the ink on, so that framing is
compared as well. Then ten of these digits are drawn with the mouse, and the time between two frames is taken.
"""

import argparse
import base64
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Page

from benchmarks import command_line
from benchmarks.browser import as_moved, chromium
from mnist_core.data.mnist import load_mnist
from mnist_core.drawing.framing import to_model_input
from mnist_core.drawing.strokes import PACK_SCALE, Stroke, StrokePack
from mnist_core.evaluation.drawn import draw, sample
from mnist_core.reading.recognizer import Recognition, Recognizer
from mnist_core.runs import aside
from mnist_core.settings import stroke_pack

AT_ONCE = 100  # images that are sent to the browser together
SOON_MS = 50
DRAWN = 10  # digits that are drawn with the mouse
WIDE_PX = 640  # of the browser's window

READ_FRAMED = """pixels => {
    const bytes = new Uint8Array(bytesOf(pixels));
    return Array.from({ length: bytes.length / 784 }, (_, at) => {
        const image = bytes.subarray(784 * at, 784 * (at + 1));
        const started = performance.now();
        const reading = read(model, image);
        const ms = performance.now() - started;
        return { ...reading, ms };
    });
}"""
READ_DRAWN = """([pixels, height, width]) => {
    const bytes = new Uint8Array(bytesOf(pixels));
    return Array.from({ length: bytes.length / height / width }, (_, at) => {
        const levels = bytes.subarray(height * width * at, height * width * (at + 1));
        const ink = { values: new Float32Array(levels).map((level) => level / 255), height, width };
        const started = performance.now();
        const framed = frame(ink);
        const looks = readings(model, framed);
        let reading = looks.next().value;
        const firstMs = performance.now() - started;
        let longestMs = 0;
        for (let [before, isDone] = [performance.now(), false]; !isDone; before = performance.now()) {
            const { value, done } = looks.next();
            [reading, isDone] = [value ?? reading, done];
            longestMs = Math.max(longestMs, performance.now() - before);
        }
        return { ...reading, framed: btoa(String.fromCharCode(...framed)), firstMs, longestMs };
    });
}"""
RECORD_FRAMES = """() => {
    window.frames_ms = [];
    let before = performance.now();
    const tick = () => {
        const now = performance.now();
        if (pointer !== null) window.frames_ms.push(now - before);
        before = now;
        requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
}"""


def sent(images: npt.NDArray[np.uint8]) -> str:
    """Writes grey levels as text, for a browser."""
    return base64.b64encode(images.tobytes()).decode()


def read_framed(page: Page, images: npt.NDArray[np.uint8]) -> list[dict[str, Any]]:
    """Lets a page read framed images, uint8 (N, 28, 28): its answers, each with the milliseconds that it took."""
    parts = [images[start : start + AT_ONCE] for start in range(0, len(images), AT_ONCE)]
    return [answer for part in parts for answer in page.evaluate(READ_FRAMED, sent(part))]


def read_drawn(page: Page, inks: Sequence[npt.NDArray[np.float32]]) -> list[dict[str, Any]]:
    """Lets a page frame and read drawings: its answers, each with the framed image and how long looks took.

    These are the first one, with framing (`firstMs`), and the longest of the others, between which the page answers.
    """
    answers = []
    for ink in inks:
        levels = np.rint(ink * 255).astype(np.uint8)
        answers += page.evaluate(READ_DRAWN, [sent(levels), *levels.shape])
    return answers


def read_pack(
    page: Page, recognizer: Recognizer, pack: StrokePack, chosen: Sequence[int]
) -> tuple[list[dict[str, Any]], list[Recognition]]:
    """Lets a page and the program read drawings of a pack's digits; few are held at a time, as all take gigabytes."""
    answers, expected = [], []
    for start in range(0, len(chosen), AT_ONCE):
        inks = [draw(pack, index, 0).ink for index in chosen[start : start + AT_ONCE]]
        answers += read_drawn(page, inks)
        expected += recognizer.recognize_framed(np.stack([to_model_input(ink) for ink in inks]))
    return answers, expected


def agreement(answers: Sequence[dict[str, Any]], expected: Sequence[Recognition]) -> dict[str, float]:
    """Compares a page's answers with the program's."""
    probabilities = np.array([answer["probabilities"] for answer in answers])
    wanted = np.array([recognition.probabilities for recognition in expected])
    scores = np.array([answer["digitScore"] for answer in answers])
    same = [answer["digit"] == recognition.digit for answer, recognition in zip(answers, expected, strict=True)]
    differences = np.abs(probabilities - wanted).max(axis=1)
    return {
        "read": len(answers),
        "same_answer": float(np.mean(same)),
        "largest_difference_of_probability": float(differences.max()),
        "within_0.01": float(np.mean(differences <= 0.01)),
        "largest_difference_of_digit_score": float(
            np.abs(scores - [recognition.digit_score for recognition in expected]).max()
        ),
    }


def grey_levels(answers: Sequence[dict[str, Any]], expected: Sequence[Recognition]) -> npt.NDArray[np.int64]:
    """Returns by how many grey levels at most each drawing was framed differently: (N,)."""
    levels = b"".join(base64.b64decode(answer["framed"]) for answer in answers)
    framed = np.frombuffer(levels, np.uint8).reshape(-1, 28, 28).astype(np.int64)
    return np.abs(framed - [recognition.model_input for recognition in expected]).max(axis=(1, 2))


def frame_times_ms(page: Page, digits: Sequence[Sequence[Stroke]]) -> list[float]:
    """Draws digits with the mouse: the time from frame to frame while the pen is down."""
    page.evaluate(RECORD_FRAMES)
    box = page.locator("#paper").bounding_box()
    assert box is not None
    for strokes in digits:
        for stroke in strokes:
            points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in as_moved(stroke)]
            page.mouse.move(*points[0])
            page.mouse.down()
            for point in points[1:]:
                page.mouse.move(*point)
            page.mouse.up()
        page.locator("#clear").click()
    times: list[float] = page.evaluate("() => window.frames_ms")
    return times


def measure(recognizer: Recognizer, file: Path, count: int | None) -> dict[str, Any]:
    """Measures the page of a model.

    Args:
        recognizer: the model, as the program reads with it.
        file: its page.
        count: of MNIST's test images and of pen-drawn digits; all where None.
    """
    images = load_mnist().x_test[:count]
    pack = StrokePack.load(stroke_pack())
    chosen = sample(pack, count or len(pack), seed=0).tolist()
    with chromium() as browser:
        context = browser.new_context(viewport={"width": WIDE_PX, "height": 900})
        context.set_offline(True)
        page = context.new_page()
        page.goto(file.as_uri())
        on_mnist = read_framed(page, images)
        on_drawn, read_by_program = read_pack(page, recognizer, pack, chosen)
        few = chosen[:: len(chosen) // DRAWN][:DRAWN]
        frames_ms = frame_times_ms(page, [[0.2 + 0.6 / PACK_SCALE * stroke for stroke in pack[one]] for one in few])
    levels = grey_levels(on_drawn, read_by_program)
    return {
        "bytes": file.stat().st_size,
        "mnist": agreement(on_mnist, recognizer.recognize_framed(images)),
        "pen_drawn": agreement(on_drawn, read_by_program),
        "framed_within_a_grey_level": float(np.mean(levels <= 1)),
        "largest_difference_of_grey_level": int(levels.max()),
        "digit_ms": round(statistics.median(answer["ms"] for answer in on_mnist), 1),
        "first_look_with_framing_ms": round(statistics.median(answer["firstMs"] for answer in on_drawn), 1),
        "first_look_with_framing_within_50_ms": float(np.mean([answer["firstMs"] <= SOON_MS for answer in on_drawn])),
        "a_further_look_ms": round(statistics.median([a["longestMs"] for a in on_drawn if a["views"] > 1] or [0.0]), 1),
        "all_views_ms": round(statistics.median([a["ms"] for a in on_mnist if a["views"] > 1] or [0.0]), 1),
        "frames_a_second_while_drawing": round(1000 / statistics.mean(frames_ms), 1),
    }


def main() -> None:
    parser = command_line.parser("take_home", __doc__)
    command_line.add_model(parser)
    parser.add_argument(
        "--count", type=_positive, metavar="N", help="of images and of drawings that are read (default: all)"
    )
    options = parser.parse_args()
    recognizer = command_line.recognizer(options)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.html"
        started = time.perf_counter()
        file.write_bytes(aside.output(["take-home", f"--model={recognizer.model.name}", "--output=-"]))
        made_s = time.perf_counter() - started
        result = {"made_s": round(made_s, 1), **measure(recognizer, file, options.count)}
    if options.json:
        print(json.dumps(result, indent=1))
        return
    print(f"size {result['bytes'] / 1e6:.2f} MB, made in {result['made_s']} s")
    for name in ("mnist", "pen_drawn"):
        part = result[name]
        print(
            f"{name}: same answer for {part['same_answer']:.2%} of {part['read']:,}, probabilities within "
            f"{part['largest_difference_of_probability']:.4f}"
        )
    print(f"framed within a grey level: {result['framed_within_a_grey_level']:.2%}")
    print(
        f"a digit in {result['digit_ms']} ms, with all views {result['all_views_ms']} ms; a first look with framing in "
        f"{result['first_look_with_framing_ms']} ms, within {SOON_MS} ms for "
        f"{result['first_look_with_framing_within_50_ms']:.1%}; each further look, after which the page answers, in "
        f"{result['a_further_look_ms']} ms; {result['frames_a_second_while_drawing']} frames a second"
    )


def _positive(written: str) -> int:
    number = int(written)
    if number < DRAWN:
        raise argparse.ArgumentTypeError(f"N must be at least {DRAWN}, but is {number}.")
    return number


if __name__ == "__main__":
    main()
