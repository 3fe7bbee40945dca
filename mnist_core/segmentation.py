"""Finds the digits of a written number: which ink belongs together, and in which order it is read.

The classical way (LeCun et al. 1998, section V, "heuristic over-segmentation"): the ink falls into pieces, rather too
many than too few; every run of neighbouring pieces may be a digit; a reader says how well each would do as one, and
the best path through them is the number. A piece is a connected stroke, or a part of one that a cut has
divided. The cuts follow the way from top to bottom that crosses the least ink, so they part touching neighbours where
they touch.

This module knows shapes and places only; `Recognizer.read` brings the network.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from scipy import ndimage

from mnist_core import seams
from mnist_core.preprocessing import FAINTEST_INK, Ink, extent
from mnist_core.strokes import PenStroke

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


@dataclass(frozen=True)
class Piece:
    """Ink that is never divided."""

    labels: tuple[int, ...]
    """Its numbers on the map."""
    box: Box
    cut: float = 0.0
    """What the cut at its left costs; 0 where it begins with a stroke of its own."""


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
    map: npt.NDArray[np.int32] = field(repr=False)
    """int32 (h, w): to which piece's label the ink of each pixel belongs, 0 is paper."""

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
        self._share = _reduced(self._ink, self._block)
        self._map, count = ndimage.label(self._share > 0, TOUCHING)
        self._count = count
        boxes = [
            Box(rows.start, rows.stop, columns.start, columns.stop) for rows, columns in ndimage.find_objects(self._map)
        ]
        tallest = max(box.height for box in boxes)
        largest = max(max(box.height, box.width) for box in boxes)
        least = SPECK * (tallest if tallest > TALL * largest else largest)
        self._strokes = [
            Piece((label,), box)
            for label, box in enumerate(boxes, start=1)
            if max(box.height, box.width) > least or len(boxes) == 1
        ]

    @property
    def has_dust(self) -> bool:
        """Tells whether there are specks that belong to no digit."""
        return len(self._strokes) < self._count

    @cached_property
    def is_one_piece(self) -> bool:
        """Tells whether all ink belongs together, unless it is cut."""
        return len(self.lines) == len(self.lines[0].pieces) == 1 and not self.has_dust

    @cached_property
    def lines(self) -> list[Line]:
        """The lines of writing, from top to bottom."""
        return [_line(strokes, self._map) for strokes in _lines(self._strokes)]

    @cached_property
    def as_one_line(self) -> Line:
        """All strokes as one line, however they lie."""
        return _line(self._strokes, self._map)

    def take_apart(self, line: Line, doubtful: Sequence[Candidate]) -> Line:
        """Divides those strokes of a line that may be touching neighbours into what the pen drew one after the other.

        Args:
            line: one of this sheet's.
            doubtful: the candidates whose strokes to look at.

        Returns:
            the line with more pieces; the same line where the pen's strokes are unknown or there is nothing to divide.
        """
        divided = self._divided(line, doubtful, self._taken_apart) if self._pen_strokes else line
        return line if divided is line else _line(divided.pieces, divided.map)

    def cut(self, line: Line, doubtful: Sequence[Candidate]) -> Line:
        """Cuts those strokes of a line that may be touching neighbours.

        Args:
            line: one of this sheet's.
            doubtful: the candidates whose strokes to look at.

        Returns:
            the line with more pieces; the same line where there is nothing to divide.
        """
        return self._divided(line, doubtful, self._cut)

    def ink_of(self, candidate: Candidate, line: Line) -> Ink:
        """Gives the ink of a line's candidate alone, at the drawing's own scale, with some paper around it."""
        box, block = candidate.box, self._block
        belongs = np.isin(line.map[box.top : box.bottom, box.left : box.right], candidate.labels)
        rows = slice(box.top * block, min(box.bottom * block, self._ink.shape[0]))
        columns = slice(box.left * block, min(box.right * block, self._ink.shape[1]))
        ink = self._ink[rows, columns]
        if block > 1:
            belongs = belongs.repeat(block, axis=0).repeat(block, axis=1)[: ink.shape[0], : ink.shape[1]]
        return np.pad(np.where(belongs, ink, np.float32(0)), max(ink.shape) // 5)

    def _divided(self, line: Line, doubtful: Sequence[Candidate], divide: Callable[[Piece, Line], list[Piece]]) -> Line:
        """Divides the pieces of a line's candidates; gives the same line where that makes no more of them."""
        asked = {index for candidate in doubtful for index in range(candidate.first, candidate.after)}
        divided = Line(line.pieces, line.height, line.map.copy())
        pieces: list[Piece] = []
        for index, piece in enumerate(line.pieces):
            pieces += divide(piece, divided) if index in asked else [piece]
        return line if len(pieces) == len(line.pieces) else replace(divided, pieces=tuple(pieces))

    def _taken_apart(self, piece: Piece, line: Line) -> list[Piece]:
        """Divides one piece of a line by the pen's strokes and writes labels into its map, one for each set of them.

        Where strokes cross, the ink belongs to each of them.
        """
        box = piece.box
        place = slice(box.top, box.bottom), slice(box.left, box.right)
        belongs = np.isin(line.map[place], piece.labels)
        drawn = self._drawn_by_pen(box, belongs)
        if not 2 <= len(drawn) <= MOST_PEN_STROKES:
            return [piece]
        bits = 1 << np.arange(len(drawn))
        strokes = np.tensordot(bits, np.stack(drawn), axes=1)
        nearest = ndimage.distance_transform_edt(strokes == 0, return_distances=False, return_indices=True)
        strokes = strokes[tuple(nearest)]
        sets, labels = np.unique(strokes[belongs], return_inverse=True)
        line.map[place][belongs] = self._count + 1 + labels
        pieces = []
        for bit in bits:
            down, right = extent((belongs & (strokes & bit > 0)).astype(np.float32))
            own = tuple(self._count + 1 + label for label in np.flatnonzero(sets & bit).tolist())
            pieces.append(Piece(own, _inside(box, down, right)))
        self._count += len(sets)
        return pieces

    def _drawn_by_pen(self, box: Box, belongs: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.bool_]]:
        """Draws the pen's strokes onto the ink of a box of the map: bool (h, w) each; retraced ones become one."""
        found: list[npt.NDArray[np.bool_]] = []
        for points, pen_width_px in self._pen_strokes:
            image = Image.new("1", (box.width, box.height))
            drawing = ImageDraw.Draw(image)
            at = [tuple(point) for point in ((points - self._corner_px) / self._block - (box.left, box.top)).tolist()]
            width = pen_width_px / self._block
            drawing.line(at, fill=1, width=max(round(width), 1))
            for point in at:
                drawing.circle(point, width / 2, fill=1)
            drawn = np.asarray(image) & belongs
            if drawn.sum() <= LEAST_SHOWN * belongs.sum():
                continue
            together = [one for one in found if (one & drawn).sum() > RETRACED * min(one.sum(), drawn.sum())]
            found = [one for one in found if not any(one is other for other in together)]
            found.append(np.logical_or.reduce([*together, drawn]))
        return found

    def _cut(self, piece: Piece, line: Line) -> list[Piece]:
        """Cuts one piece of a line and writes the parts' labels into its map."""
        box = piece.box
        if box.width < NARROWEST_PAIR * box.height or box.height < TALL * line.height:
            return [piece]
        place = slice(box.top, box.bottom), slice(box.left, box.right)
        belongs = np.isin(line.map[place], piece.labels)
        shape = np.where(belongs, self._share[place], np.float32(0))
        block = max(1, box.height // seams.ROWS)
        found = seams.find(_reduced(shape, block, mean=True))
        if not found:
            return [piece]
        rows = np.minimum(np.arange(box.height) // block, len(found[0].path) - 1)
        columns = np.arange(box.width)
        part = sum((columns >= block * (seam.path[rows] + 0.5)[:, np.newaxis]).astype(int) for seam in found)
        line.map[place][belongs] = (self._count + 1 + part)[belongs]
        parts = ndimage.find_objects(np.where(belongs, part + 1, 0), max_label=len(found) + 1)
        pieces = [
            Piece((self._count + 1 + number,), _inside(box, *place_of_part), found[number - 1].cost if number else 0.0)
            for number, place_of_part in enumerate(parts)
            if place_of_part is not None
        ]
        self._count += len(found) + 1
        return pieces


def _inside(box: Box, rows: slice, columns: slice) -> Box:
    """Gives the place of rows and columns that are counted from a box's corner."""
    return Box(box.top + rows.start, box.top + rows.stop, box.left + columns.start, box.left + columns.stop)


def _reduced(ink: Ink, block: int, *, mean: bool = False) -> Ink:
    """Makes a drawing smaller by whole blocks, each as dark as its darkest pixel or as their mean."""
    if block == 1:
        return ink
    height, width = ink.shape
    padded = np.pad(ink, ((0, -height % block), (0, -width % block)))
    blocks = padded.reshape(padded.shape[0] // block, block, padded.shape[1] // block, block)
    return blocks.mean(axis=(1, 3)) if mean else blocks.max(axis=(1, 3))


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


def _line(strokes: Sequence[Piece], map_: npt.NDArray[np.int32]) -> Line:
    """Orders the strokes of one line; small ones become one piece with the stroke above or below them."""
    heights = [stroke.box.height for stroke in strokes]
    tall = [height for height in heights if height >= TALL * max(heights)]
    height = float(max(np.median(tall), 1))
    pieces = [stroke for stroke in strokes if stroke.box.height >= TALL * height]
    for small in (stroke for stroke in strokes if stroke.box.height < TALL * height):
        shared = [min(small.box.right, piece.box.right) - max(small.box.left, piece.box.left) for piece in pieces]
        most = int(np.argmax(shared)) if shared else 0
        if shared and shared[most] >= INSIDE * min(small.box.width, pieces[most].box.width):
            pieces[most] = Piece(pieces[most].labels + small.labels, pieces[most].box | small.box)
        else:
            pieces.append(small)
    pieces.sort(key=lambda piece: piece.box.left + piece.box.right)
    whole = [piece.box.height for piece in pieces if piece.box.height >= TALL * height]
    return Line(tuple(pieces), float(max(np.median(whole), 1)) if whole else height, map_)
