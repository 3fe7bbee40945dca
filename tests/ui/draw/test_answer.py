import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from mnist_core.reading.recognizer import Recognition
from ui.draw.answer import answer_html, choice, chosen_in, ordinal, unread_html, verdict


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
        ({7: 0.99}, "7"),
        ({8: 0.76}, "8"),
        ({7: 0.5, 1: 0.4}, "7 or 1?"),
        ({8: 0.74, 3: 0.2}, "8 or 3?"),
    ],
)
def test_a_digit_in_doubt_is_named_with_its_rival(shares, words):
    assert verdict(recognition(shares)) == words


def test_what_is_rejected_is_called_no_digit_whatever_the_confidence_in_the_best_one():
    assert verdict(recognition({7: 0.99}, is_digit=False)) == "I don’t think that is a digit"


@pytest.mark.parametrize(
    ("place", "words"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (23, "23rd")]
)
def test_places_are_counted_as_people_count(place, words):
    assert ordinal(place) == words


def parse(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html)


def text(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def test_the_answer_is_said_in_a_status_that_screen_readers_announce():
    answer = parse(answer_html([recognition({7: 0.98})], 0, "Draw a digit"))

    assert text(answer.find(".//*[@role='status']")) == "7 confidence 98 %"
    assert text(answer.find(".//*[@class='answer-digit']")) == "7"


def test_the_ten_bars_keep_their_order_whatever_is_read():
    for read in range(10):
        bars = parse(answer_html([recognition({read: 0.9})], 0, "")).findall(".//li")
        heights = [float(re.fullmatch(r"--share:(\d\.\d+)", bar.get("style"))[1]) for bar in bars]

        assert [text(bar.find("*[@class='bar-digit']")) for bar in bars] == [str(digit) for digit in range(10)]
        assert np.argmax(heights) == read
        assert [digit for digit, bar in enumerate(bars) if "bar-best" in bar.get("class").split()] == [read]
        assert text(bars[read].find("*[@class='bar-value']")) == "90 %"


def test_of_what_is_no_digit_none_is_best_and_the_nearest_digit_is_named():
    answer = parse(answer_html([recognition({6: 0.7}, is_digit=False)], 0, ""))

    said = "I don’t think that is a digit rejected, confidence 80 %; if anything, a 6"
    assert text(answer.find(".//*[@role='status']")) == said
    assert [text(bar)[:4] for bar in answer.findall(".//li") if "bar-best" in bar.get("class")] == ["none"]


def shares(bars: list[ElementTree.Element]) -> list[float]:
    return [float(re.fullmatch(r"--share:(\d\.\d+)", bar.get("style"))[1]) for bar in bars]


@pytest.mark.parametrize("others", [[], [recognition({2: 0.99})]])
def test_the_bars_of_what_is_no_digit_say_so_as_the_sentence_does(others):
    scribble = replace(recognition({0: 0.995}, is_digit=False), digit_score=0.08)
    answer = parse(answer_html([*others, scribble], len(others), ""))
    bars = answer.findall(".//li")

    assert "rejected, confidence 92 %; if anything, a 0" in text(answer)
    assert [text(bar.find("*[@class='bar-digit']")) for bar in bars] == [*map(str, range(10)), "none"]
    assert text(bars[0].find("*[@class='bar-value']")) == "8 %"
    assert text(bars[10].find("*[@class='bar-value']")) == "92 %"
    assert sum(shares(bars)) == pytest.approx(1, abs=1e-3)


def test_what_cannot_be_read_is_said_in_the_answers_place():
    unread, empty = parse(unread_html("I could not read this picture")), parse(answer_html([], 0, "Choose a picture"))

    assert text(unread.find(".//*[@role='status']")).startswith("I could not read this picture")
    assert [element.tag for element in unread.iter()] == [element.tag for element in empty.iter()]


def test_before_the_first_stroke_the_places_are_there_already():
    empty = parse(answer_html([], 0, "Draw <a> digit"))
    drawn = parse(answer_html([recognition({7: 0.98})], 0, ""))

    assert text(empty.find(".//*[@role='status']")).startswith("Draw <a> digit")
    assert [element.tag for element in empty.iter()] == [element.tag for element in drawn.iter()]


NUMBER = [recognition({2: 0.99}), recognition({0: 0.98}), recognition({6: 0.9})]


def status(number: list[Recognition]) -> str:
    return text(parse(answer_html(number, 0, "")).find(".//*[@role='status']"))


def test_the_status_tells_the_whole_number_and_its_confidence():
    assert status(NUMBER) == "206 confidence 87 %"
    assert status([*NUMBER, recognition({7: 0.6, 1: 0.3})]) == "2067? the 4th is 7 or 1"
    assert status([*NUMBER, recognition({7: 0.9}, is_digit=False)]) == "206?? the 4th is rejected as no digit"
    assert status([*NUMBER, replace(recognition({7: 1.0}), line=1)]) == "206, then 7 confidence 87 %"


def test_the_words_are_seen_only_where_they_say_more_than_the_large_digits():
    def unseen(number: list[Recognition]) -> bool:
        return parse(answer_html(number, 0, "")).find(".//strong").get("class") == "unseen"

    assert unseen(NUMBER)
    assert unseen(NUMBER[:1])
    assert not unseen([recognition({7: 0.6, 1: 0.3})])
    assert not unseen([*NUMBER, recognition({7: 0.6, 1: 0.3})])
    assert not unseen([recognition({7: 0.9}, is_digit=False)])


@pytest.mark.parametrize("chosen", [0, 1, 2])
def test_each_digit_of_a_number_is_a_button_and_the_chosen_one_has_the_bars(chosen):
    answer = parse(answer_html(NUMBER, chosen, ""))
    buttons = answer.findall(".//button")

    assert [text(button) for button in buttons] == ["2", "0", "6"]
    assert [button.get("aria-pressed") for button in buttons] == [str(i == chosen).lower() for i in range(3)]
    assert buttons[1].get("aria-label") == "2nd digit: 0, confidence 98 %"
    assert chosen_in(NUMBER, buttons[chosen].get("data-choice")) == chosen
    best = [i for i, bar in enumerate(answer.findall(".//li")) if "bar-best" in bar.get("class").split()]
    assert best == [NUMBER[chosen].digit]


def test_a_choice_lasts_as_long_as_the_number_is_read_the_same():
    asked = choice(NUMBER, 0)
    assert chosen_in(NUMBER, asked) == 0
    assert chosen_in([*NUMBER, recognition({1: 0.9})], asked) == 3
    assert chosen_in(NUMBER[:1], asked) == 0
    assert chosen_in([], asked) == 0
