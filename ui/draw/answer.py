"""What the network says about a drawing, in words and as HTML."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from mnist_core import formatting
from mnist_core.reading.recognizer import Recognition

SURE = 0.75  # a lower confidence names the runner-up as well
ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def verdict(recognition: Recognition) -> str:
    """Puts into words what one drawing was read as: "7", or "7 or 1?", or that it is no digit."""
    if recognition.digit is None:
        return "I don’t think that is a digit"
    best, runner_up = np.argsort(-recognition.probabilities, kind="stable")[:2]
    return f"{best}" if is_sure(recognition) else f"{best} or {runner_up}?"


def is_sure(recognition: Recognition) -> bool:
    """Returns whether a digit can be said without a question mark."""
    return recognition.digit is not None and recognition.confidence >= SURE


def number_verdict(number: Sequence[Recognition]) -> str:
    """Puts a number into words: its digits, line by line, with a question mark where one is in doubt."""
    written = ", then ".join("".join(sign(recognition) for recognition in line) for line in lines_of(number))
    return written if all(map(is_sure, number)) else f"{written}?"


def doubts(number: Sequence[Recognition]) -> str:
    """Names the first digit that is in doubt; without one, writes the confidence of the whole number."""
    for position, recognition in enumerate(number, start=1):
        if recognition.digit is None:
            return f"the {ordinal(position)} is rejected as no digit"
        if not is_sure(recognition):
            return f"the {ordinal(position)} is {verdict(recognition).rstrip('?')}"
    return f"confidence {formatting.confidence(float(np.prod([recognition.confidence for recognition in number])))}"


def lines_of(number: Sequence[Recognition]) -> list[list[Recognition]]:
    """Returns a number's lines of writing."""
    return [list(line) for _, line in groupby(number, key=lambda recognition: recognition.line)]


def sign(recognition: Recognition) -> str:
    """Returns the digit that was read, or a question mark."""
    return "?" if recognition.digit is None else str(recognition.digit)


def article(digit: int) -> str:
    """Writes a digit with its article: a 7, an 8."""
    return f"{'an' if digit == 8 else 'a'} {digit}"


def ordinal(number: int) -> str:
    """Writes a position counted from 1: 1st, 2nd, 11th, 21st."""
    return f"{number}th" if number % 100 in (11, 12, 13) else f"{number}{ENDINGS.get(number % 10, 'th')}"


def choice(number: Sequence[Recognition], index: int) -> str:
    """Names one digit of a number. The name holds as long as the number is read the same."""
    return f"{number_verdict(number)} {index}"


def chosen_in(number: Sequence[Recognition], asked: object, before: int | None = None) -> int:
    """Returns the index of the digit that was chosen in a number.

    Args:
        number: what was read.
        asked: the name of the digit that was pressed last, as `choice` gives it.
        before: the index that was chosen in the same drawing before, which may have been read differently.

    Returns:
        The index; of the last digit where none was chosen.
    """
    names = [choice(number, index) for index in range(len(number))]
    if isinstance(asked, str) and asked in names:
        return names.index(asked)
    last = max(len(number) - 1, 0)
    return last if before is None else min(before, last)


def answer_html(number: Sequence[Recognition], chosen: int, invitation: str) -> Markup:
    """Lays out the answer: what was read, in words and large, and the ten bars of one digit.

    Args:
        number: what was read; nothing while there is nothing to read, and the places are kept free.
        chosen: the index of the digit whose bars are shown.
        invitation: what to say while there is nothing to read.
    """
    if not number:
        return _blank(invitation, "and see what a network makes of it")
    recognition = number[chosen]
    bars = _bars(recognition)
    if len(number) > 1:
        words = _words(number_verdict(number), doubts(number), shown=not all(map(is_sure, number)))
        named = f"{ordinal(chosen + 1)} digit, {sign(recognition)}"
        bars = _bars(recognition, f", {named}")
        heading = f"{named[0].upper() + named[1:]}: {_confidence(recognition)}"
        return _layout(
            "number",
            _number(number, chosen),
            words,
            bars,
            Markup('<p class="bars-of">{heading}</p>').format(heading=heading),
        )
    if recognition.digit is None:
        return _layout("none", _sign("?"), _words(verdict(recognition), _confidence(recognition)), bars)
    words = _words(verdict(recognition), _confidence(recognition), shown=not is_sure(recognition))
    return _layout("digit", _sign(sign(recognition)), words, bars)


def of_drawing(html: Markup, drawing: str, strokes: int | None) -> Markup:
    """Says on the page of which drawing an answer is, and of how many strokes, for scripts.

    Args:
        html: the answer.
        drawing: its name, by which something can be said of it; empty where nothing was read.
        strokes: how many the pen has drawn of it, so that an answer is known which the next one will soon replace; None
            where the drawing could not be read.
    """
    return Markup('<div data-drawing="{drawing}" data-strokes="{strokes}">{html}</div>').format(
        drawing=drawing, strokes="" if strokes is None else strokes, html=html
    )


def unread_html(told: str) -> Markup:
    """Lays out, in the answer's place, that what came could not be read."""
    return _blank(told, "the message says why; try another one")


def _blank(words: str, more: str) -> Markup:
    """Lays out an answer without a digit; the places are kept free."""
    return _layout("blank", _sign(""), _words(words, more), _ten_bars(np.zeros(10, np.float32), None))


def _confidence(recognition: Recognition) -> str:
    if recognition.digit is not None:
        return f"confidence {formatting.confidence(recognition.confidence)}"
    nearest = article(int(recognition.probabilities.argmax()))
    return f"rejected, confidence {formatting.confidence(1 - recognition.digit_score)}; if anything, {nearest}"


def _layout(state: str, read: Markup, words: Markup, bars: Markup, heading: Markup | str = "") -> Markup:
    return Markup(
        '<section class="answer" data-state="{state}" aria-label="Answer">{read}{words}{bars}{heading}</section>'
    ).format(state=state, read=read, words=words, bars=bars, heading=heading)


def _sign(sign: str) -> Markup:
    return Markup('<p class="answer-digit" aria-hidden="true">{sign}</p>').format(sign=sign)


def _number(number: Sequence[Recognition], chosen: int) -> Markup:
    """Lays the digits out as they are written, each a button that shows its bars."""
    lines = lines_of(number)
    buttons = iter(_button(number, index, index == chosen) for index in range(len(number)))
    rows = Markup("").join(
        Markup('<div class="answer-line">{}</div>').format(Markup("").join(next(buttons) for _ in line))
        for line in lines
    )
    size = f"--lines:{len(lines)};--digits:{max(map(len, lines))}"
    return Markup('<div class="answer-number" role="group" aria-label="Digits" style="{size}">{rows}</div>').format(
        size=size, rows=rows
    )


def _button(number: Sequence[Recognition], index: int, pressed: bool) -> Markup:
    recognition = number[index]
    label = f"{ordinal(index + 1)} digit: {sign(recognition)}, {_confidence(recognition)}"
    return Markup('<button type="button" data-choice="{}" aria-pressed="{}" aria-label="{label}">{}</button>').format(
        choice(number, index), str(pressed).lower(), sign(recognition), label=label
    )


def _words(words: str, more: str, *, shown: bool = True) -> Markup:
    """Lays out the status line; words that merely repeat the large digits are for screen readers alone."""
    unseen = "" if shown else Markup(' class="unseen"')
    return Markup(
        '<p class="answer-words" role="status"><strong{unseen}>{words}</strong> <span>{more}</span></p>'
    ).format(unseen=unseen, words=words, more=more)


def _bars(recognition: Recognition, of: str = "") -> Markup:
    """Lays out the ten bars; of what was rejected an eleventh is the confidence of that, and the ten share the rest."""
    if recognition.digit is not None:
        return _ten_bars(recognition.probabilities, recognition.digit, of)
    none = _bar("none", 1 - recognition.digit_score, best=True)
    return _ten_bars(recognition.digit_score * recognition.probabilities, None, f" and of none{of}", none)


def _ten_bars(shares: npt.NDArray[np.float32], best: int | None, of: str = "", eleventh: Markup | str = "") -> Markup:
    bars = Markup("").join(_bar(str(digit), float(share), best=digit == best) for digit, share in enumerate(shares))
    kind = "bars bars-eleven" if eleventh else "bars"
    return Markup('<ol class="{kind}" aria-label="Probability of each digit{of}">{bars}{eleventh}</ol>').format(
        kind=kind, of=of, bars=bars, eleventh=eleventh
    )


def _bar(name: str, share: float, *, best: bool) -> Markup:
    return Markup(
        '<li class="bar{}" style="--share:{share:.4f}"><span class="bar-digit">{name}</span><span '
        'class="bar-track" aria-hidden="true"></span><span class="bar-value">{}</span></li>'
    ).format(" bar-best" if best else "", formatting.confidence(share), share=share, name=name)
