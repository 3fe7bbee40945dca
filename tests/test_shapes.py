from dataclasses import dataclass
from typing import Any, Literal, NotRequired, TypedDict

import pytest

from mnist_core.shapes import Misshapen, conform


@dataclass(frozen=True)
class Part:
    size: float
    places: tuple[str, int]
    colour: str = "black"
    words: tuple[str, ...] = ()


class Whole(TypedDict):
    name: str
    parts: list[Part]
    counts: dict[str, int]
    note: NotRequired[str | None]
    state: Literal["new", "old"]


WHOLE: dict[str, Any] = {"name": "a", "parts": [{"size": 1, "places": ["b", 2]}], "counts": {"c": 3}, "state": "new"}


def test_what_has_the_right_shape_is_made_into_it_and_keeps_what_nobody_named():
    assert conform(WHOLE | {"more": [[]]}, Whole) == WHOLE | {"more": [[]], "parts": [Part(1, ("b", 2))]}
    assert conform(WHOLE | {"note": None}, Whole)["note"] is None
    some = WHOLE["parts"][0] | {"words": ["c", "d"]}
    assert conform(WHOLE | {"parts": [some]}, Whole)["parts"] == [Part(1, ("b", 2), words=("c", "d"))]


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (None, "it should be an object"),
        ([], "it should be an object"),
        ({"name": "a"}, "counts is missing"),
        (WHOLE | {"name": 3}, "name should be a text"),
        (WHOLE | {"note": 3}, "note should be null"),
        (WHOLE | {"state": "odd"}, "state should be one of new, old"),
        (WHOLE | {"state": []}, "state should be one of new, old"),
        (WHOLE | {"counts": {"c": True}}, r"counts\.c should be a whole number"),
        (WHOLE | {"counts": {"c": 1.0}}, r"counts\.c should be a whole number"),
        (WHOLE | {"parts": {}}, "parts should be a list"),
        (WHOLE | {"parts": [{"size": "1", "places": ["b", 2]}]}, r"parts\[0\]\.size should be a number"),
        (WHOLE | {"parts": [{"size": 1}]}, r"parts\[0\]\.places is missing"),
        (WHOLE | {"parts": [{"size": 1, "places": ["b", 2], "age": 3}]}, r"parts\[0\]\.age is unknown"),
        (
            WHOLE | {"parts": [{"size": 1, "places": ["b", 2], "words": [1]}]},
            r"parts\[0\]\.words\[0\] should be a text",
        ),
        (WHOLE | {"parts": [{"size": 1, "places": ["b"]}]}, r"parts\[0\]\.places should be a list of 2"),
    ],
)
def test_what_has_another_shape_is_named_where_it_has(wrong, complaint):
    with pytest.raises(Misshapen, match=f"^{complaint}$"):
        conform(wrong, Whole)
