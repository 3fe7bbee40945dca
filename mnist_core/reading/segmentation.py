"""Finds the digits of a written number: which ink belongs together, and in which order it is read.

The classical way is heuristic over-segmentation (LeCun et al. 1998, section V): the ink falls into pieces, rather too
many than too few; every run of neighbouring pieces may be a digit; a network says how well each would do as one; and
the best path through them is the number. A piece is a connected stroke, or a part of one.

    segmentation    a sheet: the map of a drawing and its strokes
    pieces          pieces of ink and their boxes
    lines           strokes sorted into lines of writing
    division        touching neighbours divided by the pen's strokes or by cuts
    seams           where a stroke may be cut
    candidates      runs of pieces that may be one digit, and the best path through them

A stranger may show anything, a page of text or dotted paper, so the work is bounded: in separate strokes, in how far
their boxes overlap, and in the strokes that a digit may consist of.

These modules know shapes only; `mnist_core.reading.numbers` brings the network.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from mnist_core.drawing.framing import FAINTEST_INK, Ink, extent, reduced
from mnist_core.drawing.strokes import PenStroke, Stroke
from mnist_core.errors import StudioError
from mnist_core.reading.candidates import PROPORTIONS, Candidate, Line
from mnist_core.reading.division import Part, divide_by_pen, divide_by_seams
from mnist_core.reading.lines import line_of, lines_of
from mnist_core.reading.pieces import Box, Boxes, Piece, mask_of

LONGEST_PX = 480  # the longer side of the map on which strokes are told apart: that of the Draw page's paper
TOUCHING = np.ones((3, 3), int)  # pixels that share a corner are one stroke
SPECK = 0.06  # of the tallest stroke: smaller in both directions is dust; chosen by eye

MOST_STROKES = 1000  # on a sheet, dust not counted: a printed page of 18 x 28 digits has 504, ten lines of text 600
MOST_OVERLAP = 6  # of the map's area in the boxes of its strokes: hatching has dozens, a written page at most 1
LARGEST_CANDIDATE_PX = 480  # a candidate's longer side: the paper's digits stay as they are, larger ones are reduced
MOSTLY = 0.5  # of a pen stroke's points: so many on a digit's ink, and it is that digit's
MARGIN = 5  # the paper around a candidate is its longer side divided by this


class TooMuchToRead(StudioError):
    """A drawing or picture holds more than can be read in the time that a person waits."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"There is too much here to read at once: {found}. Show fewer digits, or only a part of the page."
        )


class Sheet:
    """A drawing and a map of its strokes."""

    def __init__(self, ink: Ink, pen_strokes: Sequence[PenStroke] = ()) -> None:
        """Separates the strokes of a drawing.

        Args:
            ink: float32 (H, W) in [0, 1]; 0 is paper, 1 is ink; not blank.
            pen_strokes: how it was drawn, in the ink's pixels, where that is known.

        Raises:
            TooMuchToRead: it has more strokes than can be read.
        """
        visible = np.where(ink < FAINTEST_INK, np.float32(0), ink)
        rows, columns = extent(visible)
        self._ink = visible[rows, columns]
        self._block = -(-max(self._ink.shape) // LONGEST_PX)
        self._map = reduced(self._ink, self._block)
        corner_px = np.array([columns.start, rows.start])
        self._pen_strokes = [
            PenStroke((points - corner_px) / self._block, width_px / self._block) for points, width_px in pen_strokes
        ]
        labelled, count = ndimage.label(self._map > 0, TOUCHING)
        slices = ndimage.find_objects(labelled)
        boxes = np.array([(down.start, down.stop, right.start, right.stop) for down, right in slices], np.int32)
        kept = _larger_than_dust(boxes)
        if len(kept) > MOST_STROKES:
            raise TooMuchToRead(f"{len(kept):,} separate strokes, and at most {MOST_STROKES:,} can be told apart")
        if _area(boxes[kept]) > MOST_OVERLAP * self._map.size:
            raise TooMuchToRead("its strokes lie over and over one another, as hatching does")
        self._labels = itertools.count(count + 1)
        self._strokes = [
            Piece((index + 1,), Box(*boxes[index].tolist()), labelled[slices[index]] == index + 1)
            for index in kept.tolist()
        ]
        self.has_dust = len(self._strokes) < count
        """Whether there are specks that belong to no digit."""

    @property
    def stroke_count(self) -> int:
        """The number of connected strokes, without dust."""
        return len(self._strokes)

    @cached_property
    def is_one_piece(self) -> bool:
        """Whether all ink is one piece, unless it is divided."""
        return len(self.lines) == len(self.lines[0].pieces) == 1 and not self.has_dust

    @cached_property
    def lines(self) -> list[Line]:
        """The lines of writing, from top to bottom."""
        return lines_of(self._strokes)

    @cached_property
    def as_one_line(self) -> Line:
        """All strokes as one line, wherever they are."""
        return line_of(self._strokes)

    def take_apart(self, line: Line, doubtful: Sequence[Candidate]) -> Line:
        """Divides pieces that may be touching neighbours into what the pen drew one after the other.

        Args:
            line: one of this sheet's.
            doubtful: the candidates whose pieces are divided.

        Returns:
            The line with more pieces; the same line where the pen's strokes are unknown or divide nothing.
        """
        if not self._pen_strokes:
            return line
        divided = self._divided(line, doubtful, lambda piece: divide_by_pen(piece, self._pen_strokes))
        return line if divided is line else line_of(divided.pieces)

    def cut(self, line: Line, doubtful: Sequence[Candidate]) -> Line:
        """Cuts pieces that may be touching neighbours.

        Args:
            line: one of this sheet's.
            doubtful: the candidates whose pieces are cut.

        Returns:
            The line with more pieces; the same line where there is nothing to cut.
        """
        return self._divided(line, doubtful, lambda piece: divide_by_seams(piece, self._shape_of(piece), line.height))

    def ink_of(self, candidate: Candidate, line: Line) -> Ink:
        """Returns the ink of a line's candidate alone, float32 (h, w), with some paper around it.

        It has the drawing's own scale, or is reduced to `LARGEST_CANDIDATE_PX`.
        """
        box, block = candidate.box, self._block
        belongs = mask_of(line.pieces[candidate.first : candidate.after], box)
        rows = slice(box.top * block, min(box.bottom * block, self._ink.shape[0]))
        columns = slice(box.left * block, min(box.right * block, self._ink.shape[1]))
        ink = self._ink[rows, columns]
        if block > 1:
            belongs = belongs.repeat(block, axis=0).repeat(block, axis=1)[: ink.shape[0], : ink.shape[1]]
        alone = np.where(belongs, ink, np.float32(0))
        alone = reduced(alone, -(-max(alone.shape) // LARGEST_CANDIDATE_PX), mean=True)
        return np.pad(alone, max(alone.shape) // MARGIN)

    def strokes_of(self, candidate: Candidate, line: Line) -> list[PenStroke]:
        """Returns the strokes of the pen that drew a line's candidate, in the pixels of its `ink_of`.

        Those are the strokes of whose points most lie on its ink; none where the strokes are unknown.
        """
        if not self._pen_strokes:
            return []
        box = candidate.box
        belongs = mask_of(line.pieces[candidate.first : candidate.after], box)
        corner_px = np.array([box.left, box.top])
        shares = _shares_within(belongs, corner_px, [points for points, _ in self._pen_strokes])
        own = [
            PenStroke(points - corner_px, width_px)
            for (points, width_px), share in zip(self._pen_strokes, shares, strict=True)
            if share > MOSTLY
        ]
        longer_px = max(belongs.shape) * self._block
        reduction = -(-longer_px // LARGEST_CANDIDATE_PX)
        scale, margin_px = self._block / reduction, longer_px // reduction // MARGIN
        return [PenStroke(points * scale + margin_px, width_px * scale) for points, width_px in own]

    def pixels_of(self, candidate: Candidate) -> int:
        """Returns how many of the drawing's pixels a candidate covers: what preparing its ink costs."""
        return candidate.box.height * candidate.box.width * self._block**2

    def _shape_of(self, piece: Piece) -> Ink:
        """Returns a piece's ink on the map, float32 (h, w) in its box."""
        box = piece.box
        return np.where(piece.mask, self._map[box.top : box.bottom, box.left : box.right], np.float32(0))

    def _divided(self, line: Line, doubtful: Sequence[Candidate], divide: Callable[[Piece], list[Part]]) -> Line:
        """Divides the pieces of a line's candidates; returns the same line where that makes no more of them."""
        asked = {index for candidate in doubtful for index in range(candidate.first, candidate.after)}
        pieces: list[Piece] = []
        for index, piece in enumerate(line.pieces):
            parts = divide(piece) if index in asked else []
            pieces += [self._piece(piece, part) for part in parts] or [piece]
        return line if len(pieces) == len(line.pieces) else replace(line, pieces=tuple(pieces))

    def _piece(self, whole: Piece, part: Part) -> Piece:
        """Makes a part of a piece a piece of its own, in a box of its own."""
        rows, columns = extent(part.mask)
        box = whole.box
        box = Box(box.top + rows.start, box.top + rows.stop, box.left + columns.start, box.left + columns.stop)
        return Piece((next(self._labels),), box, part.mask[rows, columns], part.cut)


def _shares_within(
    mask: npt.NDArray[np.bool_], corner_px: npt.NDArray[np.int_], strokes: Sequence[Stroke]
) -> npt.NDArray[np.float64]:
    """Returns the share of each stroke's points that lie on the pixels of a mask with its corner, x and y, there.

    All strokes are looked up at once: one by one, five hundred dots took ten seconds.
    """
    columns, rows = np.floor(np.concatenate(strokes) - corner_px).astype(int).T
    on = (rows >= 0) & (rows < mask.shape[0]) & (columns >= 0) & (columns < mask.shape[1])
    on[on] = mask[rows[on], columns[on]]
    lengths = np.array([len(points) for points in strokes])
    return np.asarray(np.add.reduceat(on.astype(int), lengths.cumsum() - lengths) / lengths)


def _larger_than_dust(boxes: Boxes) -> npt.NDArray[np.intp]:
    """Returns the indices of strokes, given by their boxes, that are larger than dust; a single one is none."""
    if len(boxes) == 1:
        return np.array([0])
    heights, longer = boxes[:, 1] - boxes[:, 0], _longer_sides(boxes)
    tallest, largest = heights.max(), longer.max()
    return np.flatnonzero(longer > SPECK * (tallest if tallest > PROPORTIONS.tall * largest else largest))


def _longer_sides(boxes: Boxes) -> Boxes:
    return np.maximum(boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 2])


def _area(boxes: Boxes) -> int:
    return int(((boxes[:, 1] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 2])).sum())
