import threading
import time

import pytest

from mnist_core.export.figures.styles import Style
from mnist_core.runs import aside
from mnist_core.runs.aside import CommandFailed
from ui import pictures
from ui.turns import TooManyWait


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

    def slow(arguments, **options):
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
    monkeypatch.setattr(pictures._turns, "patience_s", 0.01)
    other = threading.Thread(target=pictures.drawn, args=("digits", (), Style.LIGHT, "png"))
    other.start()
    while not overlapping[0]:
        time.sleep(0.001)

    with pytest.raises(TooManyWait, match="Others are saving pictures"):
        pictures.drawn("digits", (), Style.LIGHT, "png")
    other.join()
