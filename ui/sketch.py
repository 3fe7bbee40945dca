"""A drawing on the paper and its history: what was drawn, what undo takes back, what redo brings again.

This module knows nothing about Streamlit or the canvas component; a stroke is whatever the canvas made of it.
"""

from dataclasses import dataclass, field, replace
from typing import Any

Stroke = dict[str, Any]

HISTORY = 100  # drawings that undo can go back: each holds a PNG of some 10 kB


@dataclass(frozen=True)
class Drawing:
    """The strokes on the paper and their picture."""

    strokes: tuple[Stroke, ...] = ()
    png: bytes = field(default=b"", repr=False)
    """The paper as a PNG; empty where nothing is drawn."""


EMPTY = Drawing()


@dataclass(frozen=True)
class Sketch:
    """A drawing with what came before it and what was taken back. Every step gives a new sketch."""

    drawing: Drawing = EMPTY
    past: tuple[Drawing, ...] = ()
    future: tuple[Drawing, ...] = ()

    def draw(self, drawing: Drawing) -> "Sketch":
        """Goes on to a new drawing; what was taken back is forgotten."""
        return Sketch(drawing, (*self.past, self.drawing)[-HISTORY:])

    def clear(self) -> "Sketch":
        """Empties the paper, which undo can take back as any other step."""
        return self.draw(EMPTY) if self.drawing.strokes else self

    def undo(self) -> "Sketch":
        """Takes the last step back."""
        if not self.past:
            return self
        return Sketch(self.past[-1], self.past[:-1], (*self.future, self.drawing))

    def redo(self) -> "Sketch":
        """Does again what was taken back last."""
        if not self.future:
            return self
        return Sketch(self.future[-1], (*self.past, self.drawing), self.future[:-1])


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
    reported: Drawing | None = None
    """What the canvas reported last since it appeared."""
    echoes: tuple[tuple[Stroke, ...], ...] = ()
    """What the canvas was told and has not reported back yet."""

    def appear(self) -> "Board":
        """Lays the drawing on a canvas that has just appeared."""
        return Board(self.sketch, self.sketch.drawing.strokes, self.revision + 1)

    def report(self, drawing: Drawing) -> "Board":
        """Takes in what the canvas reports."""
        if drawing == self.reported:
            return self
        heard = replace(self, reported=drawing)
        if drawing.strokes in self.echoes:
            return replace(heard, echoes=self.echoes[self.echoes.index(drawing.strokes) + 1 :])
        if not drawing.strokes and not self.sketch.drawing.strokes:
            return heard
        return replace(heard, sketch=self.sketch.draw(drawing))

    def change(self, sketch: Sketch) -> "Board":
        """Goes to another sketch, which the canvas is told to show."""
        if sketch is self.sketch:
            return self
        laid = sketch.drawing.strokes
        return replace(self, sketch=sketch, laid=laid, revision=self.revision + 1, echoes=(*self.echoes, laid))
