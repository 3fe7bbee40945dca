"""Finds the digits of a written number: which ink belongs together, and in which order it is read.

The classical way (LeCun et al. 1998, section V, "heuristic over-segmentation"): the ink falls into pieces, rather too
many than too few; every run of neighbouring pieces may be a digit; a reader says how well each would do as one, and
the best path through them is the number. A piece is a connected stroke, or a part of one that a cut has
divided. The cuts follow the way from top to bottom that crosses the least ink, so they part touching neighbours where
they touch.

This module knows shapes and places only; `Recognizer.read` brings the network.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from mnist_core.preprocessing import FAINTEST_INK, Ink, crop, line_width_px

LONGEST_PX = 480  # the longer side of the map on which strokes are told apart
SEAM_ROWS = 40  # rows of a stroke when a cut is looked for: a pen is then 2 to 6 wide
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
NARROWEST_PAIR = 0.45  # of its height: nothing slimmer is cut
LEAST_PART = 0.12  # of a stroke's ink, on either side of a cut
LONGEST_CUT = 2.2  # pen widths of ink that a cut may cross
SEAM_DISTANCE = 0.05  # of its height: how far cuts keep from one another
NOTCH = 0.03  # of its height: how deep a notch in the outline must be
STEEPEST_CUT = 0.8  # of its height: how far the notches at its two ends may be shifted
MOST_CUTS = 16  # in one stroke

# Costs were chosen on strings of one to three of MNIST's training images, with natural gaps and overlapping by up to a
# tenth of their width; where cuts are tried, also on touching pairs of digits that people drew, and so that letters and
# the drawings of `mnist_core.doodles` seldom become numbers.
CUT = 0.4  # what a cut costs, in nats of the path's logarithmic probability
CROSSED = 0.75  # what each pen width of ink costs that it crosses
LEANING = 0.9  # pen widths: a cut through more at once runs between two digits that lean on one another; it costs as 1
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

    def __init__(self, ink: Ink) -> None:
        """Tells the strokes of a drawing apart.

        Args:
            ink: float32 (H, W) in [0, 1]; 0 is paper, 1 is ink; not blank.
        """
        self._ink = crop(np.where(ink < FAINTEST_INK, np.float32(0), ink))
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

    def cut(self, line: Line, doubtful: Sequence[Candidate]) -> Line:
        """Divides those strokes of a line that may be touching neighbours.

        Args:
            line: one of this sheet's.
            doubtful: the candidates whose strokes to look at.

        Returns:
            the line with more pieces; the same line where there is nothing to divide.
        """
        asked = {index for candidate in doubtful for index in range(candidate.first, candidate.after)}
        divided = Line(line.pieces, line.height, line.map.copy())
        pieces: list[Piece] = []
        for index, piece in enumerate(line.pieces):
            pieces += self._cut(piece, divided) if index in asked else [piece]
        return line if len(pieces) == len(line.pieces) else replace(divided, pieces=tuple(pieces))

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

    def _cut(self, piece: Piece, line: Line) -> list[Piece]:
        """Divides one piece of a line and writes the parts' labels into its map."""
        box = piece.box
        if box.width < NARROWEST_PAIR * box.height or box.height < TALL * line.height:
            return [piece]
        place = slice(box.top, box.bottom), slice(box.left, box.right)
        belongs = np.isin(line.map[place], piece.labels)
        shape = np.where(belongs, self._share[place], np.float32(0))
        block = max(1, box.height // SEAM_ROWS)
        seams = _seams(_reduced(shape, block, mean=True))
        if not seams:
            return [piece]
        rows = np.minimum(np.arange(box.height) // block, len(seams[0][1]) - 1)
        columns = np.arange(box.width)
        part = sum((columns >= block * (path[rows] + 0.5)[:, np.newaxis]).astype(int) for _, path in seams)
        line.map[place][belongs] = (self._count + 1 + part)[belongs]
        parts = ndimage.find_objects(np.where(belongs, part + 1, 0), max_label=len(seams) + 1)
        pieces = []
        for number, found in enumerate(parts):
            cost = seams[number - 1][0] if number else 0.0
            if found is None:
                continue
            down, right = found
            part_box = Box(box.top + down.start, box.top + down.stop, box.left + right.start, box.left + right.stop)
            pieces.append(Piece((self._count + 1 + number,), part_box, cost))
        self._count += len(seams) + 1
        return pieces


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


def _seams(shape: Ink) -> list[tuple[float, npt.NDArray[np.int64]]]:
    """Finds where a stroke may be divided: ways from its top to its bottom.

    Args:
        shape: float32 (h, w), the stroke with ink at every edge, some 40 rows.

    Returns:
        for each way, from left to right, what it costs, and in each row the column that it passes, int64 (h,).
    """
    rows, columns = shape.shape
    pen = max(line_width_px(shape), 1.0)
    ink = shape.sum()
    found: list[tuple[float, npt.NDArray[np.int64]]] = []
    for path in (*_least_ink(shape, LONGEST_CUT * pen), *_between_notches(shape, LEANING * pen)):
        left = np.where(np.arange(columns) <= path[:, np.newaxis], shape, 0).sum() / ink
        if LEAST_PART <= left <= 1 - LEAST_PART:
            passed = shape[np.arange(rows), path]
            touches_once = ndimage.label(passed > 0.5)[1] == 1
            crossed = float(passed.sum() / pen)
            found.append((CUT + CROSSED * (1 if touches_once and crossed >= LEANING else crossed), path))
    apart: list[tuple[float, npt.NDArray[np.int64]]] = []
    for cost, path in sorted(found, key=lambda way: way[0]):
        if all(np.abs(path - other).mean() >= SEAM_DISTANCE * rows for _, other in apart):
            apart.append((cost, path))
    return sorted(apart[:MOST_CUTS], key=lambda way: float(way[1].mean()))


def _least_ink(shape: Ink, longest: float) -> Iterator[npt.NDArray[np.int64]]:
    """Finds the ways that cross less ink than all near them, and no more than `longest`: int64 (h,) each."""
    rows = len(shape)
    down, came_down = _ways(shape)
    up, came_up = _ways(shape[::-1])
    middle = rows // 2
    through = down[middle] + up[rows - 1 - middle] - shape[middle]
    reach = max(1, round(SEAM_DISTANCE * rows))
    least = ndimage.minimum_filter1d(through, 2 * reach + 1, mode="nearest")
    last = -reach
    for column in np.flatnonzero((through <= least) & (through <= longest)).tolist():
        if column - last < reach and through[column] == through[last]:
            continue  # one broad valley
        last = column
        above, below = _followed(came_down, middle, column), _followed(came_up, rows - 1 - middle, column)
        yield np.array([*above[::-1], *below[1:]])


def _between_notches(shape: Ink, least_ink: float) -> Iterator[npt.NDArray[np.int64]]:
    """Finds the straight ways from a notch in the upper outline to one in the lower outline: int64 (h,) each.

    Where two round digits lean on one another, the least ink lies beside the place where they touch; the notches do
    not. They alone also lie at every bend of a wavy line, so these ways must go through more than `least_ink`, at once.
    """
    rows = len(shape)
    drawn = shape > shape.max() / 2
    inked = drawn.any(axis=0)
    top = np.where(inked, drawn.argmax(axis=0), rows)
    bottom = np.where(inked, rows - 1 - drawn[::-1].argmax(axis=0), -1)
    upper, lower = (_valleys(depth, NOTCH * rows) for depth in (top, -bottom))
    for start in upper:
        for end in lower[np.abs(lower - start) <= STEEPEST_CUT * rows]:
            path = np.rint(np.interp(np.arange(rows), [top[start], bottom[end]], [start, end])).astype(np.int64)
            passed = shape[np.arange(rows), path]
            if passed.sum() >= least_ink and ndimage.label(passed > 0.5)[1] == 1:
                yield path


def _valleys(depth: npt.NDArray[np.int64], least: float) -> npt.NDArray[np.int64]:
    """Finds where a depth, int64 (w,), is greatest between two places that are shallower by at least so much."""
    shallowest_left = np.minimum.accumulate(depth)
    shallowest_right = np.minimum.accumulate(depth[::-1])[::-1]
    deep = depth - np.maximum(shallowest_left, shallowest_right) >= least
    reach = max(3, 2 * round(least) + 1)
    deepest = deep & (depth >= ndimage.maximum_filter1d(depth, reach))
    runs, count = ndimage.label(deepest)
    return np.array([round(middle) for (middle,) in ndimage.center_of_mass(deepest, runs, range(1, count + 1))], int)


def _ways(shape: Ink) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Gives for every pixel the cheapest way to it from above: what it costs, and by which step it came (-1, 0, 1)."""
    rows, columns = shape.shape
    cost, came = np.empty_like(shape), np.zeros((rows, columns), np.int64)
    cost[0] = shape[0]
    steps = np.full((3, columns), np.inf, np.float32)
    for row in range(1, rows):
        above = cost[row - 1]
        steps[0] = above
        steps[1, 1:] = above[:-1] + 0.03
        steps[2, :-1] = above[1:] + 0.03
        cheapest = steps.argmin(axis=0)
        came[row] = np.array([0, -1, 1])[cheapest]
        cost[row] = shape[row] + steps.min(axis=0)
    return cost, came


def _followed(came: npt.NDArray[np.int64], row: int, column: int) -> list[int]:
    """Goes a cheapest way back to where it began."""
    path = [column]
    for r in range(row, 0, -1):
        path.append(path[-1] + int(came[r, path[-1]]))
    return path
