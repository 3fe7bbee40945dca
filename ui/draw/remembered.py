"""Lets a visitor's drawings be read as their hand has taught it, and says so where that decided.

The database's library is imported only where something may be kept: a new server starts without it.
"""

from contextlib import suppress

from mnist_core import settings
from mnist_core.errors import StudioError
from mnist_core.reading.recognizer import Recognizer
from ui import owner, page
from ui.draw.corrections import taught_html
from ui.draw.teaching import Answer
from ui.live import live_html


def by_hand(recognizer: Recognizer) -> Recognizer:
    """Returns a recognizer that reads as this visitor's hand has taught it; where that cannot be known, says why."""
    whose = owner.of_visitor()
    if whose is None or not settings.may_have_drawings():
        return recognizer
    from mnist_core.kept import hands, memories

    with page.problems_told():
        return memories.remembering(recognizer, hands.current(whose))
    return recognizer


def show(answer: Answer | None) -> None:
    """Shows the drawing by which the chosen digit was taught, if there is one."""
    kept, when = None, ""
    if answer is not None and (id_ := answer.number[answer.chosen].taught_by) is not None:
        from mnist_core.kept import drawings

        with suppress(StudioError):
            kept = drawings.one(owner.required(), id_)
        when = "" if kept is None else owner.when(kept.kept)
    live_html(taught_html(kept, when), key="taught")
