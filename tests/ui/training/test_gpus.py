import threading
import time
from unittest.mock import Mock

import pytest

from mnist_core.runs import aside
from mnist_core.runs.aside import CommandFailed
from mnist_core.training import gpus as library
from mnist_core.training.gpus import Gpus
from ui.training import gpus
from ui.training.gpus import Look, Search

TWO = Gpus(found=["NVIDIA T4", "NVIDIA A100"], used=0, memory_growth=True)


def ended(search: Search) -> Look:
    deadline = time.monotonic() + 30
    while search.look().is_on:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return search.look()


def test_an_answer_that_is_kept_is_there_at_once():
    library.keep(TWO)
    assert Search(ask=lambda: pytest.fail("nobody needs to ask")).look() == Look(TWO)


def test_however_many_look_tensorflow_is_asked_once_and_nobody_waits():
    asked, may_answer = [], threading.Event()

    def ask() -> Gpus:
        asked.append(1)
        may_answer.wait()
        return TWO

    search = Search(ask)
    assert all(search.look().is_on for _ in range(5))
    may_answer.set()
    assert ended(search) == Look(TWO)
    assert asked == [1]


def test_a_failure_is_told_and_asked_again_when_somebody_says_so():
    answers = Mock(
        side_effect=[
            CommandFailed("it ended with exit code -9."),
            OSError("no more processes"),
            ValueError("no JSON"),
            TWO,
        ]
    )
    search = Search(answers)
    assert ended(search).sentence(None) == "Looking for GPUs failed: it ended with exit code -9."
    assert search.look().failure
    search.again()
    assert ended(search).sentence(None) == "Looking for GPUs failed: no more processes"
    search.again()
    assert ended(search).failure
    search.again()
    assert ended(search) == Look(TWO)


def test_looking_changes_the_page_when_it_ends_and_when_it_begins_again():
    looks = Look(), Look(TWO), Look(failure="it ended.")
    assert [(look.is_on, look.news) for look in looks] == [(True, True), (False, False), (False, False)]


@pytest.mark.parametrize(
    ("look", "chosen", "sentence"),
    [
        (Look(), None, "Looking for GPUs ..."),
        (Look(Gpus()), None, "TensorFlow found no GPU. Training uses the CPU."),
        (
            Look(TWO),
            "1",
            "Training uses GPU 1 (NVIDIA A100), memory growth on; not used: GPU 0 (NVIDIA T4).",
        ),
    ],
)
def test_a_sentence_says_what_is_known(look, chosen, sentence):
    assert look.sentence(chosen) == sentence


def test_tensorflow_is_asked_by_the_command(monkeypatch):
    def output(arguments: list[str]) -> bytes:
        assert arguments == ["devices", "--json"]
        return b'{"found": ["NVIDIA T4"], "used": 0, "memory_growth": true, "obstacle": ""}'

    monkeypatch.setattr(aside, "output", output)
    assert gpus.ask() == Gpus(found=["NVIDIA T4"], used=0, memory_growth=True)
