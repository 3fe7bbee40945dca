"""Reads a written number digit by digit, and never for longer than a person waits.

`mnist_core.reading.segmentation` proposes what may be a digit, a network judges it, and the best path is the number.
A drawing or picture may hold anything, so a reading is bounded in what it tries (`Bounds`) and in time. It proceeds in
small chunks; between them others' drawings are read, and the caller is asked whether the answer is still wanted.

This module knows nothing about pages or visitors.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mnist_core.drawing.framing import Ink, is_blank
from mnist_core.drawing.strokes import PenStroke
from mnist_core.reading.candidates import Candidate, Line
from mnist_core.reading.segmentation import Sheet, TooMuchToRead
from mnist_core.reading.turns import Turn

if TYPE_CHECKING:
    from mnist_core.reading.recognizer import Recognition, Recognizer

NO_INK = np.zeros((0, 0), np.float32)


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """The scores that decide how a drawing is read: probabilities from 0 to 1.

    The first three were chosen on touching pairs of digits that people drew (`python -m benchmarks.numbers --length 2
    --touching 1`) and on letters and symbols, which must not fall into digits (`python -m benchmarks.nodigits`); the
    others by eye.
    """

    plain: float = 0.5
    """Digit score times confidence from which one piece is one digit; 19 in 20 touching pairs have 0.1 or less."""
    multi_digit: float = 0.7
    """Multi-digit score from which one piece may be several digits: 9 in 10 touching pairs have it, few letters."""
    multi_digit_by_pen: float = 0.3
    """The same where the strokes of the pen are known, which divide more safely than cuts."""
    few: int = 3
    """The number of digits up to which the multi-digit score is trusted; more are too small in one picture."""
    clear: float = 0.9
    """A candidate that is less likely than this, shape and answer together, may be several digits that touch."""
    lowest_digit_score: float = 1e-3
    """No digit score counts less: one odd digit does not break a number up."""
    lowest_confidence: float = 0.1
    """No confidence counts less: that of a guess among ten."""
    confidence_weight: float = 0.5
    """A doubt about which digit it is counts so much of a doubt that it is one."""

    def for_multi_digit(self, *, by_pen: bool) -> float:
        """Returns the multi-digit score from which a piece is divided, by the pen's strokes or by cuts."""
        return self.multi_digit_by_pen if by_pen else self.multi_digit


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much is tried; a candidate takes up to 4 ms in all views, 0.5 ms in one (`python -m benchmarks.hostile`)."""

    longest_s: float = 1.5
    """For one reading, waiting for its turn included; finding the ink in the largest picture takes up to 0.4 s more."""
    candidates: int = 2_000
    """Candidates that are read: a printed page of 18 x 28 digits has 600."""
    pixels: int = 60_000_000
    """Of all candidates together, at the drawing's own scale; two digits that touch on a picture of 1600 px have 40."""
    untimed: int = 160
    """Candidates that are read however long it takes, so that handwriting is read on a busy machine, too."""
    in_all_views: int = 100
    """Pieces up to which every candidate is read in all views of the network; a page of more is read in one view."""
    short: int = 64
    """Candidates that are read without waiting for a turn; numbers with natural gaps have up to 30."""
    short_px: int = 300_000
    """Pixels of a drawing that does not wait for its turn; the paper has 230,400, large pictures take memory."""
    divided: int = 32
    """Candidates that are divided as possible touching neighbours, each for up to 20 ms; the others stay whole."""
    strokes_as_one_line: int = 32
    """Strokes on several lines up to which they are also tried as one line."""
    chunk: int = 8
    """Candidates that are read at once: 15 ms, for which others wait at most."""


THRESHOLDS, BOUNDS = Thresholds(), Bounds()


def read(
    recognizer: "Recognizer", ink: Ink, pen_strokes: Sequence[PenStroke], check: Callable[[], None]
) -> list["Recognition"]:
    """Reads a number; `Recognizer.read` documents it.

    A drawing in one piece that is clearly one digit, or does not look like several, is read as a whole. Every other is
    divided into the most likely digits, and these are the answer if they hold up as a number.
    """
    if is_blank(ink):
        return []
    with Turn(check, BOUNDS.longest_s) as turn:
        if ink.size > BOUNDS.short_px:
            turn.take()
        sheet = Sheet(ink, pen_strokes)
        whole = recognizer.recognize(ink)
        looks_multi_digit = whole.multi_digit_score >= THRESHOLDS.for_multi_digit(by_pen=bool(pen_strokes))
        whole = replace(whole, pen_strokes=pen_strokes)
        if sheet.is_one_piece and (is_plain(whole) or not looks_multi_digit):
            return [whole]
        digits = _Reading(recognizer, sheet, turn).most_likely_digits()
        return [digit.with_ink(sheet) for digit in digits] if _hold_up(digits, sheet, looks_multi_digit) else [whole]


def read_as(
    recognizer: "Recognizer",
    said: Sequence[int],
    ink: Ink,
    pen_strokes: Sequence[PenStroke],
    check: Callable[[], None],
) -> list["Recognition"]:
    """Finds in a drawing the digits that are said to be there; `Recognizer.read_as` documents it."""
    if is_blank(ink) or not said:
        return []
    with Turn(check, BOUNDS.longest_s) as turn:
        turn.take()
        if len(said) == 1:
            return [replace(recognizer.recognize(ink), pen_strokes=pen_strokes)]
        sheet = Sheet(ink, pen_strokes)
        return [digit.with_ink(sheet) for digit in _Reading(recognizer, sheet, turn).digits_as(said)]


def is_plain(whole: "Recognition") -> bool:
    """Returns whether a drawing in one piece is clearly one digit, and need not be divided."""
    return whole.digit is not None and whole.digit_score * whole.confidence >= THRESHOLDS.plain


def _hold_up(digits: Sequence["_Digit"], sheet: Sheet, looks_multi_digit: bool) -> bool:
    """Decides whether the digits that a drawing was divided into are the answer, rather than the drawing as a whole."""
    recognized = sum(digit.recognition.digit is not None for digit in digits)
    if not digits or 2 * recognized < len(digits):
        return False  # most of them are no digits: a word or a picture
    if len(digits) == 1:
        return sheet.has_dust  # one digit is read as a whole, unless dust would make it smaller
    if len(digits) <= THRESHOLDS.few:
        return looks_multi_digit  # the network sees so few in one picture; a letter may fall into as many parts
    return True


@dataclass(frozen=True)
class _Digit:
    """A candidate on the best path."""

    recognition: "Recognition"
    """Without its ink, which is taken from the sheet only where it is wanted: a page's digits overlap many times."""
    candidate: Candidate
    line: Line

    def with_ink(self, sheet: Sheet) -> "Recognition":
        ink, strokes = sheet.ink_of(self.candidate, self.line), sheet.strokes_of(self.candidate, self.line)
        return replace(self.recognition, ink=ink, pen_strokes=strokes)


@dataclass(frozen=True)
class _Path:
    """The most likely number on a line."""

    line: Line
    """With the pieces that the candidates consist of: a divided line has more of them."""
    candidates: list[Candidate]
    """The digits from left to right; none where no number is possible."""
    score: float
    """The logarithm of how likely the number is."""


class _Reading:
    """The reading of one sheet: the answers to its candidates so far, and what may still be tried."""

    def __init__(self, recognizer: "Recognizer", sheet: Sheet, turn: Turn) -> None:
        self._recognizer = recognizer
        self._sheet = sheet
        self._turn = turn
        self._known: dict[tuple[int, ...], Recognition] = {}
        self._pixels = self._divided = 0
        self._is_page = False

    def most_likely_digits(self) -> list[_Digit]:
        """Reads the sheet line by line, and few strokes as one line as well: digits may stand on a steep slope.

        Raises:
            TooMuchToRead: there are more candidates than can be read, or it took too long.
            Busy: other long readings took all the time.
        """
        sheet = self._sheet
        digits, score = self._read_lines(sheet.lines)
        if len(sheet.lines) > 1 and sheet.stroke_count <= BOUNDS.strokes_as_one_line:
            as_one_line, score_as_one_line = self._read_lines([sheet.as_one_line])
            if score_as_one_line > score:
                return as_one_line
        return digits

    def digits_as(self, said: Sequence[int]) -> list[_Digit]:
        """Finds the digits that are said to be on the sheet: line after line, or else all of them on one line.

        Nothing is divided that need not be: the pieces are taken as they are, else as the pen drew them, else cut.

        Returns:
            Them in reading order; none where there are not so many.

        Raises:
            TooMuchToRead, Busy: as `most_likely_digits`.
        """
        sheet = self._sheet
        ways = [sheet.lines]
        if len(sheet.lines) > 1 and sheet.stroke_count <= BOUNDS.strokes_as_one_line:
            ways.append([sheet.as_one_line])
        for divide in (None, sheet.take_apart, sheet.cut):
            if divide is not None:
                ways = [[self._all_divided(line, divide) for line in lines] for lines in ways]
            for lines in ways:
                if digits := self._lines_as(lines, said):
                    return digits
        return []

    def _all_divided(self, line: Line, divide: Callable[[Line, Sequence[Candidate]], Line]) -> Line:
        """Divides all pieces of a line that can be divided; none where there would be more than can be read."""
        divided = divide(line, [candidate for candidate in line.candidates if candidate.is_single])
        return line if len(self._known) + len(divided.candidates) > BOUNDS.candidates else divided

    def _lines_as(self, lines: Sequence[Line], said: Sequence[int]) -> list[_Digit]:
        """Distributes the digits that are said over lines, as is likeliest; returns none where they do not fit."""
        nowhere: tuple[list[_Digit], float] = [], -math.inf
        best: list[tuple[list[_Digit], float]] = [([], 0.0), *[nowhere] * len(said)]
        for row, line in enumerate(lines):
            following = [nowhere] * (len(said) + 1)
            for end in range(len(said) + 1):
                for start in range(end + 1):
                    before, score = best[start]
                    if score == -math.inf:
                        continue
                    digits, more = self._line_as(line, said[start:end], row)
                    if score + more > following[end][1]:
                        following[end] = [*before, *digits], score + more
            best = following
        return best[-1][0]

    def _line_as(self, line: Line, said: Sequence[int], row: int) -> tuple[list[_Digit], float]:
        """Finds digits on one line; returns them and the logarithm of how likely they are."""
        self._read(line, line.candidates)
        scores = [[_score_as(self._known[one.labels], digit) for digit in said] for one in line.candidates]
        indices, score = line.best_path_as(scores, len(said))
        chosen = [line.candidates[index] for index in indices]
        return [_Digit(replace(self._known[one.labels], line=row), one, line) for one in chosen], score

    def _read_lines(self, lines: Sequence[Line]) -> tuple[list[_Digit], float]:
        """Reads every line on its own; returns all digits and the logarithm of how likely they are."""
        self._is_page |= sum(len(line.pieces) for line in lines) > BOUNDS.in_all_views
        digits: list[_Digit] = []
        total = 0.0
        for row, line in enumerate(lines):
            path = self._read_line(line)
            for candidate in path.candidates:
                recognition = replace(self._known[candidate.labels], line=row)
                digits.append(_Digit(recognition, candidate, path.line))
            total += path.score
        return digits, total

    def _read_line(self, line: Line) -> _Path:
        """Reads a line, and divides what is in doubt on its best path: first by the pen's strokes, then by cuts."""
        path = self._best_path(line)
        path = self._with_doubtful_divided(path, self._sheet.take_apart, by_pen=True)
        return self._with_doubtful_divided(path, self._sheet.cut, by_pen=False)

    def _with_doubtful_divided(
        self, path: _Path, divide: Callable[[Line, Sequence[Candidate]], Line], *, by_pen: bool
    ) -> _Path:
        """Divides what may be touching digits on a path.

        Returns:
            The best path through the parts; the same path where nothing is in doubt, divided, or likely to be read
            within the bounds.
        """
        touching = [candidate for candidate in path.candidates if self._may_be_touching(candidate, by_pen=by_pen)]
        self._divided += len(touching)
        if not touching or self._divided > BOUNDS.divided:
            return path
        divided = divide(path.line, touching)
        if divided is path.line or len(self._known) + len(divided.candidates) > BOUNDS.candidates:
            return path
        best = self._best_path(divided)
        return best if best.candidates else path

    def _may_be_touching(self, candidate: Candidate, *, by_pen: bool) -> bool:
        """Returns whether a candidate that was read is in doubt as one digit and looks like several."""
        recognition = self._known[candidate.labels]
        in_doubt = candidate.prior + _score(recognition) < math.log(THRESHOLDS.clear)
        return in_doubt and recognition.multi_digit_score >= THRESHOLDS.for_multi_digit(by_pen=by_pen)

    def _best_path(self, line: Line) -> _Path:
        """Reads those candidates of a line that may be on its best path and are not known yet, and finds that path."""
        self._read(line, [candidate for candidate in line.candidates if candidate.is_single])
        promising = line.promising(self._scores(line))
        self._read(line, [line.candidates[index] for index in promising])
        indices, score = line.best_path(self._scores(line))
        return _Path(line, [line.candidates[index] for index in indices], score)

    def _scores(self, line: Line) -> list[float]:
        """Returns each candidate's score; minus infinity for one that was not read."""
        known = (self._known.get(candidate.labels) for candidate in line.candidates)
        return [-math.inf if recognition is None else _score(recognition) for recognition in known]

    def _read(self, line: Line, candidates: Sequence[Candidate]) -> None:
        """Reads those candidates of a line that are not known yet."""
        unknown = [candidate for candidate in candidates if candidate.labels not in self._known]
        if len(self._known) + len(unknown) > BOUNDS.short:
            self._turn.take()
        for chunk in _chunks(unknown, BOUNDS.chunk):
            self._go_on(chunk)
            inks = [self._sheet.ink_of(candidate, line) for candidate in chunk]
            read = self._recognizer.recognize_many(inks, in_all_views=not self._is_page)
            for candidate, recognition in zip(chunk, read, strict=True):
                self._known[candidate.labels] = replace(recognition, ink=NO_INK)

    def _go_on(self, chunk: Sequence[Candidate]) -> None:
        """Ends the reading if nobody waits for it any more, or if it would become too much.

        Raises:
            TooMuchToRead: it has taken too long, or too many candidates or pixels were read.
        """
        self._turn.check()
        self._pixels += sum(map(self._sheet.pixels_of, chunk))
        if len(self._known) + len(chunk) > BOUNDS.candidates or self._pixels > BOUNDS.pixels:
            raise TooMuchToRead(f"{len(self._known):,} shapes were tried, and more of them may be digits")
        if len(self._known) > BOUNDS.untimed and self._turn.is_over:
            raise TooMuchToRead(f"{len(self._known):,} shapes were tried within {BOUNDS.longest_s:g} seconds")


def _chunks(candidates: Sequence[Candidate], size: int) -> Iterator[Sequence[Candidate]]:
    return (candidates[start : start + size] for start in range(0, len(candidates), size))


def _score(recognition: "Recognition") -> float:
    """Returns the logarithm of how likely this is a digit, and the one that was read."""
    return _score_of(recognition, recognition.confidence, THRESHOLDS.lowest_confidence)


def _score_as(recognition: "Recognition", digit: int) -> float:
    """Returns the logarithm of how likely this is a digit, and the one that is said."""
    return _score_of(recognition, float(recognition.probabilities[digit]), THRESHOLDS.lowest_digit_score)


def _score_of(recognition: "Recognition", probability: float, lowest: float) -> float:
    is_digit = math.log(max(recognition.digit_score, THRESHOLDS.lowest_digit_score))
    return is_digit + THRESHOLDS.confidence_weight * math.log(max(probability, lowest))
