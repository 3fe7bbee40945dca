"""The screen of a room, for the beamer: how to join, who is there, what was drawn, how it was read."""

import time
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.evaluation.own import Own
from mnist_core.export.images import data_uri, ink_on_paper, png_uri
from mnist_core.kept import encoding
from mnist_core.rooms.drawings import Drawing
from mnist_core.rooms.standing import Standing
from mnist_core.rooms.store import State
from mnist_core.synthesis.non_digits import NONE
from ui import address
from ui.room.look import RoomLook, Training
from ui.training import run as runs

TILE_PX = 64
TILES_KEPT = 1000
GONE = Markup('<section class="room-screen"><p class="room-gone">This room is gone.</p></section>')
STATES = {
    State.FROZEN: "Paused",
    State.OVER: "Time is up",
    State.CLOSED: "Closed",
}


def screen_html(look: RoomLook, shown: str, *, controlled: bool) -> Markup:
    """Lays out all that a room's screen shows.

    Args:
        look: the room as it stands.
        shown: the address under which phones join, or, once the room is closed, take the network home.
        controlled: whether drawings are buttons, for the speaker to choose from.
    """
    stands = look.standing
    if stands is None:
        return GONE
    return Markup(
        '<section class="room-screen" data-state="{}">{}<div class="room-figures">{}</div>{}{}{}</section>'
    ).format(
        stands.state,
        _join_html(stands, shown) if look.network is None else _take_home_html(look.network, shown),
        _figures(stands),
        training_html(look.training)
        if look.training is not None and look.training.is_shown
        else confusion_html(stands.confusion),
        _fooled_html(stands, controlled),
        _wall_html(stands, controlled),
    )


def _join_html(stands: Standing, joining: str) -> Markup:
    return Markup(
        '<div class="room-join">{}<p class="room-code" aria-label="Code">{}</p><p class="room-address">{}</p></div>'
    ).format(address.qr_html(joining), stands.room.code, address.shown(joining))


def _take_home_html(network: str, taking: str) -> Markup:
    return Markup(
        '<div class="room-join">{}<p class="room-take-home">Take the network home</p><p class="room-address">{}</p>'
        '<p class="room-note">“{}” reads digits on your phone.</p></div>'
    ).format(address.qr_html(taking), address.shown_html(taking), network)


def _figures(stands: Standing) -> Markup:
    low_high = stands.interval
    interval = (
        "" if low_high is None else f"{formatting.per_cent(low_high[0], 0)} to {formatting.per_cent(low_high[1], 0)}"
    )
    people = _figure("people", stands.people, "person" if stands.people == 1 else "people")
    return Markup(
        '<p class="room-accuracy" role="status"><strong>{}</strong><span>read right</span><small>{}</small></p>'
        '<div class="room-counts">{}{}{}{}</div>{}'
    ).format(
        formatting.per_cent(stands.accuracy, 1),
        f"95 % confidence interval {interval}" if interval else "nothing is drawn yet",
        people if stands.room.counts_people else "",
        _figure("digits", stands.digits, "digit" if stands.digits == 1 else "digits"),
        _figure("fooled", stands.digits - stands.right, "fooled it"),
        _round_html(stands),
        _leaders_html(stands.leaders),
    )


def _figure(name: str, value: int | str, words: str) -> Markup:
    written = formatting.count(value) if isinstance(value, int) else value
    return Markup('<p class="room-count" data-figure="{}"><strong>{}</strong><span>{}</span></p>').format(
        name, written, words
    )


def _round_html(stands: Standing) -> Markup:
    """Shows how long the round goes on, or that nobody may draw now."""
    if stands.state is not State.OPEN:
        return Markup('<p class="room-count room-state"><strong>{}</strong><span>round {}</span></p>').format(
            STATES[stands.state], stands.room.round
        )
    if stands.room.ends is None:
        return _figure("round", stands.room.round, "round") if stands.room.round > 1 else Markup("")
    left_s = max(0, round(stands.room.ends - time.time()))
    return _figure("left", f"{left_s // 60}:{left_s % 60:02}", f"left in round {stands.room.round}")


def _leaders_html(leaders: Sequence[tuple[str, int]]) -> Markup:
    if not leaders:
        return Markup("")
    rows = Markup("").join(Markup("<li><span>{}</span> <strong>{}</strong></li>").format(*leader) for leader in leaders)
    return Markup('<div class="room-leaders"><h2>Fooled it most</h2><ol>{}</ol></div>').format(rows)


def confusion_html(confusion: Sequence[Sequence[int]]) -> Markup:
    """Draws a confusion matrix that is read from afar: a row for each digit asked for, a column for each one read."""
    most = max((n for row in confusion for n in row), default=0) or 1
    cells = [Markup("<span></span>"), *(_head(name) for name in (*map(str, range(10)), "?"))]
    for digit, row in enumerate(confusion):
        cells.append(_head(str(digit)))
        cells += [_cell(n, n / most, right=digit == column) for column, n in enumerate(row)]
    said = "; ".join(
        f"{digit} read as {'no digit' if column == 10 else column}: {n}"
        for digit, row in enumerate(confusion)
        for column, n in enumerate(row)
        if n and column != digit
    )
    return Markup(
        '<figure class="room-confusion" role="img" aria-label="Confusion matrix. {}"><figcaption>asked for ↓ '
        'read as →</figcaption><div class="room-grid">{}</div></figure>'
    ).format(said or "No mistakes yet.", Markup("").join(cells))


def _head(name: str) -> Markup:
    return Markup("<b>{}</b>").format(name)


def _cell(count: int, share: float, *, right: bool) -> Markup:
    kind = "" if not count else " class=right" if right else " class=wrong"
    return Markup('<span{} style="--share:{:.2f}">{}</span>').format(
        Markup(kind), np.sqrt(share), count if count else ""
    )


def training_html(training: Training) -> Markup:
    """Shows the training that a room has started: its curves, then what was read before and after."""
    run = training.run
    track = run.track
    if training.accuracy is None:
        words, shown = runs.headline(run, track), runs.accuracy_html(run, track)
    else:
        words = f"{run.name} is ready"
        shown = _before_and_after(training.own, training.accuracy, alone=run.recipe.own_alone)
    return Markup('<div class="room-training"><h2 role="status">{}</h2>{}{}</div>').format(
        words, _bar(track.latest.share if track.latest else 0.0) if training.accuracy is None else "", shown
    )


def _bar(share: float) -> Markup:
    return Markup('<div class="run-bar" style="--share:{:.4f}" aria-hidden="true"></div>').format(share)


def _before_and_after(own: Own | None, accuracy: float, *, alone: bool) -> Markup:
    """Compares the model before with the new one, on people whom the new one did not learn from, and on MNIST."""
    if own is None:
        return Markup("<p>Reading what people drew …</p>")
    tested = own.held_back
    people = Markup('<dl class="room-compare"><dt>{}</dt><dd>{}</dd><dt>new model</dt><dd class="new">{}</dd></dl>')
    shares = (
        formatting.per_cent(right / tested.drawings if tested.drawings else None, 1)
        for right in (tested.before, tested.after)
    )
    learned = formatting.counted(own.learned.drawings, "drawing")
    taught = f"{learned} of the room, and nothing else" if alone else f"{learned} of the room"
    return Markup(
        '<p>On {} of people it did not learn from:</p>{}<p class="room-note">It learned from {}. It reads {} of '
        "MNIST’s test images.</p>"
    ).format(
        formatting.counted(tested.drawings, "drawing"),
        people.format(own.before, *shares),
        taught,
        formatting.per_cent(accuracy),
    )


def _fooled_html(stands: Standing, controlled: bool) -> Markup:
    tiles = Markup("").join(_tile(drawing, large=True, controlled=controlled) for drawing in stands.fooled)
    empty = Markup('<p class="room-empty">Nothing has fooled the network yet.</p>')
    return Markup('<div class="room-fooled"><h2>These fooled it</h2><div>{}</div></div>').format(tiles or empty)


def _wall_html(stands: Standing, controlled: bool) -> Markup:
    tiles = Markup("").join(_tile(drawing, large=False, controlled=controlled) for drawing in stands.latest)
    return Markup('<div class="room-wall" aria-label="Latest drawings">{}</div>').format(tiles)


def _tile(drawing: Drawing, *, large: bool, controlled: bool) -> Markup:
    read = "no digit" if drawing.predicted == NONE else str(drawing.predicted)
    said = f"{drawing.asked} read as {read}" if drawing.fooled else str(drawing.asked)
    picture = data_uri(drawing.ink, "image/png") if large else _thumbnail(drawing.ink)
    short = "?" if drawing.predicted == NONE else read
    words = Markup("<span>{} read as <b>{}</b></span>").format(drawing.asked, short) if large else ""
    inner = Markup('<img src="{}" alt="{}">{}').format(picture, said, words)
    kind = "fooled" if drawing.fooled else "right"
    if controlled:
        return Markup('<button type="button" class="tile" data-state="{}" data-choice="{}">{}</button>').format(
            kind, drawing.id, inner
        )
    return Markup('<figure class="tile" data-state="{}">{}</figure>').format(kind, inner)


@lru_cache(TILES_KEPT)
def _thumbnail(png: bytes) -> str:
    """Returns kept ink as a small picture, so that a wall of them is sent quickly."""
    return png_uri(ink_on_paper(encoding.ink_of(png), TILE_PX))
