import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from mnist_core.runs import aside
from ui import session, turns
from ui.turns import Superseded, TooManyWait, Turns

BUSY = "Others are making reports just now: try again in a moment."


def test_one_visitor_has_the_turn_at_a_time():
    one, running = Turns(BUSY, patience_s=30), threading.Lock()

    def make(number: int) -> int:
        with one.taken():
            assert running.acquire(blocking=False)
            time.sleep(0.005)
            running.release()
        return number

    with ThreadPoolExecutor(5) as visitors:
        assert list(visitors.map(make, range(10))) == list(range(10))


def test_other_things_are_made_beside_it():
    one, other = Turns(BUSY, patience_s=0), Turns(BUSY, patience_s=0)
    with one.taken(), other.taken():
        pass


def test_who_has_waited_in_vain_is_told_so():
    one = Turns(BUSY, patience_s=0.01)
    with one.taken(), pytest.raises(TooManyWait, match=BUSY), one.taken():
        pass


def test_what_fails_keeps_nobody_waiting():
    one = Turns(BUSY, patience_s=0)
    with pytest.raises(ZeroDivisionError), one.taken():
        raise ZeroDivisionError
    with one.taken():
        pass


def test_who_goes_while_another_has_the_turn_waits_no_longer(monkeypatch):
    one = Turns(BUSY, patience_s=30)
    monkeypatch.setattr(session, "is_superseded", lambda: True)
    began = time.monotonic()
    with one.taken(), pytest.raises(Superseded), one.taken():
        pass
    assert time.monotonic() - began < 10


def test_a_command_that_nobody_waits_for_any_more_is_ended_and_keeps_nobody_waiting(monkeypatch):
    one = Turns(BUSY, patience_s=0)
    sleeping = partial(aside.output, program=(sys.executable, "-c", "import time; time.sleep(60)"))
    monkeypatch.setattr(aside, "output", sleeping)
    monkeypatch.setattr(session, "is_superseded", lambda: True)
    began = time.monotonic()
    with pytest.raises(Superseded), one.taken():
        turns.output([])
    assert time.monotonic() - began < 30
    with one.taken():
        pass


def test_what_a_command_writes_is_returned(own_mnist):
    with Turns(BUSY, patience_s=0).taken():
        assert b'"canonical"' in turns.output(["data", "--json"])
