"""Finds the digits of a written number: which ink belongs together, and in which order it is read.

The classical way (LeCun et al. 1998, section V, "heuristic over-segmentation"): the ink falls into pieces, rather too
many than too few; every run of neighbouring pieces may be a digit; a reader says how well each would do as one, and
the best path through them is the number. A piece is a connected stroke, or a part of one that a cut has
divided. The cuts follow the way from top to bottom that crosses the least ink, so they part touching neighbours where
they touch.

This module knows shapes and places only; `Recognizer.read` brings the network.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from scipy import ndimage

from mnist_core import seams
from mnist_core.preprocessing import FAINTEST_INK, Ink, extent, reduced
from mnist_core.strokes import PenStroke, Stroke

LONGEST_PX = 480  # the longer side of the map on which strokes are told apart
TOUCHING = np.ones((3, 3), int)  # neighbours by a corner are one stroke

# Shapes are compared with the height of their line of writing, `h`. These bounds say what is tried at all.
TALL = 0.45  # h: a stroke of this height stands for a digit and makes a line; less high ones join a line
SAME_LINE = 0.4  # of the less high of two tall strokes: how far they must stand beside one another
SPECK = 0.06  # h: what is smaller both ways is dust
LOOSE = 0.4  # h: less high strokes (a full stop, a dash) may be left out
INSIDE = 0.8  # of its width: so much of a small stroke above or below another makes the two one piece
FARTHEST_BAR = 0.5  # h: a small stroke farther from the line than this begins a line of its own
WIDEST_DIGIT = 1.6  # h: nothing wider is tried as one digit
WIDEST_GAP = 0.3  # h: paper between strokes that still may be one digit
MOST_PEN_STROKES = 16  # in one piece: a scribble is not taken apart, as every run of its strokes would be read
LEAST_SHOWN = 0.02  # of a piece's ink: a pen stroke of less is only its neighbour's edge
RETRACED = 0.5  # of the smaller: two pen strokes that share so much ink belong together
NARROWEST_PAIR = 0.45  # of its height: nothing slimmer is cut

# Costs, here and in `mnist_core.seams`, were chosen on strings of one to three of MNIST's training images, with natural
# gaps and overlapping by up to a tenth of their width; where cuts are tried, also on touching pairs of digits that
# people drew, and so that letters and the drawings of `mnist_core.doodles` seldom become numbers.
LEAST_DIVIDED = math.log(0.5)  # the least score of a digit beside a cut: who divides must find digits
LEFT_OUT = 4.0  # what it costs to leave a small stroke out
JOINED = 0.1  # what it costs to take separate strokes for one digit
FULL = 0.8  # h: strokes of this height are digits of their own, ...
SIDE_BY_SIDE = 1.0  # ... and this is what it costs to take two of them for one, however narrow the paper between them
CLOSE = 0.5  # what it costs to take strokes for two digits between whose columns there is no paper
NATURAL_GAP = 0.1  # h: from here on it costs nothing
PAPER = 3.5  # what paper between them costs, for each h of its width


@dataclass(frozen=True)
class Box:
    """A place on the map: rows from `top` to before `bottom`, columns from `left` to before `right`."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    def __or__(self, other: "Box") -> "Box":
        return Box(
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
        )


Mask = npt.NDArray[np.bool_]
"""bool (h, w): which pixels of a box belong to something."""


@dataclass(frozen=True)
class Piece:
    """Ink that is tried as a whole. Where strokes of the pen cross, pieces share ink."""

    labels: tuple[int, ...]
    """Of the strokes and parts that it consists of; no two on a sheet have the same."""
    box: Box
    mask: Mask = field(repr=False, compare=False)
    """bool (h, w): its ink in the box."""
    cut: float = 0.0
    """What the cut at its left costs; 0 where none is there."""


@dataclass(frozen=True)
class Candidate:
    """A run of neighbouring pieces that may be one digit."""

    first: int
    after: int
    """The pieces from `first` to before `after`."""
    labels: tuple[int, ...]
    box: Box
    divided: bool
    """Whether a cut ends it on either side."""
    prior: float
    """The logarithm of how likely such a shape is a digit, whatever it shows; 0 for the most ordinary one."""


@dataclass(frozen=True)
class Line:
    """A line of writing: its pieces from left to right."""

    pieces: tuple[Piece, ...]
    height: float
    """The height of its digits, in pixels of the map."""

    @cached_property
    def candidates(self) -> list[Candidate]:
        """All runs of pieces that may be one digit, by their first and then their last piece."""
        found = []
        for first, piece in enumerate(self.pieces):
            box, labels, cost = piece.box, piece.labels, self._cost_of_beginning(first)
            found.append(self._candidate(first, first + 1, labels, box, cost))
            for after, further in enumerate(self.pieces[first + 1 :], start=first + 2):
                gap = (further.box.left - box.right) / self.height
                box |= further.box
                if gap > WIDEST_GAP or box.width > WIDEST_DIGIT * self.height:
                    break
                labels += further.labels
                cost += 0.0 if further.cut else self._cost_of_joining(self.pieces[after - 2], further, gap)
                found.append(self._candidate(first, after, labels, box, cost))
        return found

    def _cost_of_joining(self, left: Piece, right: Piece, gap: float) -> float:
        """Says what it costs to take neighbouring strokes, `gap` line heights apart, for one digit."""
        side_by_side = gap > 0 and min(left.box.height, right.box.height) >= FULL * self.height
        return JOINED + PAPER * max(0.0, gap) + SIDE_BY_SIDE * side_by_side

    def _cost_of_beginning(self, index: int) -> float:
        """Says what it costs that a digit begins with this piece: a cut, or strokes that stand close to one another."""
        piece = self.pieces[index]
        if index == 0 or piece.cut:
            return piece.cut
        gap = (piece.box.left - self.pieces[index - 1].box.right) / self.height
        return CLOSE * min(1.0, max(0.0, 1 - gap / NATURAL_GAP))

    def _candidate(self, first: int, after: int, labels: tuple[int, ...], box: Box, cost: float) -> Candidate:
        ends = self.pieces[first], *self.pieces[after : after + 1]
        return Candidate(first, after, labels, box, any(piece.cut for piece in ends), self._prior(box) - cost)

    def _prior(self, box: Box) -> float:
        """Judges a shape: digits of one line have much the same height, and are seldom much wider than high."""
        low = max(0.0, math.log(0.75 * self.height / box.height))
        wide = max(0.0, box.width / box.height - 1.0) if box.height > TALL * self.height else 1.0
        return -4 * low**2 - 3 * wide

    def may_be_left_out(self, piece: Piece) -> bool:
        return piece.box.height < LOOSE * self.height

    def best_path(self, scores: Sequence[float]) -> tuple[list[int], float]:
        """Finds the most likely number.

        Args:
            scores: for each of the candidates the logarithm of how likely what it shows is a digit.

        Returns:
            the candidates' indices from left to right, and the number's score.
        """
        best: list[tuple[float, list[int]]] = [(0.0, [])]
        for after, piece in enumerate(self.pieces, start=1):
            ways = [(-math.inf, [])] if not self.may_be_left_out(piece) else [(best[-1][0] - LEFT_OUT, best[-1][1])]
            for index, (candidate, score) in enumerate(zip(self.candidates, scores, strict=True)):
                if candidate.after == after and not (candidate.divided and score < LEAST_DIVIDED):
                    before, path = best[candidate.first]
                    ways.append((before + candidate.prior + score, [*path, index]))
            best.append(max(ways, key=lambda way: way[0]))
        total, path = best[-1]
        return path, total


class Sheet:
    """A drawing and a map of its strokes."""

    def __init__(self, ink: Ink, pen_strokes: Sequence[PenStroke] = ()) -> None:
        """Tells the strokes of a drawing apart.

        Args:
            ink: float32 (H, W) in [0, 1]; 0 is paper, 1 is ink; not blank.
            pen_strokes: how it was drawn, where that is known.
        """
        visible = np.where(ink < FAINTEST_INK, np.float32(0), ink)
        rows, columns = extent(visible)
        self._ink = visible[rows, columns]
        self._corner_px = np.array([columns.start, rows.start])
        self._pen_strokes = pen_strokes
        self._block = -(-max(self._ink.shape) // LONGEST_PX)
        self._share = reduced(self._ink, self._block)
        strokes, _ = ndimage.label(self._share > 0, TOUCHING)
        places = ndimage.find_objects(strokes)
        boxes = [Box(down.start, down.stop, right.start, right.stop) for down, right in places]
        self._labels = itertools.count(1)
        tallest = max(box.height for box in boxes)
        largest = max(max(box.height, box.width) for box in boxes)
        least = SPECK * (tallest if tallest > TALL * largest else largest)
        self._strokes = [
            Piece((label,), box, strokes[place] == label)
            for label, box, place in zip(self._labels, boxes, places, strict=False)
            if max(box.height, box.width) > least or len(boxes) == 1
        ]
        self.has_dust = len(self._strokes) < len(boxes)
        """Whether there are specks that belong to no digit."""

    @cached_property
    def is_one_piece(self) -> bool:
        """Tells whether all ink belongs together, unless it is cut."""
        return len(self.lines) == len(self.lines[0].pieces) == 1 and not self.has_dust

    @cached_property
    def lines(self) -> list[Line]:
        """The lines of writing, from top to bottom."""
        return [_line(strokes) for strokes in _lines(self._strokes)]

    @cached_property
    def as_one_line(self) -> Line:
        """All strokes as one line, however they lie."""
        return _line(self._strokes)

    def take_apart(self, line: Line, doubtful: Sequence[Candidate]) -> Line:
        """Divides those strokes of a line that may be touching neighbours into what the pen drew one after the other.

        Args:
            line: one of this sheet's.
            doubtful: the candidates whose strokes to look at.

        Returns:
            the line with more pieces; the same line where the pen's strokes are unknown or there is nothing to divide.
        """
        divided = self._divided(line, doubtful, self._taken_apart) if self._pen_strokes else line
        return line if divided is line else _line(divided.pieces)

    def cut(self, line: Line, doubtful: Sequence[Candidate]) -> Line:
        """Cuts those strokes of a line that may be touching neighbours.

        Args:
            line: one of this sheet's.
            doubtful: the candidates whose strokes to look at.

        Returns:
            the line with more pieces; the same line where there is nothing to divide.
        """
        return self._divided(line, doubtful, lambda piece: self._cut(piece, line.height))

    def ink_of(self, candidate: Candidate, line: Line) -> Ink:
        """Gives the ink of a line's candidate alone, at the drawing's own scale, with some paper around it."""
        box, block = candidate.box, self._block
        belongs = _mask_of(line.pieces[candidate.first : candidate.after], box)
        rows = slice(box.top * block, min(box.bottom * block, self._ink.shape[0]))
        columns = slice(box.left * block, min(box.right * block, self._ink.shape[1]))
        ink = self._ink[rows, columns]
        if block > 1:
            belongs = belongs.repeat(block, axis=0).repeat(block, axis=1)[: ink.shape[0], : ink.shape[1]]
        return np.pad(np.where(belongs, ink, np.float32(0)), max(ink.shape) // 5)

    def _divided(self, line: Line, doubtful: Sequence[Candidate], divide: Callable[[Piece], Sequence[Piece]]) -> Line:
        """Divides the pieces of a line's candidates; gives the same line where that makes no more of them."""
        asked = {index for candidate in doubtful for index in range(candidate.first, candidate.after)}
        pieces: list[Piece] = []
        for index, piece in enumerate(line.pieces):
            pieces += divide(piece) if index in asked else [piece]
        return line if len(pieces) == len(line.pieces) else replace(line, pieces=tuple(pieces))

    def _part(self, piece: Piece, mask: Mask, cut: float = 0.0) -> Piece:
        """Gives a part of a piece; `mask` says which, bool (h, w) in the piece's box."""
        rows, columns = extent(mask)
        box = piece.box
        box = Box(box.top + rows.start, box.top + rows.stop, box.left + columns.start, box.left + columns.stop)
        return Piece((next(self._labels),), box, mask[rows, columns], cut)

    def _taken_apart(self, piece: Piece) -> Sequence[Piece]:
        """Divides a piece by the strokes of the pen."""
        drawn = self._drawn_by_pen(piece)
        if len(drawn) < 2:
            return [piece]
        elsewhere = ~np.logical_or.reduce(drawn)
        nearest = ndimage.distance_transform_edt(elsewhere, return_distances=False, return_indices=True)
        return [self._part(piece, one[tuple(nearest)] & piece.mask) for one in drawn]

    def _drawn_by_pen(self, piece: Piece) -> list[Mask]:
        """Draws the strokes of the pen onto a piece: bool (h, w) each in its box; those made twice become one."""
        box = piece.box
        drawn = []
        for points, pen_width_px in self._pen_strokes:
            at = (points - self._corner_px) / self._block - (box.left, box.top)
            width = pen_width_px / self._block
            if (at.max(axis=0) < -width).any() or (at.min(axis=0) > (box.width + width, box.height + width)).any():
                continue
            one = _line_of_pen(at, width, box) & piece.mask
            if one.sum() > LEAST_SHOWN * piece.mask.sum():
                drawn.append(one)
        return _without_retraced(drawn) if len(drawn) <= MOST_PEN_STROKES else []

    def _cut(self, piece: Piece, line_height: float) -> Sequence[Piece]:
        """Cuts a piece of a line of that height."""
        box = piece.box
        if box.width < NARROWEST_PAIR * box.height or box.height < TALL * line_height:
            return [piece]
        shape = np.where(piece.mask, self._share[box.top : box.bottom, box.left : box.right], np.float32(0))
        block = max(1, box.height // seams.ROWS)
        found = seams.find(reduced(shape, block, mean=True))
        if not found:
            return [piece]
        rows = np.minimum(np.arange(box.height) // block, len(found[0].path) - 1)
        columns = np.arange(box.width)
        part = sum((columns >= block * (seam.path[rows] + 0.5)[:, np.newaxis]).astype(int) for seam in found)
        masks = [piece.mask & (part == number) for number in range(len(found) + 1)]
        costs = [piece.cut, *(seam.cost for seam in found)]
        return [self._part(piece, mask, cost) for mask, cost in zip(masks, costs, strict=True) if mask.any()]


def _line_of_pen(points: Stroke, width: float, box: Box) -> Mask:
    """Draws a line with a round pen, bool (h, w) of the size of a box; the points, (n, 2), count from its corner."""
    image = Image.new("1", (box.width, box.height))
    drawing = ImageDraw.Draw(image)
    at = [tuple(point) for point in points.tolist()]
    drawing.line(at, fill=1, width=max(round(width), 1))
    for point in at:
        drawing.circle(point, width / 2, fill=1)
    return np.asarray(image)


def _without_retraced(drawn: Sequence[Mask]) -> list[Mask]:
    """Makes one of strokes that share much of their ink, bool (h, w) each."""
    found: list[Mask] = []
    for one in drawn:
        apart: list[Mask] = []
        for other in found:
            if (one & other).sum() > RETRACED * min(one.sum(), other.sum()):
                one = one | other
            else:
                apart.append(other)
        found = [*apart, one]
    return found


def _mask_of(pieces: Sequence[Piece], box: Box) -> Mask:
    """Gives all ink of some pieces, bool (h, w) in a box around them."""
    mask = np.zeros((box.height, box.width), bool)
    for piece in pieces:
        own = piece.box
        mask[own.top - box.top : own.bottom - box.top, own.left - box.left : own.right - box.left] |= piece.mask
    return mask


def _lines(strokes: Sequence[Piece]) -> list[list[Piece]]:
    """Sorts strokes into lines of writing, from top to bottom."""
    tallest = max(max(stroke.box.height for stroke in strokes), 1)
    tall = [stroke for stroke in strokes if stroke.box.height >= TALL * tallest]
    lines: list[list[Piece]] = []
    for stroke in sorted(tall, key=lambda stroke: stroke.box.left):
        beside = [line for line in lines if any(_are_beside(stroke.box, other.box) for other in line)]
        lines = [line for line in lines if line not in beside]
        lines.append([*(other for line in beside for other in line), stroke])

    astray = []
    for stroke in strokes:
        if stroke.box.height >= TALL * tallest:
            continue
        distance, nearest = min(
            ((_distance(stroke.box, other.box), number) for number, line in enumerate(lines) for other in line),
        )
        if distance > FARTHEST_BAR * tallest and not _is_level_with(stroke.box, lines[nearest]):
            astray.append(stroke)
        else:
            lines[nearest].append(stroke)
    if astray:
        lines += _lines(astray)
    return sorted(lines, key=lambda line: float(np.mean([(piece.box.top + piece.box.bottom) / 2 for piece in line])))


def _are_beside(one: Box, other: Box) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared >= SAME_LINE * min(one.height, other.height)


def _is_level_with(box: Box, line: Sequence[Piece]) -> bool:
    middle = (box.top + box.bottom) / 2
    return min(piece.box.top for piece in line) <= middle <= max(piece.box.bottom for piece in line)


def _distance(one: Box, other: Box) -> float:
    across = max(one.left, other.left) - min(one.right, other.right)
    down = max(one.top, other.top) - min(one.bottom, other.bottom)
    return math.hypot(max(across, 0), max(down, 0))


def _line(strokes: Sequence[Piece]) -> Line:
    """Orders the strokes of one line; small ones become one piece with the stroke above or below them."""
    heights = [stroke.box.height for stroke in strokes]
    tall = [height for height in heights if height >= TALL * max(heights)]
    height = float(max(np.median(tall), 1))
    pieces = [stroke for stroke in strokes if stroke.box.height >= TALL * height]
    for small in (stroke for stroke in strokes if stroke.box.height < TALL * height):
        shared = [min(small.box.right, piece.box.right) - max(small.box.left, piece.box.left) for piece in pieces]
        most = int(np.argmax(shared)) if shared else 0
        if shared and shared[most] >= INSIDE * min(small.box.width, pieces[most].box.width):
            both = pieces[most], small
            box = both[0].box | both[1].box
            pieces[most] = Piece(both[0].labels + both[1].labels, box, _mask_of(both, box))
        else:
            pieces.append(small)
    pieces.sort(key=lambda piece: piece.box.left + piece.box.right)
    whole = [piece.box.height for piece in pieces if piece.box.height >= TALL * height]
    return Line(tuple(pieces), float(max(np.median(whole), 1)) if whole else height)
