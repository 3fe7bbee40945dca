import threading
import time

import pytest

from mnist_core.runs import aside
from ui.model import take_home
from ui.turns import TooManyWait


@pytest.fixture
def commands(monkeypatch):
    """Replaces the command by a slow one; holds what was asked for, and fails where two run at the same time."""
    asked, running = [], threading.Lock()

    def slow(arguments, **options):
        assert running.acquire(blocking=False)
        asked.append(arguments)
        time.sleep(0.05)
        running.release()
        return b"page"

    monkeypatch.setattr(aside, "output", slow)
    take_home._page_of.cache_clear()
    yield asked
    take_home._page_of.cache_clear()


def test_one_page_is_made_at_a_time_and_kept_while_the_network_is_the_same(commands):
    networks = ["a", "b", "a", "b", "a"]
    threads = [threading.Thread(target=take_home.page_of, args=("mine", network)) for network in networks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert commands == [["take-home", "--model=mine", "--output=-"]] * 2


def test_who_has_to_wait_too_long_is_told_so(commands, monkeypatch):
    monkeypatch.setattr(take_home._turns, "patience_s", 0.01)
    other = threading.Thread(target=take_home.page_of, args=("mine", "a"))
    other.start()
    while not commands:
        time.sleep(0.001)

    with pytest.raises(TooManyWait, match="Others take networks home"):
        take_home.page_of("mine", "b")
    other.join()
