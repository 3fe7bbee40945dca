"""The benchmark of handwritten typefaces."""

from pathlib import Path

import numpy as np
import pytest
from PIL import ImageFont

from benchmarks import typefaces
from mnist_core.reading.recognizer import Recognizer


@pytest.fixture(scope="module")
def font(tmp_path_factory):
    """The plain typeface that Pillow brings along, as a file."""
    path = tmp_path_factory.mktemp("typefaces") / "aileron.ttf"
    path.write_bytes(ImageFont.load_default(typefaces.SIZE_PX).path.getvalue())
    return path


@pytest.fixture(scope="module")
def score(font):
    return typefaces.measure([font], Recognizer.load())


def test_digits_and_letters_of_a_typeface_are_counted(score):
    assert score.drawn.digits == len(typefaces.DIGITS)
    assert score.drawn.writers == 1
    assert score.letters == len(typefaces.LETTERS)
    assert score.letters_taken_for_digits == len(score.taken) / score.letters
    assert score.letters_read_as_numbers < 0.2
    assert score.drawn.accuracy == 1 - len(score.mistakes) / score.drawn.digits


def test_a_plain_typeface_is_read(score):
    assert score.drawn.accuracy >= 0.8
    assert score.letters_auroc > 0.9


def test_a_character_stands_whole_on_its_paper(font):
    ink = typefaces.draw("8", ImageFont.truetype(font, typefaces.SIZE_PX))
    assert ink.max() == 1
    assert not np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]]).any()


def test_the_listed_typefaces_are_packages_and_none_comes_twice():
    names = (Path(typefaces.__file__).parent / "typefaces.txt").read_text().split()
    assert all(name.startswith("@fontsource/") for name in names)
    assert len(names) == len(set(names)) > 50
