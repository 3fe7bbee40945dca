"""A drawing on the paper and its history: what was drawn, what undo takes back, what redo brings again.

This module knows nothing about Streamlit or the canvas component; a stroke's path is written as the canvas writes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

HISTORY = 100  # drawings that undo can go back: each holds a PNG of some 10 kB
HISTORY_BYTES = 2_000_000  # that they may take together; of larger ones undo goes back less far


@dataclass(frozen=True)
class Stroke:
    """What the pen drew from where it was put down to where it was lifted."""

    path: str
    """Its steps, as JSON."""
    pen_width_px: float


@dataclass(frozen=True)
class Drawing:
    """The strokes on the paper and their picture."""

    strokes: tuple[Stroke, ...] = ()
    png: bytes = field(default=b"", repr=False)
    """The paper as a PNG; empty where nothing is drawn."""


EMPTY = Drawing()


@dataclass(frozen=True)
class Sketch:
    """A drawing with its history for undo and redo. Every step returns a new sketch."""

    drawing: Drawing = EMPTY
    past: tuple[Drawing, ...] = ()
    future: tuple[Drawing, ...] = ()

    def draw(self, drawing: Drawing) -> "Sketch":
        """Returns the sketch with a new drawing; what was undone cannot be redone any more."""
        known = {stroke: stroke for stroke in self.drawing.strokes}
        shared = replace(drawing, strokes=tuple(known.get(stroke, stroke) for stroke in drawing.strokes))
        return Sketch(shared, _within_bounds((*self.past, self.drawing)[-HISTORY:]))

    def clear(self) -> "Sketch":
        """Empties the paper; undo brings the drawing back."""
        return self.draw(EMPTY) if self.drawing.strokes else self

    def undo(self) -> "Sketch":
        """Undoes the last step."""
        if not self.past:
            return self
        return Sketch(self.past[-1], self.past[:-1], (*self.future, self.drawing))

    def redo(self) -> "Sketch":
        """Redoes the step that was undone last."""
        if not self.future:
            return self
        return Sketch(self.future[-1], (*self.past, self.drawing), self.future[:-1])


def _within_bounds(past: Sequence[Drawing]) -> tuple[Drawing, ...]:
    """Forgets the oldest drawings where all of them together take too much; a stroke of several is counted once."""
    counted: set[int] = set()
    total_bytes, kept = 0, 0
    for drawing in reversed(past):
        new = [stroke for stroke in drawing.strokes if id(stroke) not in counted]
        counted.update(map(id, new))
        total_bytes += len(drawing.png) + sum(len(stroke.path) for stroke in new)
        if total_bytes > HISTORY_BYTES:
            break
        kept += 1
    return tuple(past[len(past) - kept :])


@dataclass(frozen=True)
class Board:
    """A sketch on a canvas in somebody's browser, which draws on its own and reports each drawing.

    The canvas is told what to show only when it appears and after undo, redo or clear; between those it is left alone,
    so that a stroke drawn while the server was busy is never wiped out by an older drawing. What the canvas was told
    it reports back, and this echo is no new step.
    """

    sketch: Sketch = Sketch()
    laid: tuple[Stroke, ...] = ()
    """What the canvas was told last."""
    revision: int = 0
    """Counts how often the canvas was told something."""
    keeps_later: bool = False
    """Whether strokes that were drawn on the canvas before it was told this stay: nobody asked for another drawing."""
    reported: Drawing | None = None
    """What the canvas reported last since it appeared."""
    echoes: tuple[tuple[Stroke, ...], ...] = ()
    """What the canvas was told and has not reported back yet."""
    refusal: str | None = None
    """Why what the canvas reported last was not taken in."""

    def appear(self) -> "Board":
        """Lays the drawing on a canvas that has just appeared."""
        return Board(self.sketch, self.sketch.drawing.strokes, self.revision + 1, keeps_later=True)

    def adopt(self, drawing: Drawing, revision: int) -> "Board":
        """Takes over a canvas that another server has served: its drawing stays, and the canvas is told so.

        Args:
            drawing: what the canvas shows.
            revision: one that the other server has not come to.
        """
        sketch = Sketch().draw(drawing) if drawing.strokes else Sketch()
        strokes = sketch.drawing.strokes
        return Board(sketch, strokes, revision, keeps_later=True, reported=drawing, echoes=(strokes,))

    def refuse(self, reason: str) -> "Board":
        """Takes back what the canvas drew last: it is told to show the drawing as it was before."""
        laid = self.sketch.drawing.strokes
        return replace(self._laying(laid), refusal=reason)

    def report(self, drawing: Drawing) -> "Board":
        """Takes in what the canvas reports."""
        if drawing == self.reported:
            return self
        heard = replace(self, reported=drawing)
        if drawing.strokes in self.echoes:
            return replace(heard, echoes=self.echoes[self.echoes.index(drawing.strokes) + 1 :])
        if not drawing.strokes and not self.sketch.drawing.strokes:
            return heard
        return replace(heard, sketch=self.sketch.draw(drawing), refusal=None)

    def change(self, sketch: Sketch) -> "Board":
        """Returns the board with another sketch, for the canvas to show."""
        if sketch is self.sketch:
            return self
        return replace(self._laying(sketch.drawing.strokes), sketch=sketch, refusal=None)

    def _laying(self, laid: tuple[Stroke, ...]) -> "Board":
        """Makes the canvas show strokes."""
        told = (*self.echoes, laid)[-HISTORY:]
        return replace(self, laid=laid, revision=self.revision + 1, keeps_later=False, echoes=told)
