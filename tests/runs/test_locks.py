import subprocess
import sys

import pytest

from mnist_core.runs.locks import Held, is_held, locked, note, wait


def test_a_lock_is_held_until_it_is_let_go(tmp_path):
    path = tmp_path / "lock"
    assert not is_held(path)
    with locked(path, patience_s=0):
        assert is_held(path)
        with pytest.raises(Held), locked(path, patience_s=0.02):
            pass
    assert not is_held(path)
    with locked(path, patience_s=0):
        pass


def test_a_lock_that_was_handed_on_is_held_as_long_as_the_other_process_lives(tmp_path):
    path = tmp_path / "lock"
    with locked(path, patience_s=0) as descriptor:
        process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(descriptor,))
    with process:
        assert is_held(path)
        process.kill()
        process.wait()
        assert not is_held(path)


def test_looking_does_not_take_the_lock(tmp_path):
    path = tmp_path / "lock"
    path.touch()
    assert not is_held(path)
    with locked(path, patience_s=0):
        pass


def test_a_note_replaces_what_stood_there(tmp_path):
    with locked(tmp_path / "lock", patience_s=0) as descriptor:
        note(descriptor, "a long text")
        note(descriptor, "short")
    assert (tmp_path / "lock").read_text() == "short"


def test_waiting_ends_when_it_is_over_or_when_patience_does():
    answers = iter([False, False, True])
    assert wait(lambda: next(answers), 10)
    assert not wait(lambda: False, 0.02)
