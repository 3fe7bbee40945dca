import threading
import time

import pytest

from mnist_core.export.figures.styles import Style
from mnist_core.runs import aside
from mnist_core.runs.aside import CommandFailed
from ui import pictures, session


def test_a_figure_is_drawn_by_the_command_in_a_process_of_its_own():
    picture = pictures.drawn("digit", ["--split=test", "--index=3"], Style.DARK, "svg").decode()

    assert "MNIST, test image 3" in picture
    assert "#181614" in picture


def test_what_cannot_be_drawn_is_told_in_the_commands_own_sentence():
    with pytest.raises(CommandFailed, match="There are test images 0 to 9,999, but no image 70000"):
        pictures.drawn("digit", ["--split=test", "--index=70000"], Style.LIGHT, "png")


@pytest.fixture
def overlapping(monkeypatch):
    """Replaces the command by a slow one; holds the most that ran at the same time."""
    running, most, lock = [0], [0], threading.Lock()

    def slow(arguments, *, sent, check):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.05)
        with lock:
            running[0] -= 1
        return b"picture"

    monkeypatch.setattr(aside, "output", slow)
    return most


def test_one_picture_is_drawn_at_a_time(overlapping):
    threads = [threading.Thread(target=pictures.drawn, args=("digits", (), Style.LIGHT, "png")) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert overlapping == [1]


def test_who_has_to_wait_too_long_is_told_so(overlapping, monkeypatch):
    monkeypatch.setattr(pictures, "PATIENCE_S", 0.01)
    other = threading.Thread(target=pictures.drawn, args=("digits", (), Style.LIGHT, "png"))
    other.start()
    while not overlapping[0]:
        time.sleep(0.001)

    with pytest.raises(pictures.TooManyPictures, match="Others are saving pictures"):
        pictures.drawn("digits", (), Style.LIGHT, "png")
    other.join()


def test_a_picture_that_nobody_waits_for_any_more_is_ended_and_keeps_nobody_waiting(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(session, "is_superseded", lambda: True)
        with pytest.raises(pictures.Superseded):
            pictures.drawn("digits", (), Style.LIGHT, "png")
    assert pictures._drawing.acquire(blocking=False)
    pictures._drawing.release()


def test_who_goes_while_another_picture_is_drawn_waits_no_longer(overlapping, monkeypatch):
    monkeypatch.setattr(session, "is_superseded", lambda: True)
    with pictures._drawing, pytest.raises(pictures.Superseded):
        pictures.drawn("digits", (), Style.LIGHT, "png")
    assert overlapping == [0]
