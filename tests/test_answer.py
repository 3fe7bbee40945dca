import re
from xml.etree import ElementTree

import numpy as np
import pytest

from mnist_core.recognizer import Recognition
from ui.answer import answer_html, per_cent, verdict


def recognition(shares: dict[int, float], *, is_digit: bool = True) -> Recognition:
    """A recognition with the given probabilities; the rest is shared by the other digits."""
    probabilities = np.full(10, (1 - sum(shares.values())) / (10 - len(shares)), np.float32)
    for digit, share in shares.items():
        probabilities[digit] = share
    return Recognition(
        digit=int(probabilities.argmax()) if is_digit else None,
        probabilities=probabilities,
        confidence=float(probabilities.max()),
        digit_score=0.9 if is_digit else 0.2,
        model_input=np.zeros((28, 28), np.uint8),
    )


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ({7: 0.99}, "Surely a 7"),
        ({8: 0.99}, "Surely an 8"),
        ({7: 0.8}, "Probably a 7"),
        ({7: 0.5, 1: 0.4}, "A 7 or a 1?"),
        ({8: 0.6, 3: 0.35}, "An 8 or a 3?"),
        ({7: 0.6, 1: 0.1}, "Perhaps a 7"),
    ],
)
def test_the_surer_the_network_the_surer_the_words(shares, words):
    assert verdict(recognition(shares)) == words


def test_what_is_no_digit_is_called_none_however_sure_of_the_best_one():
    assert verdict(recognition({7: 0.99}, is_digit=False)) == "That looks like no digit"


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "<1 %"),
        (0.0049, "<1 %"),
        (0.006, "1 %"),
        (0.494, "49 %"),
        (0.994, "99 %"),
        (0.9951, ">99 %"),
        (1.0, ">99 %"),
    ],
)
def test_shares_are_whole_per_cents_and_never_certain(share, words):
    assert per_cent(share) == words


def parse(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html)


def text(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def test_the_answer_is_said_in_a_status_that_screen_readers_announce():
    answer = parse(answer_html(recognition({7: 0.98}), "Draw a digit"))

    assert text(answer.find(".//*[@role='status']")) == "Surely a 7 98 % sure"
    assert text(answer.find(".//*[@class='answer-digit']")) == "7"


def test_the_ten_bars_keep_their_order_whatever_is_read():
    for read in range(10):
        bars = parse(answer_html(recognition({read: 0.9}), "")).findall(".//li")
        heights = [float(re.fullmatch(r"--share:(\d\.\d+)", bar.get("style"))[1]) for bar in bars]

        assert [text(bar.find("*[@class='bar-digit']")) for bar in bars] == [str(digit) for digit in range(10)]
        assert np.argmax(heights) == read
        assert [digit for digit, bar in enumerate(bars) if "bar-best" in bar.get("class").split()] == [read]
        assert text(bars[read].find("*[@class='bar-value']")) == "90 %"


def test_what_is_no_digit_has_no_best_bar_but_names_the_nearest():
    answer = parse(answer_html(recognition({6: 0.7}, is_digit=False), ""))

    assert text(answer.find(".//*[@role='status']")) == "That looks like no digit 80 % sure of that; if anything, a 6"
    assert not [bar for bar in answer.findall(".//li") if "bar-best" in bar.get("class")]


def test_before_the_first_stroke_the_places_are_there_already():
    empty = parse(answer_html(None, "Draw <a> digit"))
    drawn = parse(answer_html(recognition({7: 0.98}), ""))

    assert text(empty.find(".//*[@role='status']")).startswith("Draw <a> digit")
    assert [element.tag for element in empty.iter()] == [element.tag for element in drawn.iter()]
