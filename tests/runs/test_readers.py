"""Processes that read drawings for others: what they answer, and how they end."""

import io
import sys
from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import psutil
import pytest
from PIL import Image

from mnist_core.drawing.image_files import PictureError
from mnist_core.models import registry
from mnist_core.runs import processes, reader
from mnist_core.runs.readers import NotRead, Readers, Request
from tests.handwriting import drawn

SIDE_PX = 480


def canvas_png(digit: int) -> bytes:
    """A digit as a canvas sends it: black ink on nothing."""
    rgba = np.zeros((SIDE_PX, SIDE_PX, 4), np.uint8)
    ink = Image.fromarray(np.uint8(255 * drawn(digit))).resize((SIDE_PX, SIDE_PX))
    rgba[..., 3] = np.asarray(ink)
    file = io.BytesIO()
    Image.fromarray(rgba).save(file, "PNG")
    return file.getvalue()


def reading_processes() -> set[psutil.Process]:
    """The processes that this one has read."""
    found = set()
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if child.is_running() and "mnist_core.runs.reader" in child.cmdline():
                found.add(child)
    return found


@pytest.fixture
def readers() -> Iterator[Readers]:
    """One process that reads."""
    before = reading_processes()
    yield Readers(count=1)
    for process in reading_processes() - before:
        process.kill()


def test_they_read_what_the_active_model_reads_and_leave_the_ink_out(readers, own_model):
    registry.activate("mine")
    png = canvas_png(4)
    reading = readers.read(png, SIDE_PX)

    here = reader.answer(Request(png, SIDE_PX, registry.folder_of("mine").parents[1]))
    assert (reading.model, reading.recognition.digit) == ("mine", 4)
    assert reading.recognition.ink.size == 0
    assert reading.recognition.confidence == pytest.approx(here.recognition.confidence)


def test_another_home_has_another_active_model(readers, own_model, tmp_path, monkeypatch):
    registry.activate("mine")
    assert readers.read(canvas_png(7), SIDE_PX).model == "mine"
    monkeypatch.setenv("MNIST_STUDIO_HOME", str(tmp_path / "empty"))
    assert readers.read(canvas_png(7), SIDE_PX).model == "shipped"


def test_what_is_no_picture_is_refused_with_its_sentence_and_the_next_drawing_is_read(readers):
    with pytest.raises(PictureError, match="did not arrive whole"):
        readers.read(canvas_png(1)[:200], SIDE_PX)
    assert readers.read(canvas_png(1), SIDE_PX).recognition.digit == 1


def test_a_process_that_was_killed_is_started_anew(readers):
    before = reading_processes()
    assert readers.read(canvas_png(3), SIDE_PX).recognition.digit == 3
    (process,) = reading_processes() - before
    process.kill()
    assert readers.read(canvas_png(3), SIDE_PX).recognition.digit == 3


def test_a_process_ends_with_whoever_asks_it():
    before = reading_processes()
    asking = Readers(count=1)
    asking.read(canvas_png(3), SIDE_PX)
    (process,) = reading_processes() - before
    del asking
    assert processes.wait(lambda: not process.is_running(), 10)


@pytest.mark.parametrize("program", [(sys.executable, "-c", ""), ("/nowhere/python",)], ids=["ends at once", "missing"])
def test_where_nothing_can_be_started_a_sentence_says_that_nothing_was_read(program):
    for _ in range(2):
        with pytest.raises(NotRead, match="could not read"):
            Readers(count=1, program=program).read(canvas_png(3), SIDE_PX)
