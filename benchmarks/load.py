"""Many visitors at once, without browsers: `python -m benchmarks.load [--visitors N ...] [--watchers N] [--json]`.

Each visitor has a websocket to the app and speaks Streamlit's protocol, as a browser does. Those who draw send a stroke
every two seconds, with the whole drawing so far, as the canvas does, and wait for the answer. Those who watch have the
Train page open while a network is trained. All of them share the machine's cores with the app.
"""

import asyncio
import base64
import io
import json
import random
import resource
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psutil
import websockets
from PIL import Image
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks import command_line
from benchmarks.browser import ROOT, App, as_moved, running_app
from benchmarks.latency import sheets, training
from mnist_core.drawing.strokes import Stroke, render, to_canvas
from ui.draw.canvas import INK, MEDIUM, PAPER_PX, PENS_PX

PERIOD_S = 2.0  # from one stroke of a visitor to the next
SHEETS = 100  # different drawings, shared by all visitors
ARRIVING = 5  # visitors who open their page at the same time
PATIENCE_S = 60  # for an answer
CACHED_RUNS = 2  # for which a browser keeps parts that it may be asked to show again: Streamlit's default
CANVAS, LIVE = "canvas", "live"  # parts of the names of the components that matter here
BLANK = 'data-state=\\"blank\\"'


@dataclass(frozen=True)
class Load:
    """The load of some visitors, on themselves and on the server."""

    visitors: int
    """Visitors who draw."""
    watchers: int
    """Visitors who have the Train page open, while a network is trained."""
    period_s: float
    """From one stroke of a visitor to the next."""
    strokes: int
    answer_ms: float
    """From sending a stroke to the last part of its answer; the median."""
    answer_95_percent_ms: float
    server_ms_a_stroke: float
    """CPU time of the server, that for watchers included."""
    up_bytes_a_stroke: float
    down_bytes_a_stroke: float
    messages_a_stroke: float
    watched_bytes_a_second: float
    """Sent to one watcher."""
    memory_mb_a_visitor: float
    """The server's growth, divided by all visitors."""
    errors: tuple[str, ...]
    busy_cores: float
    """Of the whole machine, other programs included."""


@dataclass
class Received:
    """The answer to a request, counted."""

    answered: bool = False
    bytes: int = 0
    messages: int = 0


@dataclass
class Visitor:
    """A visitor with a page open."""

    address: str
    page: str = ""
    """The page's name in the address; empty for the Draw page."""
    query: str = ""
    """What follows the page's name and a question mark."""
    cookie: str = ""
    answer: str = "-answer"
    """The end of the name of the part that holds the answer."""
    blank: str = BLANK
    """What that part holds while there is none."""
    canvas_id: str = ""
    fragment_id: str = ""
    page_script_hash: str = ""
    received_bytes: int = 0
    _runs: int = 0
    _cached: dict[str, int] = field(default_factory=dict)
    """Parts of the page that the browser still has, by hash, and the run that used them last."""
    _answers: set[str] = field(default_factory=set)
    _polls: dict[str, float] = field(default_factory=dict)
    _drawing: str | None = None
    _socket: Any = None

    async def open(self) -> "Visitor":
        """Opens the page and waits until it is complete."""
        url = self.address.replace("http", "ws") + "/_stcore/stream"
        headers = {"Cookie": self.cookie} if self.cookie else {}
        self._socket = await websockets.connect(
            url,
            subprotocols=["streamlit", "none"],  # type: ignore[list-item]
            additional_headers=headers,
            max_size=None,
        )
        await self._ask()
        return self

    async def close(self) -> None:
        """Leaves the page."""
        await self._socket.close()

    async def draw(self, drawing: str) -> Received:
        """Sends a drawing, as the JSON that the canvas sends, and waits for the answer."""
        return await self._ask(self.fragment_id, drawing)

    async def press(self, button_id: str) -> Received:
        """Presses a button that stands beside the canvas."""
        return await self._ask(self.fragment_id, self._drawing, button_id)

    async def watch(self, until: float) -> None:
        """Polls as often as the page asks for, until a time of the monotonic clock."""
        due = dict.fromkeys(self._polls, time.monotonic())
        while (now := time.monotonic()) < until:
            due = {poll: due.get(poll, now + every_s) for poll, every_s in self._polls.items()}
            if not due:
                return
            poll = min(due, key=lambda poll: due[poll])
            await asyncio.sleep(max(0.0, min(due[poll], until) - now))
            due[poll] += self._polls[poll]
            await self._ask(poll)

    async def _ask(self, fragment_id: str = "", drawing: str | None = None, pressed: str = "") -> Received:
        request = BackMsg()
        state = request.rerun_script
        state.page_name, state.page_script_hash, state.query_string = self.page, self.page_script_hash, self.query
        state.fragment_id, state.is_auto_rerun = fragment_id, bool(fragment_id) and drawing is None
        state.cached_message_hashes.extend(self._cached)
        state.widget_states.SetInParent()
        if drawing is not None:
            state.widget_states.widgets.add(id=self.canvas_id, json_value=drawing)
            self._drawing = drawing
        if pressed:
            state.widget_states.widgets.add(id=pressed, trigger_value=True)
        await self._socket.send(request.SerializeToString())
        received = Received()
        self._runs += 1
        while True:
            content = await asyncio.wait_for(self._socket.recv(), PATIENCE_S)
            received.bytes += len(content)
            received.messages += 1
            message = ForwardMsg.FromString(content)
            if message.metadata.cacheable:
                self._cached[message.ref_hash or message.hash] = self._runs
            match message.WhichOneof("type"):
                case "new_session":
                    if not message.metadata.run.fragment_ids:
                        self._polls.clear()
                case "navigation":
                    self.page_script_hash = message.navigation.page_script_hash
                case "auto_rerun":
                    self._polls[message.auto_rerun.fragment_id] = message.auto_rerun.interval
                case "delta":
                    if self._take(message):
                        self._answers.add(message.hash)
                        received.answered = True
                case "ref_hash":
                    received.answered |= message.ref_hash in self._answers
                case "script_finished" if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    self.received_bytes += received.bytes
                    self._cached = {part: run for part, run in self._cached.items() if run > self._runs - CACHED_RUNS}
                    return received

    def _take(self, message: ForwardMsg) -> bool:
        """Takes in a part of the page; returns whether it is an answer."""
        element = message.delta.new_element
        if element.WhichOneof("type") == "exception":
            raise RuntimeError(f"The page failed: {element.exception.message}")
        component = element.bidi_component
        if CANVAS in component.component_name:
            self.canvas_id, self.fragment_id = component.id, message.delta.fragment_id
        is_answer = LIVE in component.component_name and component.id.endswith(self.answer)
        return is_answer and self.blank not in component.json


def drawings() -> list[list[str]]:
    """Writes digits and returns, for each, the JSON that the canvas sends after each stroke."""
    return [
        [reported(sheet[: count + 1]) for count in range(len(sheet))] for sheet in sheets(SHEETS, digits=1)[:SHEETS]
    ]


def reported(strokes: Sequence[Stroke]) -> str:
    """Returns the JSON that the canvas sends for strokes in fractions of its side."""
    moved = [[(PAPER_PX * x, PAPER_PX * y) for x, y in as_moved(stroke)] for stroke in strokes]
    objects = [
        {
            "type": "Path",
            "version": "7.4.0",
            "originX": "left",
            "originY": "top",
            "stroke": INK,
            "strokeWidth": PENS_PX[MEDIUM],
            "fill": None,
            "path": [["M", *points[0]], *(["Q", *a, *b] for a, b in pairwise(points))],
        }
        for points in moved
    ]
    png = io.BytesIO()
    ink = render([PAPER_PX * stroke for stroke in strokes], PAPER_PX, PENS_PX[MEDIUM])
    Image.fromarray(to_canvas(ink)).save(png, "png")
    url = f"data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}"
    return json.dumps({"drawing": {"raw": {"version": "7.4.0", "objects": objects}, "data": url}})


async def keep_drawing(
    visitor: Visitor, sheets: Sequence[Sequence[str]], until: float, rng: random.Random, period_s: float
) -> list[tuple[float, int, Received]]:
    """Draws a stroke every `period_s`; returns for each the seconds to its answer, the bytes sent, and the answer."""
    drawn = []
    await asyncio.sleep(rng.random() * period_s)
    while time.monotonic() < until:
        for drawing in rng.choice(sheets):
            began = time.monotonic()
            received = await visitor.draw(drawing)
            took_s = time.monotonic() - began
            if not received.answered:
                raise RuntimeError("A stroke was not answered.")
            drawn.append((took_s, len(drawing), received))
            await asyncio.sleep(max(0.0, period_s * rng.uniform(0.75, 1.25) - took_s))
    return drawn


async def measure(app: App, draw: int, watch: int, *, period_s: float, seconds: float) -> Load:
    """Lets visitors open their pages, draw and watch for some seconds, and leave."""
    server, sheets = psutil.Process(app.process.pid), drawings()
    before_mb = server.memory_info().rss / 1e6
    coming = [Visitor(app.address) for _ in range(draw)] + [Visitor(app.address, "train") for _ in range(watch)]
    visitors: list[Visitor] = []
    while coming:
        visitors += await asyncio.gather(*(visitor.open() for visitor in coming[:ARRIVING]))
        del coming[:ARRIVING]
    psutil.cpu_percent()
    cpu_before, began, bytes_before = sum(server.cpu_times()[:2]), time.monotonic(), _received(visitors[draw:])
    until = began + seconds
    done = await asyncio.gather(
        *(
            keep_drawing(visitor, sheets, until, random.Random(number), period_s)
            for number, visitor in enumerate(visitors[:draw])
        ),
        *(visitor.watch(until) for visitor in visitors[draw:]),
        return_exceptions=True,
    )
    took_s = time.monotonic() - began
    busy_cores = psutil.cpu_percent() / 100 * (psutil.cpu_count() or 1)
    server_ms = 1000 * (sum(server.cpu_times()[:2]) - cpu_before)
    grown_mb = server.memory_info().rss / 1e6 - before_mb
    for visitor in visitors:
        with suppress(websockets.WebSocketException, OSError):
            await visitor.close()
    errors = tuple(f"{type(error).__name__}: {error}" for error in done if isinstance(error, BaseException))
    drawn = [stroke for strokes in done if isinstance(strokes, list) for stroke in strokes]
    if len(drawn) < 2:
        raise RuntimeError(f"Nobody could draw: {errors[:1]}")
    times_ms = [1000 * seconds for seconds, _, _ in drawn]
    return Load(
        visitors=draw,
        watchers=watch,
        period_s=period_s,
        strokes=len(drawn),
        answer_ms=median(times_ms),
        answer_95_percent_ms=quantiles(times_ms, n=20)[-1],
        server_ms_a_stroke=server_ms / len(drawn),
        up_bytes_a_stroke=sum(up for _, up, _ in drawn) / len(drawn),
        down_bytes_a_stroke=sum(received.bytes for _, _, received in drawn) / len(drawn),
        messages_a_stroke=sum(received.messages for _, _, received in drawn) / len(drawn),
        watched_bytes_a_second=(_received(visitors[draw:]) - bytes_before) / max(watch, 1) / took_s,
        memory_mb_a_visitor=grown_mb / (draw + watch),
        errors=errors,
        busy_cores=busy_cores,
    )


def _received(visitors: Sequence[Visitor]) -> int:
    return sum(visitor.received_bytes for visitor in visitors)


def main() -> None:
    parser = command_line.parser("load", __doc__)
    parser.add_argument(
        "--visitors",
        type=int,
        nargs="+",
        default=[1, 50, 100],
        help="who draw (default: 1 50 100)",
    )
    parser.add_argument("--watchers", type=int, default=0, help="who watch a training (default: %(default)s)")
    parser.add_argument("--period", type=float, default=PERIOD_S, help="seconds between strokes (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=30.0, help="duration of each run (default: %(default)s)")
    parser.add_argument("--app", type=Path, default=ROOT / "app.py", help="the app.py of another checkout, to compare")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    loads = []
    for visitors in options.visitors:
        with (
            tempfile.TemporaryDirectory() as home,
            running_app(options.app, environment={"MNIST_STUDIO_HOME": home}) as app,
            training(Path(home)) if options.watchers else nullcontext(),
        ):
            loads.append(
                asyncio.run(measure(app, visitors, options.watchers, period_s=options.period, seconds=options.seconds))
            )
    if options.json:
        print(json.dumps([asdict(load) for load in loads], indent=1))
        return
    for load in loads:
        print(
            f"{load.visitors} drawing, {load.watchers} watching: median {load.answer_ms:.0f} ms, "
            f"95 % {load.answer_95_percent_ms:.0f} ms; {load.server_ms_a_stroke:.1f} ms of the server, "
            f"{load.messages_a_stroke:.0f} messages and {load.down_bytes_a_stroke / 1000:.1f} kB a stroke; "
            f"{load.watched_bytes_a_second / 1000:.1f} kB a second to a watcher; "
            f"{load.memory_mb_a_visitor:.1f} MB a visitor; {len(load.errors)} errors {' '.join(load.errors[:1])}"
        )


if __name__ == "__main__":
    main()
