"""The screen says how a room stands, in HTML in which nothing that a guest typed can be markup."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from mnist_core.evaluation.own import Own, Right
from mnist_core.networks import recipes
from mnist_core.rooms.store import State
from mnist_core.runs.outcomes import State as RunState
from mnist_core.synthesis.non_digits import NONE
from tests.ui.room.conftest import NOW, RUN, a_drawing, a_look, a_room
from ui.room import stage
from ui.room.look import RoomLook, Training

JOINING = "http://198.51.100.7:8501/join?room=KAVOMI"
VOID = {"img", "input", "br", "wbr"}


class Page(HTMLParser):
    """What a browser makes of HTML: its elements and its words."""

    def __init__(self, look: RoomLook, *, controlled: bool = False, shown: str = JOINING) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(str(stage.screen_html(look, shown, controlled=controlled)))
        assert self.open == []
        self.words = " ".join(self.words.split())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self.open[-1] != "svg":
            assert self.open.pop() == tag
        elif tag == "svg":
            self.open.pop()

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.words += f" {data} "

    def classed(self, name: str) -> list[tuple[str, dict[str, str | None]]]:
        return [one for one in self.elements if name in (one[1].get("class") or "").split()]


def confused(*counts: tuple[int, int, int]) -> tuple[tuple[int, ...], ...]:
    """A confusion matrix: how often which digit was read in which column."""
    return tuple(
        tuple(sum(n for digit, read, n in counts if (digit, read) == (row, column)) for column in range(11))
        for row in range(10)
    )


def test_an_empty_room_shows_how_to_join_and_no_share():
    page = Page(a_look())
    for words in ("KAVOMI", "198.51.100.7:8501/join", "nothing is drawn yet", "Nothing has fooled the network yet."):
        assert words in page.words
    assert "%" not in page.words
    (matrix,) = page.classed("room-confusion")
    assert matrix[1]["aria-label"] == "Confusion matrix. No mistakes yet."


def test_a_closed_room_shows_where_its_network_is_taken_home_and_no_longer_how_to_join():
    taking = "http://198.51.100.7:8501/network/own%201"
    look = replace(a_look(a_room(closed=NOW), state=State.CLOSED), network="own 1")
    shown = Page(look, shown=taking)
    for words in (
        "Take the network home",
        "198.51.100.7:8501/ network/ own%201",
        "“own 1” reads digits on your phone.",
    ):
        assert words in shown.words
    (code,) = shown.classed("qr")
    assert code[1]["alt"] == f"QR code of {taking}"
    assert "KAVOMI" not in shown.words


def test_the_share_read_right_has_its_interval_and_every_mistake_is_said():
    page = Page(a_look(confusion=confused((7, 7, 1233), (7, 1, 1), (4, 10, 2))))
    assert "99.8 % read right 95 % confidence interval 99 % to 100 %" in page.words  # Wilson: 0.9929 to 0.9992
    for words in ("1,236 digits", "3 fooled it", "3 people"):
        assert words in page.words
    (matrix,) = page.classed("room-confusion")
    assert matrix[1]["aria-label"] == "Confusion matrix. 4 read as no digit: 2; 7 read as 1: 1"
    assert (len(page.classed("wrong")), len(page.classed("right"))) == (2, 1)


def test_people_are_counted_only_where_the_speaker_wants_it():
    assert "people" not in Page(a_look(a_room(counts_people=False))).words


@pytest.mark.parametrize("state", [State.FROZEN, State.OVER, State.CLOSED])
def test_a_room_in_which_nobody_may_draw_says_why(state):
    page = Page(a_look(a_room(round=3), state=state))
    assert f"{stage.STATES[state]} round 3" in page.words
    assert page.elements[0][1]["data-state"] == state.value


@pytest.mark.parametrize(
    ("left_s", "shown"), [(120, "2:00"), (61, "1:01"), (59.4, "0:59"), (5, "0:05"), (0, "0:00"), (-9, "0:00")]
)
def test_the_time_that_is_left_is_counted_down(clock, left_s, shown):
    assert f"{shown} left in round 2" in Page(a_look(a_room(round=2, ends=NOW + left_s))).words


def test_a_round_without_an_end_is_named_from_the_second_on():
    assert "round" not in Page(a_look()).words
    assert "2 round" in Page(a_look(a_room(round=2))).words


def test_a_room_that_is_gone_says_so():
    assert Page(RoomLook(None)).words == "This room is gone."


@pytest.mark.parametrize("name", ["<b>Bo</b>", '"><img src=x>', "</li></ol><script>", "{0}", "&lt;i&gt;"])
def test_a_guests_name_is_shown_as_it_was_typed_and_is_no_markup(name):
    plain, named = Page(a_look(leaders=(("Bo", 1200),))), Page(a_look(leaders=((name, 1200),)))
    assert named.elements == plain.elements
    assert " ".join(name.split()) in named.words
    assert "Fooled it most" in named.words


def test_drawings_are_buttons_only_where_a_speaker_may_press_them():
    look = a_look(latest=(a_drawing(5, 7, 7), a_drawing(4, 2, NONE)), fooled=(a_drawing(4, 2, NONE),))
    led, alone = Page(look, controlled=True), Page(look)
    assert [(tag, one["data-choice"], one["data-state"]) for tag, one in led.classed("tile")] == [
        ("button", "4", "fooled"),
        ("button", "5", "right"),
        ("button", "4", "fooled"),
    ]
    assert [tag for tag, _ in alone.classed("tile")] == ["figure"] * 3
    assert not [one for tag, one in alone.elements if tag == "button" or "data-choice" in one]
    assert [one["alt"] for tag, one in alone.elements if tag == "img"][1:] == [
        "2 read as no digit",
        "7",
        "2 read as no digit",
    ]


def own(tested: Right) -> Own:
    return Own("shipped", Right(40, 30, 39), tested)


def test_a_training_that_goes_on_shows_its_curve_in_place_of_the_matrix(home):
    page = Page(a_look(training=Training(RUN)))
    assert not page.classed("room-confusion")
    assert page.classed("run-bar")
    assert "is ready" not in page.words


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.CANCELLED])
def test_after_a_training_that_stopped_the_confusion_matrix_is_back(home, state):
    page = Page(a_look(training=Training(replace(RUN, state=state))))
    assert "asked for" in page.words
    assert "is ready" not in page.words


def test_a_new_model_is_compared_on_people_whom_it_did_not_learn_from():
    page = Page(a_look(training=Training(RUN, own(Right(10, 7, 9)), 0.9912)))
    assert page.words.count("own-1 is ready") == 1
    for words in (
        "On 10 drawings of people it did not learn from:",
        "shipped 70.0 % new model 90.0 %",
        "It learned from 40 drawings of the room. It reads 99.12 % of MNIST’s test images.",
    ):
        assert words in page.words
    assert not page.classed("run-bar")


def test_a_network_that_saw_nothing_else_says_so():
    run = replace(RUN, recipe=recipes.of_drawings_alone(40))
    assert (
        "40 drawings of the room, and nothing else."
        in Page(a_look(training=Training(run, own(Right(1, 0, 1)), 0.5))).words
    )


@pytest.mark.parametrize("tested", [None, Right(0, 0, 0)])
def test_figures_that_are_missing_are_not_made_up(tested):
    page = Page(a_look(training=Training(RUN, None if tested is None else own(tested), 0.99)))
    assert "own-1 is ready" in page.words
    assert "0.0 %" not in page.words
