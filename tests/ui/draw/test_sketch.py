from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ui.draw.sketch import EMPTY, HISTORY, HISTORY_BYTES, Board, Drawing, Sketch, Stroke


def drawing(*names: str) -> Drawing:
    return Drawing(tuple(Stroke(name, 28) for name in names), "+".join(names).encode())


A, AB, ABC = drawing("a"), drawing("a", "b"), drawing("a", "b", "c")


def test_undo_and_redo_walk_through_the_strokes_one_by_one():
    sketch = Sketch().draw(A).draw(AB).draw(ABC)

    assert [sketch.undo().drawing, sketch.undo().undo().drawing] == [AB, A]
    assert sketch.undo().undo().redo().drawing == AB
    assert sketch.undo().undo().undo().drawing == EMPTY


def test_at_the_ends_of_the_history_undo_and_redo_change_nothing():
    fresh, drawn = Sketch(), Sketch().draw(A)

    assert fresh.undo() is fresh
    assert drawn.redo() is drawn
    assert fresh.clear() is fresh


def test_clearing_can_be_undone():
    assert Sketch().draw(AB).clear().drawing == EMPTY
    assert Sketch().draw(AB).clear().undo().drawing == AB


def test_a_new_stroke_forgets_what_was_taken_back():
    sketch = Sketch().draw(A).draw(AB).undo().draw(drawing("a", "x"))

    assert sketch.redo() is sketch
    assert sketch.undo().drawing == A


def test_the_history_has_an_end():
    sketch = Sketch()
    for number in range(2 * HISTORY):
        sketch = sketch.draw(drawing(str(number)))

    assert len(sketch.past) == HISTORY


def test_of_large_drawings_undo_goes_back_less_far():
    sketch = Sketch()
    for number in range(20):
        sketch = sketch.draw(Drawing((Stroke(str(number), 28),), bytes(HISTORY_BYTES // 5)))

    assert len(sketch.past) == 4
    assert sketch.undo().drawing.strokes == (Stroke("18", 28),)


def test_a_stroke_of_many_drawings_is_kept_once_and_counted_once():
    sketch = Sketch()
    names = [f"{number}" + "." * (HISTORY_BYTES // 20) for number in range(15)]
    for count in range(1, len(names) + 1):
        sketch = sketch.draw(Drawing(tuple(Stroke(name, 28) for name in names[:count]), b"picture"))

    assert len(sketch.past) == len(names)
    assert len({id(stroke) for step in sketch.past for stroke in step.strokes}) == len(names) - 1


@settings(deadline=None)
@given(st.lists(st.sampled_from(["draw", "undo", "redo", "clear"]), max_size=30))
def test_as_many_redos_as_undos_lead_back(steps):
    sketch = Sketch()
    for number, step in enumerate(steps):
        sketch = sketch.draw(drawing(str(number))) if step == "draw" else getattr(sketch, step)()
    back = sketch
    for _ in sketch.past:
        back = back.undo()
    forth = back
    for _ in sketch.past:
        forth = forth.redo()

    assert back.past == ()
    assert forth == sketch


def test_the_canvas_is_told_nothing_while_someone_only_draws():
    board = Board().appear()
    drawn = board.report(A).report(AB)

    assert (drawn.laid, drawn.revision) == (board.laid, board.revision)
    assert drawn.sketch.drawing == AB


def test_a_report_that_comes_again_is_no_new_stroke():
    board = Board().appear().report(A)

    assert board.report(A) is board


def test_what_the_canvas_reports_back_after_undo_is_no_new_stroke():
    board = Board().appear().report(A).report(AB)
    undone = board.change(board.sketch.undo())
    echoed = undone.report(AB).report(A)

    assert undone.laid == A.strokes
    assert undone.revision == board.revision + 1
    assert echoed.sketch == undone.sketch
    assert echoed.change(echoed.sketch.redo()).sketch.drawing == AB


def test_drawing_the_same_again_after_undo_counts_as_drawn():
    board = Board().appear().report(A)
    undone = board.change(board.sketch.undo()).report(EMPTY)

    assert undone.report(A).sketch.drawing == A


def test_a_canvas_that_appears_again_is_told_the_drawing_of_now():
    board = Board().appear().report(A).report(AB).appear()

    assert board.laid == AB.strokes
    assert board.report(ABC).sketch.undo().drawing == AB


def test_what_is_refused_is_taken_back_from_the_canvas_until_it_draws_something_else():
    board = Board().appear().report(A)
    refused = board.refuse("too much")
    echoed = refused.report(A)

    assert (refused.laid, refused.revision) == (A.strokes, board.revision + 1)
    assert (refused.refusal, echoed.refusal) == ("too much", "too much")
    assert echoed.sketch == board.sketch
    assert echoed.report(AB).refusal is None


def test_a_canvas_that_another_server_has_served_keeps_its_drawing():
    board = Board().adopt(AB, revision=7).report(AB)

    assert (board.laid, board.revision) == (AB.strokes, 7)
    assert board.sketch.drawing == AB
    assert board.sketch.undo().drawing == EMPTY
    assert board.report(ABC).sketch.undo().drawing == AB


def test_what_is_drawn_before_a_new_server_has_answered_stays_but_not_what_is_drawn_before_the_answer_to_clear():
    board = Board().adopt(AB, revision=7)

    assert Board().appear().keeps_later
    assert board.keeps_later
    assert not board.change(board.sketch.clear()).keeps_later
    assert not board.refuse("too much").keeps_later


BUTTONS = ("undo", "redo", "clear")


class Browser:
    """A canvas at the other end of a line: what it says and what it is told arrives late, but in order."""

    def __init__(self) -> None:
        self.board = Board().appear()
        self.shown: tuple = ()
        self.revision = self.board.revision
        self.to_server: deque = deque()
        self.to_canvas: deque = deque()
        self.pressed = 0  # buttons whose effect has not come yet: the pen is held back
        self.drawn = 0
        self.meant = Sketch()  # what the person did, in the order in which the server heard of it

    def stroke(self) -> None:
        if not self.pressed:
            self.drawn += 1
            self.shown = (*self.shown, Stroke(str(self.drawn), 28))
            self.send_drawing("stroke")

    def send_drawing(self, occasion: str) -> None:
        self.to_server.append((occasion, Drawing(self.shown, repr(self.shown).encode())))

    def press(self, button: str) -> None:
        self.pressed += 1
        self.to_server.append((button, None))

    def serve(self) -> None:
        if self.to_server:
            what, drawing = self.to_server.popleft()
            if drawing is None:
                self.board = self.board.change(getattr(self.board.sketch, what)())
                self.meant = getattr(self.meant, what)()
            else:
                self.board = self.board.report(drawing)
                self.meant = self.meant.draw(drawing) if what == "stroke" else self.meant
            self.to_canvas.append((what, self.board.revision, self.board.laid))

    def deliver(self) -> None:
        if self.to_canvas:
            what, revision, laid = self.to_canvas.popleft()
            self.pressed -= what in BUTTONS
            if revision != self.revision:
                self.revision, self.shown = revision, laid
                self.send_drawing("echo")


@pytest.mark.parametrize("keeps_up", [True, False])
@settings(deadline=None)
@given(steps=st.lists(st.sampled_from(["stroke", *BUTTONS, "serve", "deliver"]), max_size=40))
def test_however_slow_the_line_nothing_is_lost_and_nothing_comes_back(keeps_up, steps):
    browser = Browser()
    for step in steps:
        if step in BUTTONS:
            browser.press(step)
        else:
            getattr(browser, step)()
        if keeps_up:
            browser.serve()
            browser.deliver()
    while browser.to_server or browser.to_canvas:
        browser.serve()
        browser.deliver()

    assert browser.shown == browser.board.sketch.drawing.strokes
    assert [d.strokes for d in browser.board.sketch.past] == [d.strokes for d in browser.meant.past]
    assert browser.board.sketch.drawing.strokes == browser.meant.drawing.strokes
