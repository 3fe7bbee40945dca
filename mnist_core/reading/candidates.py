"""The runs of pieces that may be one digit, and the most likely number that they make.

A line of writing is a row of pieces. Every run of neighbouring pieces is a candidate; its cost says how unusual its
shape is for a digit, and a network says what it shows. The number is the cheapest path from the left end to the right.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mnist_core.reading.pieces import Box, Piece


@dataclass(frozen=True, kw_only=True)
class Proportions:
    """The shapes that are tried as one digit. Lengths are in line heights: the median height of a line's tall pieces.

    They limit what is tried at all, and were chosen by eye: wide enough for a 5 with a loose top or a dotted 0, which
    `tests/reading/test_segmentation.py` holds, and no wider, because a reading takes longer the more it tries.
    """

    tall: float = 0.45
    """A piece at least this high may be a digit and make a line; lower ones join a line."""
    droppable: float = 0.4
    """A piece lower than this (a full stop, a dash) may be left out."""
    full: float = 0.8
    """A piece at least this high is a digit of its own, as a rule."""
    widest_digit: float = 1.6
    """No run of pieces that is wider is one digit."""
    widest_gap: float = 0.3
    """No run with more paper between two of its pieces is one digit."""
    natural_gap: float = 0.1
    """Two digits are usually at least so far apart."""
    ordinary_height: float = 0.75
    """A digit at least this high is ordinary; a lower one costs more the lower it is."""
    ordinary_width: float = 1.0
    """A digit at most this wide is ordinary, as a share of its own height."""


@dataclass(frozen=True, kw_only=True)
class Costs:
    """How much less likely a number becomes, in nats of its logarithmic probability.

    Chosen on strings of one to three of MNIST's training images, with natural gaps and overlapping by up to a tenth of
    their width, and so that letters and the drawings of `mnist_core.synthesis.non_digits` seldom become numbers.
    """

    left_out: float = 4.0
    """A low piece that belongs to no digit."""
    joined: float = 0.1
    """Two separate pieces that are one digit."""
    gap: float = 3.5
    """The paper between them, for each line height of its width."""
    side_by_side: float = 1.0
    """Paper between them although both are as high as digits, however narrow it is."""
    most_joined: float = 2.5
    """The most that the three above may cost one digit; in 1,400 readings of people, none on the best path cost 0.5."""
    close: float = 0.5
    """Two digits without paper between their columns; it falls to nothing at the natural gap."""
    low: float = 4.0
    """A digit lower than an ordinary one, for the square of the logarithm of their ratio."""
    wide: float = 3.0
    """A digit wider than an ordinary one, for each of its heights that it is wider; a low piece costs this in full."""


PROPORTIONS, COSTS = Proportions(), Costs()

LEAST_BESIDE_CUT = math.log(0.5)  # the lowest score of a digit beside a cut: a cut must lead to digits


@dataclass(frozen=True)
class Candidate:
    """A run of neighbouring pieces that may be one digit."""

    first: int
    after: int
    """The pieces from index `first` to before `after`."""
    labels: tuple[int, ...]
    box: Box
    is_beside_cut: bool
    """Whether it begins or ends at a cut."""
    prior: float
    """The logarithm of how likely such a shape is a digit, whatever it shows; 0 for the most ordinary one."""

    @property
    def is_single(self) -> bool:
        """Whether it is a single piece."""
        return self.after - self.first == 1

    def is_allowed(self, score: float) -> bool:
        """Returns whether it may be part of a number, given the logarithm of how likely it shows a digit."""
        return not self.is_beside_cut or score >= LEAST_BESIDE_CUT


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
                if gap > PROPORTIONS.widest_gap or box.width > PROPORTIONS.widest_digit * self.height:
                    break
                joining += 0.0 if further.cut else self._cost_of_joining(self.pieces[after - 2], further, gap)
                if joining > COSTS.most_joined:
                    break
                labels += further.labels
                found.append(self._candidate(first, after, labels, box, beginning + joining))
        return found

    def _cost_of_joining(self, left: Piece, right: Piece, gap: float) -> float:
        """Returns the cost of taking neighbouring pieces, `gap` line heights apart, for one digit."""
        side_by_side = gap > 0 and min(left.box.height, right.box.height) >= PROPORTIONS.full * self.height
        return COSTS.joined + COSTS.gap * max(0.0, gap) + COSTS.side_by_side * side_by_side

    def _cost_of_beginning(self, index: int) -> float:
        """Returns the cost of a digit that begins with this piece: a cut, or a neighbour that stands close."""
        piece = self.pieces[index]
        if index == 0 or piece.cut:
            return piece.cut
        gap = (piece.box.left - self.pieces[index - 1].box.right) / self.height
        return COSTS.close * min(1.0, max(0.0, 1 - gap / PROPORTIONS.natural_gap))

    def _candidate(self, first: int, after: int, labels: tuple[int, ...], box: Box, cost: float) -> Candidate:
        ends = self.pieces[first], *self.pieces[after : after + 1]
        return Candidate(first, after, labels, box, any(piece.cut for piece in ends), self._prior(box) - cost)

    def _prior(self, box: Box) -> float:
        """Returns how ordinary a shape is: digits of a line are about equally high, and seldom wider than high."""
        low = max(0.0, math.log(PROPORTIONS.ordinary_height * self.height / box.height))
        is_tall = box.height > PROPORTIONS.tall * self.height
        wide = max(0.0, box.width / box.height - PROPORTIONS.ordinary_width) if is_tall else 1.0
        return -COSTS.low * low**2 - COSTS.wide * wide

    def may_be_left_out(self, piece: Piece) -> bool:
        """Returns whether a piece is so low that it may belong to no digit."""
        return piece.box.height < PROPORTIONS.droppable * self.height

    def promising(self, scores: Sequence[float]) -> list[int]:
        """Finds the candidates of several pieces that may be on the best path.

        A digit's score is 0 at most. So a candidate whose pieces are better one by one than it could ever be is not
        promising, and needs no look of the network.

        Args:
            scores: as `best_path` takes them; those of single pieces must be known.

        Returns:
            The candidates' indices.
        """
        worth = np.zeros(len(self.pieces))
        for candidate, score in zip(self.candidates, scores, strict=True):
            if candidate.is_single:
                worth[candidate.first] = candidate.prior + score if candidate.is_allowed(score) else -math.inf
        return [
            index
            for index, candidate in enumerate(self.candidates)
            if not candidate.is_single and candidate.prior >= worth[candidate.first : candidate.after].sum()
        ]

    def best_path(self, scores: Sequence[float]) -> tuple[list[int], float]:
        """Finds the most likely number, by dynamic programming from left to right.

        Args:
            scores: for each of the candidates the logarithm of how likely it shows a digit; minus infinity where that
                is out of the question.

        Returns:
            The candidates' indices from left to right, and the number's score, a logarithm; minus infinity and no
            whole path where there is none.
        """
        ending: list[list[int]] = [[] for _ in range(len(self.pieces) + 1)]
        for index, candidate in enumerate(self.candidates):
            if candidate.is_allowed(scores[index]):
                ending[candidate.after].append(index)
        best = [0.0]
        chosen: list[int | None] = [None]
        for after, piece in enumerate(self.pieces, start=1):
            most = best[-1] - COSTS.left_out if self.may_be_left_out(piece) else -math.inf
            last = None
            for index in ending[after]:
                candidate = self.candidates[index]
                score = best[candidate.first] + candidate.prior + scores[index]
                if score > most:
                    most, last = score, index
            best.append(most)
            chosen.append(last)
        return self._traced_back(best, chosen), best[-1]

    def best_path_as(self, scores: Sequence[Sequence[float]], count: int) -> tuple[list[int], float]:
        """Finds where so many digits stand that somebody says are there, by dynamic programming from left to right.

        No piece that may be a digit is left out, as `best_path` does it, and a cut may lead to any digit: what is there
        is known.

        Args:
            scores: for each of the candidates the logarithms of how likely it shows the first digit, the second, ...;
                (C, count).
            count: how many digits there are.

        Returns:
            The candidates' indices from left to right, and the sum of their scores, a logarithm; minus infinity and no
            path where so many digits do not fit.
        """
        best = np.full((len(self.pieces) + 1, count + 1), -math.inf)
        chosen = np.full((len(self.pieces) + 1, count + 1), -1)
        best[0, 0] = 0.0
        for after, piece in enumerate(self.pieces, start=1):
            if self.may_be_left_out(piece):
                best[after] = best[after - 1] - COSTS.left_out
            for index, candidate in enumerate(self.candidates):
                if candidate.after != after:
                    continue
                totals = best[candidate.first, :-1] + candidate.prior + np.asarray(scores[index])
                better = np.flatnonzero(totals > best[after, 1:]) + 1
                best[after, better], chosen[after, better] = totals[better - 1], index
        if best[-1, count] == -math.inf:
            return [], -math.inf
        path: list[int] = []
        after, left = len(self.pieces), count
        while after > 0:
            index = int(chosen[after, left])
            path += [] if index < 0 else [index]
            after, left = (after - 1, left) if index < 0 else (self.candidates[index].first, left - 1)
        return path[::-1], float(best[-1, count])

    def _traced_back(self, best: Sequence[float], chosen: Sequence[int | None]) -> list[int]:
        """Returns the candidates that led to the end, from left to right."""
        path: list[int] = []
        after = len(self.pieces)
        while after > 0 and best[after] > -math.inf:
            last = chosen[after]
            path += [] if last is None else [last]
            after = after - 1 if last is None else self.candidates[last].first
        return path[::-1]
