import threading
import time

import pytest

from mnist_core.models import registry
from mnist_core.models.model_folder import Model
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
    return asked


@pytest.fixture
def mine(own_model):
    return Model.open(own_model)


def test_one_page_is_made_at_a_time_and_kept(commands, mine):
    shipped = registry.shipped()
    threads = [threading.Thread(target=take_home.page_of, args=[one]) for one in (mine, shipped, mine, shipped, mine)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(commands) == [["take-home", f"--model={name}", "--output=-"] for name in ("mine", "shipped")]


def test_who_has_to_wait_too_long_is_told_so(commands, mine, monkeypatch):
    monkeypatch.setattr(take_home._turns, "patience_s", 0.01)
    other = threading.Thread(target=take_home.page_of, args=[mine])
    other.start()
    while not commands:
        time.sleep(0.001)

    with pytest.raises(TooManyWait, match="Others take networks home"):
        take_home.page_of(mine)
    other.join()
