"""What the network says about a drawing, in words and as HTML."""

from html import escape

import numpy as np
import numpy.typing as npt

from mnist_core.recognizer import Recognition

SURE, LIKELY = 0.95, 0.75  # confidences from which we say "surely" and "probably"
RIVAL = 0.5  # a runner-up with half the probability of the best is named as well


def verdict(recognition: Recognition) -> str:
    """Puts into words what was read and how sure it is."""
    if recognition.digit is None:
        return "That looks like no digit"
    best, runner_up = np.argsort(-recognition.probabilities, kind="stable")[:2]
    if recognition.confidence >= SURE:
        return f"Surely {article(best)}"
    if recognition.confidence >= LIKELY:
        return f"Probably {article(best)}"
    if recognition.probabilities[runner_up] >= RIVAL * recognition.confidence:
        return f"{article(best).capitalize()} or {article(runner_up)}?"
    return f"Perhaps {article(best)}"


def article(digit: int) -> str:
    """Gives a digit with its article: a 7, an 8."""
    return f"{'an' if digit == 8 else 'a'} {digit}"


def per_cent(share: float) -> str:
    """Writes a share as a whole per cent, and never as none or all: <1 %, 50 %, >99 %."""
    points = round(100 * share)
    if points < 1:
        return "<1 %"
    return ">99 %" if points > 99 else f"{points} %"


def answer_html(recognition: Recognition | None, invitation: str) -> str:
    """Lays out the answer: the digit, the verdict, the ten bars.

    Args:
        recognition: what was read; None while there is nothing to read, and the places are kept free.
        invitation: what to say then.
    """
    if recognition is None:
        return _layout("", invitation, "and see what a network makes of it", np.zeros(10, np.float32), None, "blank")
    if recognition.digit is None:
        nearest = article(int(recognition.probabilities.argmax()))
        sure = f"{per_cent(1 - recognition.digit_score)} sure of that; if anything, {nearest}"
        return _layout("?", verdict(recognition), sure, recognition.probabilities, None, "none")
    sure = f"{per_cent(recognition.confidence)} sure"
    return _layout(
        str(recognition.digit), verdict(recognition), sure, recognition.probabilities, recognition.digit, "digit"
    )


def _layout(
    sign: str, words: str, sure: str, probabilities: npt.NDArray[np.float32], best: int | None, state: str
) -> str:
    bars = "".join(_bar(digit, float(share), digit == best) for digit, share in enumerate(probabilities))
    return f"""<section class="answer" data-state="{state}" aria-label="Answer">
<p class="answer-digit" aria-hidden="true">{escape(sign)}</p>
<p class="answer-words" role="status"><strong>{escape(words)}</strong> <span>{escape(sure)}</span></p>
<ol class="bars" aria-label="Probability of each digit">{bars}</ol>
</section>"""


def _bar(digit: int, share: float, best: bool) -> str:
    return (
        f'<li class="bar{" bar-best" if best else ""}" style="--share:{share:.4f}">'
        f'<span class="bar-digit">{digit}</span><span class="bar-track" aria-hidden="true"></span>'
        f'<span class="bar-value">{escape(per_cent(share))}</span></li>'
    )
