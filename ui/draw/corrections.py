"""Lets a visitor say of an answer that it is right, or what it should be, by a press, a key, or in writing."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from markupsafe import Markup
from streamlit.components.v2 import component

from mnist_core.export.images import data_uri
from ui import assets
from ui.draw.answer import ordinal
from ui.draw.teaching import LABELS, NO_DIGIT, RIGHT, Answer, Said

if TYPE_CHECKING:
    from mnist_core.kept.drawings import Kept

KEPT = (
    "Nothing is kept unless you press one of these. Then this drawing and what you say it is are kept on this server, "
    "for your browser alone, until you delete it on My drawings."
)

_DIGITS = Markup("").join(
    Markup('<button type="button" data-label="{0}" aria-pressed="false">{0}</button>').format(label)
    for label in LABELS
    if label != NO_DIGIT
)
_HTML = Markup("""
<section class="corrections" aria-label="Was that right?">
  <div class="said" role="group">
    <button type="button" data-label="{right}" aria-pressed="false">Right</button>
    <p class="or"></p>
    <button type="button" data-label="{none}" aria-pressed="false">No digit</button>
    <div class="digits">{digits}</div>
  </div>
  <p class="thanks" role="status"></p>
  <details><summary>Divided wrongly? Type all that is written</summary>
    <form><input inputmode="numeric" autocomplete="off" maxlength="40" aria-label="All digits that are written">
    <button type="submit">That is it</button></form>
  </details>
</section>
""").format(right=RIGHT, none=NO_DIGIT, digits=_DIGITS)

_mount = component("mnist_studio_corrections", html=_HTML, js=assets.text("corrections.js"), isolate_styles=False)


def show(answer: Answer | None, said: Said, *, key: str, on_said: Callable[[], None]) -> None:
    """Shows what can be said of an answer; nothing while there is none, and its place is kept free.

    From stroke to stroke this stays the same, and is not sent again: which drawing is meant stands beside the answer.

    Args:
        answer: what the visitor is shown.
        said: what they have said of this drawing.
        key: of the component, which reports `said`: the name of the drawing, and a `label` (`RIGHT` or one of `LABELS`)
            or all digits as `written`.
        on_said: called when something was said.
    """
    pressed = [RIGHT] if answer is not None and said.is_right(answer.number) else []
    if answer is not None and not pressed and (label := said.label_of(answer.chosen)) is not None:
        pressed = [what for what, its_label in LABELS.items() if its_label == label]
    is_number = answer is not None and len(answer.number) > 1
    _mount(
        key=key,
        data={
            "shown": answer is not None,
            "pressed": pressed,
            "or": f"or the {ordinal(answer.chosen + 1)} digit is" if answer is not None and is_number else "or it is",
            "words": said.words or KEPT,
            "written": said.written,
        },
        on_said_change=on_said,
    )


def taught_html(kept: "Kept | None", when: str) -> Markup:
    """Says that an answer rests on a drawing of the visitor's own, and shows that one.

    Args:
        kept: the drawing; None where the network needed none.
        when: it was kept, as one says it.
    """
    if kept is None:
        return Markup("")
    return Markup(
        '<p class="taught"><img src="{picture}" alt="The drawing that you taught">'
        "<span>as you taught it {when}</span></p>"
    ).format(picture=data_uri(kept.ink, "image/png"), when=when)
