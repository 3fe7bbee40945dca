"""A room at a talk, without browsers: `python -m benchmarks.room [--guests N ...] [--database URL] [--json]`.

Each guest has a websocket to the app and speaks Streamlit's protocol, as a phone does: they join the room, draw a
stroke every two seconds, wait for the answer, and finish a digit every ten. The screen of the room is open meanwhile.
All of them share the machine's cores with the app. Every digit that was confirmed is looked for in the database.
"""

import asyncio
import itertools
import json
import os
import random
import resource
import secrets
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from statistics import median, quantiles

import psutil
import websockets
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks import command_line
from benchmarks.browser import App, running_app
from benchmarks.latency import sheets
from benchmarks.load import ARRIVING, Received, Visitor, reported
from mnist_core import settings
from mnist_core.kept import database
from mnist_core.rooms import standing, store
from ui.server import HAND

PERIOD_S = 2.0  # from one stroke to the next
STROKES = 4  # of a digit, which is finished one period after the last
SHEETS = 100
LEFT_S = 60.0  # after which the memory of those who have left is looked at


@dataclass(frozen=True)
class RoomLoad:
    """The load of a room on its guests, its screen and the server."""

    guests: int
    database: str
    join_s: float
    """From opening the page to a page that is complete, `ARRIVING` guests at a time; the median."""
    strokes: int
    answer_ms: float
    """From sending a stroke to the last part of its answer; the median."""
    answer_95_percent_ms: float
    finished: int
    finish_ms: float
    """From pressing *Next* to the next digit on the phone; the median."""
    finish_95_percent_ms: float
    lost: int
    """Digits that were confirmed on a phone and are not in the database."""
    screen_s: float | None
    """From that confirmation to the screen; the median. None where the screen showed nothing in time."""
    screen_most_s: float | None
    memory_mb_a_guest: float
    """The server's growth, divided by the guests."""
    memory_kept_mb_a_guest: float
    """What is left of it `LEFT_S` after they have gone."""
    server_cores: float
    """CPU time of the server a second."""
    errors: tuple[str, ...]


@dataclass
class Guest(Visitor):
    """Somebody with a phone."""

    finish_id: str = ""
    asked: str = ""
    """What stands above the paper: the digit to draw, and what became of the last one."""

    def _take(self, message: ForwardMsg) -> bool:
        element = message.delta.new_element
        if element.WhichOneof("type") == "button" and element.button.id.endswith("-finish"):
            self.finish_id = element.button.id
        if element.bidi_component.id.endswith("-phone_prompt"):
            self.asked = element.bidi_component.json
        return super()._take(message)

    async def finish(self) -> Received:
        """Presses *Next*.

        Raises:
            RuntimeError: nothing else is asked for afterwards.
        """
        before = self.asked
        received = await self.press(self.finish_id)
        if self.asked == before or ("Your" not in self.asked and "fooled" not in self.asked):
            raise RuntimeError(f"A digit was not taken: {self.asked[-200:]}")
        return received


@dataclass
class Screen(Visitor):
    """The screen of the room."""

    confirmed: list[float] = field(default_factory=list)
    """When each digit was confirmed on a phone."""
    shown: list[float] = field(default_factory=list)
    """How long each took from there to this screen."""

    def _take(self, message: ForwardMsg) -> bool:
        component = message.delta.new_element.bidi_component
        if component.id.endswith("-stage"):
            count = int(
                component.json.partition('data-figure=\\"digits\\"><strong>')[2].partition("<")[0].replace(",", "")
            )
            now = time.monotonic()
            self.shown += [now - then for then in self.confirmed[len(self.shown) : count]]
        return super()._take(message)


def writings() -> list[list[str]]:
    """Returns, for each of some digits, the JSON that the canvas sends while it is drawn, anew until there are enough.

    That is after each stroke; who has drawn fewer than `STROKES` clears the paper and draws another digit.
    """
    single = itertools.cycle(
        [reported(sheet[: count + 1]) for count in range(len(sheet))] for sheet in sheets(SHEETS, 1)
    )
    return [list(itertools.islice(itertools.chain.from_iterable(single), STROKES)) for _ in range(SHEETS)]


async def keep_drawing(
    guest: Guest, screen: Screen, writings: Sequence[Sequence[str]], until: float, rng: random.Random, period_s: float
) -> tuple[list[float], list[float]]:
    """Draws and finishes digits; returns for each stroke and each digit how many seconds it took."""
    strokes_s: list[float] = []
    finished_s: list[float] = []
    await asyncio.sleep(rng.random() * period_s)
    while time.monotonic() < until:
        for drawing in (*rng.choice(writings), None):
            began = time.monotonic()
            if drawing is None:
                await guest.finish()
                screen.confirmed.append(time.monotonic())
                finished_s.append(time.monotonic() - began)
            else:
                if not (await guest.draw(drawing)).answered:
                    raise RuntimeError("A stroke was not answered.")
                strokes_s.append(time.monotonic() - began)
            await asyncio.sleep(max(0.0, period_s * rng.uniform(0.75, 1.25) - (time.monotonic() - began)))
    return strokes_s, finished_s


async def measure(app: App, guests: int, *, period_s: float, seconds: float, left_s: float = LEFT_S) -> RoomLoad:
    """Opens a room, lets guests join it, draw for some seconds, and leave."""
    server, written = psutil.Process(app.process.pid), writings()
    room = store.open_for(secrets.token_hex(32))
    screen = Screen(app.address, "room", f"screen={room.code}")
    await screen.open()
    before_mb = server.memory_info().rss / 1e6
    coming = [
        Guest(
            app.address,
            "join",
            f"room={room.code}",
            cookie=f"{HAND}={secrets.token_urlsafe(32)}",
            answer="-phone_prompt",
            blank='data-state=\\"last\\"',
        )
        for _ in range(guests)
    ]
    joined_s: list[float] = []

    async def join(guest: Guest) -> None:
        began = time.monotonic()
        await guest.open()
        joined_s.append(time.monotonic() - began)

    for first in range(0, guests, ARRIVING):
        await asyncio.gather(*map(join, coming[first : first + ARRIVING]))
    cpu_before, began = sum(server.cpu_times()[:2]), time.monotonic()
    until = began + seconds
    watching = asyncio.create_task(screen.watch(until + PERIOD_S))
    done = await asyncio.gather(
        *(
            keep_drawing(guest, screen, written, until, random.Random(number), period_s)
            for number, guest in enumerate(coming)
        ),
        return_exceptions=True,
    )
    await watching
    took_s = time.monotonic() - began
    cores = (sum(server.cpu_times()[:2]) - cpu_before) / took_s
    grown_mb = server.memory_info().rss / 1e6 - before_mb
    for visitor in coming:
        with suppress(websockets.WebSocketException, OSError):
            await visitor.close()
    await asyncio.sleep(left_s)
    left_mb = server.memory_info().rss / 1e6 - before_mb
    with suppress(websockets.WebSocketException, OSError):
        await screen.close()
    errors = tuple(f"{type(error).__name__}: {error}" for error in done if isinstance(error, BaseException))
    strokes_ms = [1000 * s for drawn in done if isinstance(drawn, tuple) for s in drawn[0]]
    finished_ms = [1000 * s for drawn in done if isinstance(drawn, tuple) for s in drawn[1]]
    if len(strokes_ms) < 2 or len(finished_ms) < 2:
        raise RuntimeError(f"Nobody could draw: {errors[:1]}")
    return RoomLoad(
        guests=guests,
        database=database.address().partition(":")[0].partition("+")[0],
        join_s=median(joined_s),
        strokes=len(strokes_ms),
        answer_ms=median(strokes_ms),
        answer_95_percent_ms=quantiles(strokes_ms, n=20)[-1],
        finished=len(screen.confirmed),
        finish_ms=median(finished_ms),
        finish_95_percent_ms=quantiles(finished_ms, n=20)[-1],
        lost=len(screen.confirmed) - standing.of(room).digits,
        screen_s=median(screen.shown) if screen.shown else None,
        screen_most_s=max(screen.shown, default=None),
        memory_mb_a_guest=grown_mb / guests,
        memory_kept_mb_a_guest=left_mb / guests,
        server_cores=cores,
        errors=errors,
    )


def main() -> None:
    parser = command_line.parser("room", __doc__)
    parser.add_argument("--guests", type=int, nargs="+", default=[20, 100], help="(default: 20 100)")
    parser.add_argument("--database", help="the address of a PostgreSQL database; by default SQLite in a new home")
    parser.add_argument("--period", type=float, default=PERIOD_S, help="seconds between strokes (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60.0, help="duration of each run (default: %(default)s)")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    loads = []
    for guests in options.guests:
        with tempfile.TemporaryDirectory() as home:
            os.environ[settings.HOME] = home
            if options.database:
                os.environ[settings.DATABASE] = options.database
            with running_app() as app:
                loads.append(asyncio.run(measure(app, guests, period_s=options.period, seconds=options.seconds)))
            database.close()
        if not options.json:
            print(sentence(loads[-1]), flush=True)
    if options.json:
        print(json.dumps([asdict(load) for load in loads], indent=1))


def sentence(load: RoomLoad) -> str:
    """Writes what was measured."""
    if load.screen_s is None or load.screen_most_s is None:
        screen = "not on the screen in time"
    else:
        screen = f"on the screen after {load.screen_s:.1f} s, at most {load.screen_most_s:.1f} s"
    return (
        f"{load.guests} guests, {load.database}: joined in {load.join_s:.1f} s; answer median {load.answer_ms:.0f} ms, "
        f"95 % {load.answer_95_percent_ms:.0f} ms; next digit {load.finish_ms:.0f} ms, 95 % "
        f"{load.finish_95_percent_ms:.0f} ms; {load.finished} digits, {load.lost} lost; {screen}; "
        f"{load.memory_mb_a_guest:.1f} MB a guest, "
        f"{load.memory_kept_mb_a_guest:.1f} MB once they have left; {load.server_cores:.2f} cores; "
        f"{len(load.errors)} errors {' '.join(load.errors[:1])}"
    )


if __name__ == "__main__":
    main()
