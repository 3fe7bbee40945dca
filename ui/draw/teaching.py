"""What a visitor says of an answer: that it is right, or what it should be. It is kept, taken back, or kept otherwise.

This module knows nothing about Streamlit. It imports the database's library only where something is kept.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mnist_core.drawing.strokes import Writing
from mnist_core.errors import StudioError
from mnist_core.reading.recognizer import Recognition, Recognizer
from mnist_core.synthesis.non_digits import NONE, NUMBER

if TYPE_CHECKING:
    from mnist_core.kept.drawings import Kept

RIGHT = "right"
NO_DIGIT = "none"
LABELS = {**{str(digit): digit for digit in range(10)}, NO_DIGIT: NONE}
"""What can be said of one drawing, and the label that it has then."""
MOST_DIGITS = 30  # of a number that somebody types: a full paper has 20
TAKEN_BACK = "Taken back: this drawing is not kept."
NAMES = {NONE: "no digit", NUMBER: "several digits"}


class NotThere(StudioError):
    """Somebody says that there are digits which cannot be found in the drawing."""


@dataclass(frozen=True)
class Answer:
    """What a visitor was shown."""

    drawing: str
    """Which drawing it is: another one has another name."""
    writing: Writing
    number: Sequence[Recognition]
    chosen: int
    """The index of the digit whose bars are shown."""
    model: str


@dataclass(frozen=True)
class Said:
    """What a visitor has said of one drawing."""

    drawing: str = ""
    kept: tuple[tuple[int, "Kept"], ...] = ()
    """Each digit of which something was said, by its index, and what is kept of it."""
    whole: tuple["Kept", ...] = ()
    """What is kept of the drawing as a whole, which was divided wrongly."""
    written: str = ""
    """All of it, where the visitor typed it."""
    words: str = ""
    """Thanks, or what else there is to say."""

    def label_of(self, index: int) -> int | None:
        """Returns what a digit was said to be; None where nothing was said."""
        return next((kept.label for position, kept in self.kept if position == index), None)

    def is_right(self, number: Sequence[Recognition]) -> bool:
        """Returns whether every digit was said to be right."""
        right = {index for index, kept in self.kept if kept.was_right}
        return bool(number) and not self.whole and right == set(range(len(number)))


def name(label: int) -> str:
    """Names a label in a sentence."""
    return NAMES.get(label, f"{'an' if label == 8 else 'a'} {label}")


def label_of(recognition: Recognition) -> int:
    """Returns what was read."""
    return NONE if recognition.digit is None else recognition.digit


def say(owner: str, answer: Answer, said: Said, what: str) -> Said:
    """Keeps what a visitor says of the digit whose bars are shown, or with `RIGHT` of all; said again, takes it back.

    Args:
        owner: whose drawing it is.
        answer: what they were shown.
        said: what they have said of this drawing before.
        what: `RIGHT`, or one of `LABELS`.

    Raises:
        StudioError: it cannot be kept; what was kept before still is.
    """
    from mnist_core.kept import drawings

    if what == RIGHT:
        if said.is_right(answer.number):
            _take_back(owner, said)
            return Said(said.drawing, words=TAKEN_BACK)
        held = drawings.keep(owner, [_of(answer, index, label_of(one)) for index, one in enumerate(answer.number)])
        _take_back(owner, said)
        return Said(said.drawing, tuple(enumerate(held)), words="Thank you! Remembered as read of your hand.")
    label, index = LABELS[what], answer.chosen
    before = next((kept for position, kept in said.kept if position == index), None)
    others = tuple(pair for pair in said.kept if pair[0] != index)
    if before is not None and before.label == label:
        drawings.remove(owner, before.id)
        return replace(said, kept=others, words=TAKEN_BACK)
    if before is not None:
        drawings.relabel(owner, before.id, label)
        now = replace(before, label=label)
    else:
        (now,) = drawings.keep(owner, [_of(answer, index, label)])
    return replace(said, kept=(*others, (index, now)), words=f"Thank you! Remembered as {name(label)} of your hand.")


def say_all(owner: str, answer: Answer, said: Said, written: str, recognizer: Recognizer) -> Said:
    """Keeps the digits that a visitor says are written, wherever they are in the drawing, however it was divided.

    Args:
        owner: whose drawing it is.
        answer: what they were shown.
        said: what they have said of this drawing before.
        written: the digits that they typed, in reading order.
        recognizer: what read the drawing.

    Raises:
        NotThere: so many digits are not to be found, or what was typed are none.
        StudioError: it cannot be kept.
    """
    from mnist_core.kept import drawings

    digits = "".join(written.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        raise NotThere("Type the digits that are written, such as 12.")
    found = recognizer.read_as([int(digit) for digit in digits], *answer.writing)
    if len(found) != len(digits):
        raise NotThere(f"I cannot find {len(digits)} digits in this drawing: write them a little further apart.")
    divided = replace(answer, number=found)
    new = [_of(divided, index, int(digit)) for index, digit in enumerate(digits)]
    whole = []
    if len(answer.number) == 1 and len(digits) > 1:
        whole = [_of(answer, 0, NUMBER)]
    held = drawings.keep(owner, [*new, *whole])
    _take_back(owner, said)
    return Said(
        said.drawing,
        tuple(enumerate(held[: len(new)])),
        whole=tuple(held[len(new) :]),
        written=digits,
        words=f"Thank you! Remembered as {digits} of your hand.",
    )


def _of(answer: Answer, index: int, label: int) -> "Kept":
    """Prepares what is kept of one digit of an answer."""
    from mnist_core.kept import drawings

    recognition = answer.number[index]
    is_digit = recognition.digit is not None
    return drawings.of_writing(
        Writing(recognition.ink, recognition.pen_strokes),
        label=label,
        predicted=label_of(recognition),
        confidence=recognition.confidence if is_digit else 1 - recognition.digit_score,
        model=answer.model,
    )


def _take_back(owner: str, said: Said) -> None:
    """Deletes all that is kept of a drawing."""
    from mnist_core.kept import drawings

    for kept in (*(kept for _, kept in said.kept), *said.whole):
        with suppress(drawings.KeepingError):  # it was deleted elsewhere meanwhile
            drawings.remove(owner, kept.id)
