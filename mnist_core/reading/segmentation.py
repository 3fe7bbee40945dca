"""Finds the digits of a written number: which ink belongs together, and in which order it is read.

The classical way (LeCun et al. 1998, section V, "heuristic over-segmentation"): the ink falls into pieces, rather too
many than too few; every run of neighbouring pieces may be a digit; a reader says how well each would do as one, and
the best path through them is the number. A piece is a connected stroke, or a part of one that a cut has
divided. The cuts follow the way from top to bottom that crosses the least ink, so they part touching neighbours where
they touch.

What a stranger brings may be anything, a page of text or dotted paper, so the work is bounded: in separate strokes, in
how far their boxes overlap, and in the strokes that a digit may be joined of.

This module knows shapes and places only; `mnist_core.reading.numbers` brings the network.
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

from mnist_core.drawing.framing import FAINTEST_INK, Ink, extent, reduced
from mnist_core.drawing.strokes import PenStroke, Stroke
from mnist_core.errors import StudioError
from mnist_core.reading import seams

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

MOST_STROKES = 1000  # on a sheet, dust not counted: a printed page of 18 x 28 digits has 504, ten lines of text 600
MOST_OVERLAP = 6  # of the map's area in the boxes of its strokes: hatching has dozens, a written page at most 1
LARGEST_CANDIDATE_PX = 480  # a candidate's longer side: what a canvas draws stays as it is, a picture's is made smaller

# Costs, here and in `mnist_core.reading.seams`, were chosen on strings of one to three of MNIST's training images, with
# natural gaps and overlapping by up to a tenth of their width; where cuts are tried, also on touching pairs of digits
# that people drew, and so that letters and the drawings of `mnist_core.synthesis.non_digits` seldom become numbers.
LEAST_DIVIDED = math.log(0.5)  # the least score of a digit beside a cut: who divides must find digits
LEFT_OUT = 4.0  # what it costs to leave a small stroke out
JOINED = 0.1  # what it costs to take separate strokes for one digit
MOST_JOINING = 2.5  # what that may cost in all: in 1,400 readings of people, no digit on the best path cost 0.5
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

Boxes = npt.NDArray[np.int32]
"""int32 (n, 4): top, bottom, left and right of boxes."""


class TooMuchToRead(StudioError):
    """A drawing or picture holds more than can be read in the time that a person waits."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"There is too much here to read at once: {found}. Show fewer digits, or only a part of the page."
        )


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

    @property
    def is_single(self) -> bool:
        """Whether it is a single piece."""
        return self.after - self.first == 1


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
            box, labels, beginning, joining = piece.box, piece.labels, self._cost_of_beginning(first), 0.0
            found.append(self._candidate(first, first + 1, labels, box, beginning))
            for after, further in enumerate(self.pieces[first + 1 :], start=first + 2):
                gap = (further.box.left - box.right) / self.height
                box |= further.box
                if gap > WIDEST_GAP or box.width > WIDEST_DIGIT * self.height:
                    break
                joining += 0.0 if further.cut else self._cost_of_joining(self.pieces[after - 2], further, gap)
                if joining > MOST_JOINING:
                    break
                labels += further.labels
                found.append(self._candidate(first, after, labels, box, beginning + joining))
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

    def promising(self, scores: Sequence[float]) -> list[int]:
        """Finds the candidates of several pieces that may be on the best path.

        A digit's score is 0 at most. So a candidate is left out when its pieces one by one are better than it could be.

        Args:
            scores: for each of the candidates as `best_path` takes them; those of single pieces must be known.

        Returns:
            the candidates' indices.
        """
        worth = np.zeros(len(self.pieces))
        for candidate, score in zip(self.candidates, scores, strict=True):
            if candidate.is_single:
                worth[candidate.first] = candidate.prior + score if self._is_allowed(candidate, score) else -math.inf
        return [
            index
            for index, candidate in enumerate(self.candidates)
            if not candidate.is_single and candidate.prior >= worth[candidate.first : candidate.after].sum()
        ]

    def _is_allowed(self, candidate: Candidate, score: float) -> bool:
        return not (candidate.divided and score < LEAST_DIVIDED)

    def best_path(self, scores: Sequence[float]) -> tuple[list[int], float]:
        """Finds the most likely number.

        Args:
            scores: for each of the candidates the logarithm of how likely what it shows is a digit; minus infinity
                where it is out of the question.

        Returns:
            the candidates' indices from left to right, and the number's score.
        """
        ending: list[list[int]] = [[] for _ in range(len(self.pieces) + 1)]
        for index, candidate in enumerate(self.candidates):
            if self._is_allowed(candidate, scores[index]):
                ending[candidate.after].append(index)
        best = [0.0]
        chosen: list[int | None] = [None]
        for after, piece in enumerate(self.pieces, start=1):
            most = best[-1] - LEFT_OUT if self.may_be_left_out(piece) else -math.inf
            last = None
            for index in ending[after]:
                candidate = self.candidates[index]
                score = best[candidate.first] + candidate.prior + scores[index]
                if score > most:
                    most, last = score, index
            best.append(most)
            chosen.append(last)
        path: list[int] = []
        after = len(self.pieces)
        while after > 0 and best[after] > -math.inf:
            last = chosen[after]
            path += [] if last is None else [last]
            after = after - 1 if last is None else self.candidates[last].first
        return path[::-1], best[-1]


class Sheet:
    """A drawing and a map of its strokes."""

    def __init__(self, ink: Ink, pen_strokes: Sequence[PenStroke] = ()) -> None:
        """Tells the strokes of a drawing apart.

        Args:
            ink: float32 (H, W) in [0, 1]; 0 is paper, 1 is ink; not blank.
            pen_strokes: how it was drawn, where that is known.

        Raises:
            TooMuchToRead: it has more strokes than can be read.
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
        boxes = _boxes(places)
        heights, widths = boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 2]
        longer = np.maximum(heights, widths)
        tallest, largest = heights.max(), longer.max()
        large = longer > SPECK * (tallest if tallest > TALL * largest else largest)
        kept = np.flatnonzero(large) if len(boxes) > 1 else np.array([0])
        if len(kept) > MOST_STROKES:
            raise TooMuchToRead(f"{len(kept):,} separate strokes, and at most {MOST_STROKES:,} can be told apart")
        if (heights[kept] * widths[kept]).sum() > MOST_OVERLAP * self._share.size:
            raise TooMuchToRead("its strokes lie over and over one another, as hatching does")
        self._labels = itertools.count(len(boxes) + 1)
        self._strokes = [
            Piece((index + 1,), Box(*boxes[index].tolist()), strokes[places[index]] == index + 1)
            for index in kept.tolist()
        ]
        self.has_dust = len(self._strokes) < len(boxes)
        """Whether there are specks that belong to no digit."""

    @property
    def stroke_count(self) -> int:
        """How many strokes stand apart from one another, dust not counted."""
        return len(self._strokes)

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
        alone = np.where(belongs, ink, np.float32(0))
        alone = reduced(alone, -(-max(alone.shape) // LARGEST_CANDIDATE_PX), mean=True)
        return np.pad(alone, max(alone.shape) // 5)

    def pixels_of(self, candidate: Candidate) -> int:
        """Returns how many pixels of the drawing a candidate covers: what preparing its ink takes."""
        return candidate.box.height * candidate.box.width * self._block**2

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
        drawn: list[Mask] = []
        for points, pen_width_px in self._pen_strokes:
            at = (points - self._corner_px) / self._block - (box.left, box.top)
            width = pen_width_px / self._block
            if len(drawn) > MOST_PEN_STROKES:
                return []
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


def _boxes(places: Sequence[tuple[slice, slice]]) -> Boxes:
    """Returns the boxes of rows and columns."""
    return np.array([(down.start, down.stop, right.start, right.stop) for down, right in places], np.int32)


def _boxes_of(pieces: Sequence[Piece]) -> Boxes:
    """Returns the boxes of pieces."""
    return np.array([(box.top, box.bottom, box.left, box.right) for box in (piece.box for piece in pieces)], np.int32)


def _lines(strokes: Sequence[Piece]) -> list[list[Piece]]:
    """Sorts strokes into lines of writing, from top to bottom."""
    boxes = _boxes_of(strokes)
    heights = boxes[:, 1] - boxes[:, 0]
    tallest = max(int(heights.max()), 1)
    tall = np.flatnonzero(heights >= TALL * tallest)
    tall = tall[np.argsort(boxes[tall, 2], kind="stable")]
    lines = [tall[line].tolist() for line in _connected(_are_beside(boxes[tall]))]
    line_of = np.full(len(strokes), -1)
    for number, line in enumerate(lines):
        line_of[line] = number

    astray = []
    for index in np.flatnonzero(heights < TALL * tallest).tolist():
        sorted_in = np.flatnonzero(line_of >= 0)
        distances = _distances(boxes[index], boxes[sorted_in])
        nearest = int(line_of[sorted_in[distances <= distances.min()]].min())
        middle = (boxes[index, 0] + boxes[index, 1]) / 2
        is_level = boxes[lines[nearest], 0].min() <= middle <= boxes[lines[nearest], 1].max()
        if distances.min() > FARTHEST_BAR * tallest and not is_level:
            astray.append(index)
        else:
            line_of[index] = nearest
            lines[nearest].append(index)
    found = [[strokes[index] for index in line] for line in lines]
    if astray:
        found += _lines([strokes[index] for index in astray])
    return sorted(found, key=lambda line: float(np.mean([(piece.box.top + piece.box.bottom) / 2 for piece in line])))


def _are_beside(boxes: Boxes) -> npt.NDArray[np.bool_]:
    """Returns for all pairs of boxes whether they stand beside one another: bool (n, n)."""
    top, bottom = boxes[:, 0], boxes[:, 1]
    shared = np.minimum.outer(bottom, bottom) - np.maximum.outer(top, top)
    beside: npt.NDArray[np.bool_] = shared >= SAME_LINE * np.minimum.outer(bottom - top, bottom - top)
    return beside


def _connected(beside: npt.NDArray[np.bool_]) -> list[list[int]]:
    """Sorts things into groups; in each, one leads to all others from neighbour to neighbour.

    Args:
        beside: bool (n, n), which are neighbours.

    Returns:
        the indices of each group's members, rising.
    """
    ungrouped = np.ones(len(beside), bool)
    groups = []
    for first in range(len(beside)):
        if not ungrouped[first]:
            continue
        ungrouped[first] = False
        group = [first]
        for member in group:  # which grows meanwhile
            further = np.flatnonzero(beside[member] & ungrouped)
            ungrouped[further] = False
            group += further.tolist()
        groups.append(sorted(group))
    return groups


def _distances(one: npt.NDArray[np.int32], boxes: Boxes) -> npt.NDArray[np.float64]:
    """Measures how far a box, int32 (4,), is from others: float64 (n,)."""
    down = np.maximum(one[0], boxes[:, 0]) - np.minimum(one[1], boxes[:, 1])
    across = np.maximum(one[2], boxes[:, 2]) - np.minimum(one[3], boxes[:, 3])
    return np.hypot(np.maximum(across, 0), np.maximum(down, 0))


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
