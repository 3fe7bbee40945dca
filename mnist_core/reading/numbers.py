"""Reads a written number digit by digit, and never for longer than a person waits.

`mnist_core.reading.segmentation` proposes what may be a digit, a network judges it, and the best path is the number.
What is drawn or uploaded may be anything, so a reading is bounded in what it tries (`Bounds`) and in time. It proceeds
in small chunks, between which others' drawings are read and the caller is asked whether the answer is still wanted.
Long readings take turns, so that many at once neither fill the memory nor keep the short ones waiting.

This module knows nothing about pages or visitors.
"""

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from mnist_core.drawing.framing import Ink, is_blank
from mnist_core.drawing.strokes import PenStroke
from mnist_core.errors import StudioError
from mnist_core.reading.segmentation import Candidate, Line, Sheet, TooMuchToRead

if TYPE_CHECKING:
    from mnist_core.reading.recognizer import Recognition, Recognizer

NO_INK = np.zeros((0, 0), np.float32)
WAIT_S = 0.02  # between two looks whether it is one's turn


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """The scores that decide how a drawing is read; scores are shares from 0 to 1."""

    plain: float = 0.5
    """Digit score times confidence from which one stroke is one digit; 19 in 20 touching pairs have 0.1 or less."""
    several: float = 0.7
    """Number score from which one stroke may be several digits: 9 in 10 touching pairs, few letters."""
    several_by_pen: float = 0.3
    """The same where the strokes of the pen are known, which divide more safely than cuts."""
    few: int = 3
    """So many digits at most are judged together; more are too small in one picture."""
    doubtful: float = math.log(0.9)
    """What scores less, as a logarithm, may be several digits that touch."""
    lowest_score: float = 1e-3
    """No digit score counts less: one odd digit does not break a number up."""


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
    """Candidates that are read however long it takes, so that a busy machine reads what a hand has written, too."""
    in_all_views: int = 100
    """Pieces up to which every candidate is read in all views of the network; a page of more is read in one view."""
    short: int = 64
    """Candidates that are read without waiting for a turn; numbers with natural gaps have up to 30."""
    short_px: int = 300_000
    """Pixels of a drawing that does not wait for its turn; the paper has 230,400, large pictures take memory."""
    divided: int = 32
    """Candidates that are looked at for touching neighbours, each for up to 20 ms; the others stay whole."""
    strokes_as_one_line: int = 32
    """Strokes on several lines up to which they are also tried as one line."""
    chunk: int = 8
    """Candidates that are read at once: 15 ms, for which others wait at most."""


THRESHOLDS, BOUNDS = Thresholds(), Bounds()

_one_long_reading = threading.Lock()


class Busy(StudioError):
    """Other long readings took all the time that there was."""

    def __init__(self) -> None:
        super().__init__("Others are having long numbers read at this moment: try again in a few seconds.")


def read(
    recognizer: "Recognizer", ink: Ink, pen_strokes: Sequence[PenStroke], check: Callable[[], None]
) -> list["Recognition"]:
    """Reads a number; `Recognizer.read` documents it."""
    if is_blank(ink):
        return []
    with _Turn(check) as turn:
        if ink.size > BOUNDS.short_px:
            turn.take()
        return _read(recognizer, Sheet(ink, pen_strokes), recognizer.recognize(ink), bool(pen_strokes), turn)


def _read(
    recognizer: "Recognizer", sheet: Sheet, whole: "Recognition", knows_pen: bool, turn: "_Turn"
) -> list["Recognition"]:
    """Decides between the drawing as a whole and the digits that it may fall into."""
    several = THRESHOLDS.several_by_pen if knows_pen else THRESHOLDS.several
    if sheet.is_one_piece and (is_plain(whole) or whole.number_score < several):
        return [whole]
    reading = _Reading(recognizer, sheet, turn)
    number, score = reading.read_lines(sheet.lines)
    if len(sheet.lines) > 1 and sheet.stroke_count <= BOUNDS.strokes_as_one_line:
        as_one, score_as_one = reading.read_lines([sheet.as_one_line])
        number = as_one if score_as_one > score else number
    if len(number) == 1 and not sheet.has_dust:
        return [whole]
    if 1 < len(number) <= THRESHOLDS.few and whole.number_score < several:
        return [whole]
    digits = sum(digit.recognition.digit is not None for digit in number)
    return [digit.with_ink(sheet) for digit in number] if 2 * digits >= len(number) > 0 else [whole]


def is_plain(whole: "Recognition") -> bool:
    """Returns whether what is drawn in one piece is one digit beyond doubt, and need not be divided."""
    return whole.digit is not None and whole.digit_score * whole.confidence >= THRESHOLDS.plain


@dataclass(frozen=True)
class _Digit:
    """A candidate on the best path."""

    recognition: "Recognition"
    """Without its ink, which is taken from the sheet only where it is wanted: a page's digits overlap manifold."""
    candidate: Candidate
    line: Line

    def with_ink(self, sheet: Sheet) -> "Recognition":
        return replace(self.recognition, ink=sheet.ink_of(self.candidate, self.line))


class _Reading:
    """The reading of one sheet: what is known of its candidates, and what may still be tried."""

    def __init__(self, recognizer: "Recognizer", sheet: Sheet, turn: "_Turn") -> None:
        self._recognizer = recognizer
        self._sheet = sheet
        self._turn = turn
        self._known: dict[tuple[int, ...], Recognition] = {}
        self._pixels = self._divided = 0
        self._is_page = False

    def read_lines(self, lines: Sequence[Line]) -> tuple[list[_Digit], float]:
        """Reads every line on its own; returns all digits and how likely they are, as a logarithm.

        Raises:
            TooMuchToRead: there are more candidates than can be read, or it took too long.
            Busy: other long readings took all the time.
        """
        self._is_page |= sum(len(line.pieces) for line in lines) > BOUNDS.in_all_views
        number: list[_Digit] = []
        total = 0.0
        for row, line in enumerate(lines):
            digits, score = self._read_line(line)
            number += [replace(digit, recognition=replace(digit.recognition, line=row)) for digit in digits]
            total += score
        return number, total

    def _read_line(self, line: Line) -> tuple[list[_Digit], float]:
        path, total = self._best_path(line)
        for divide, several in (
            (self._sheet.take_apart, THRESHOLDS.several_by_pen),
            (self._sheet.cut, THRESHOLDS.several),
        ):
            doubtful = [
                candidate
                for candidate in path
                if candidate.prior + _score(self._known[candidate.labels]) < THRESHOLDS.doubtful
                and self._known[candidate.labels].number_score >= several
            ]
            self._divided += len(doubtful)
            divided = divide(line, doubtful) if doubtful and self._divided <= BOUNDS.divided else line
            if divided is not line and len(self._known) + len(divided.candidates) <= BOUNDS.candidates:
                best, score = self._best_path(divided)
                if best:
                    line, path, total = divided, best, score
        return [_Digit(self._known[candidate.labels], candidate, line) for candidate in path], total

    def _best_path(self, line: Line) -> tuple[list[Candidate], float]:
        """Reads those candidates of a line that may be on its best path and are not known yet, and finds that path."""
        self._read(line, [candidate for candidate in line.candidates if candidate.is_single])
        promising = line.promising(self._scores(line))
        self._read(line, [line.candidates[index] for index in promising])
        path, total = line.best_path(self._scores(line))
        return [line.candidates[index] for index in path], total

    def _scores(self, line: Line) -> list[float]:
        """Returns each candidate's score; minus infinity for what was not read."""
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
        """Ends the reading where nobody waits for it any more, or where it would become too much.

        Raises:
            TooMuchToRead: it has taken too long, or too many candidates or pixels were read.
        """
        self._turn.check()
        self._pixels += sum(map(self._sheet.pixels_of, chunk))
        if len(self._known) + len(chunk) > BOUNDS.candidates or self._pixels > BOUNDS.pixels:
            raise TooMuchToRead(f"{len(self._known):,} shapes were tried, and more of them may be digits")
        if len(self._known) > BOUNDS.untimed and self._turn.is_over:
            raise TooMuchToRead(f"{len(self._known):,} shapes were tried within {BOUNDS.longest_s:g} seconds")


class _Turn:
    """A reading's claim to go on, and its turn among the long ones; given back at the end."""

    def __init__(self, check: Callable[[], None]) -> None:
        self.check = check
        self._ends = monotonic() + BOUNDS.longest_s
        self._is_held = False

    @property
    def is_over(self) -> bool:
        """Whether the reading has taken as long as it may."""
        return monotonic() > self._ends

    def take(self) -> None:
        """Waits until no other long reading goes on, and keeps others waiting from then on.

        Raises:
            Busy: the time was over before.
        """
        while not self._is_held:
            self.check()
            self._is_held = _one_long_reading.acquire(timeout=WAIT_S)
            if not self._is_held and self.is_over:
                raise Busy

    def __enter__(self) -> "_Turn":
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_held:
            _one_long_reading.release()


def _chunks(candidates: Sequence[Candidate], size: int) -> Iterator[Sequence[Candidate]]:
    return (candidates[start : start + size] for start in range(0, len(candidates), size))


def _score(recognition: "Recognition") -> float:
    """Returns the logarithm of how likely this is a digit; a doubt about which one counts half."""
    return math.log(max(recognition.digit_score, THRESHOLDS.lowest_score)) + 0.5 * math.log(
        max(recognition.confidence, 0.1)
    )
