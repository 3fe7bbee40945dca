import os
import sys
import time

import pytest

from mnist_core.runs import aside
from mnist_core.runs.aside import CommandFailed


def program(script: str) -> tuple[str, ...]:
    return (sys.executable, "-c", script)


def test_a_command_returns_what_it_wrote_and_its_complaints_stay_out_of_it():
    script = "import sys; print('noise', file=sys.stderr); print(*sys.argv[1:])"
    assert aside.output(["a", "b"], program(script)) == b"a b\n"


def test_a_command_works_at_low_priority():
    niceness = aside.output([], program("import os; print(os.getpriority(os.PRIO_PROCESS, 0))"))
    assert int(niceness) == aside.NICENESS


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("import sys; print('noise', file=sys.stderr); sys.exit('There is no MNIST.')", "There is no MNIST."),
        ("import os; os.kill(os.getpid(), 9)", "it ended with exit code -9."),
    ],
)
def test_a_command_that_fails_says_why(script, said):
    with pytest.raises(CommandFailed) as failed:
        aside.output([], program(script))
    assert str(failed.value) == said


def test_a_command_gets_what_is_sent_however_often_somebody_is_asked_whether_they_wait():
    script = "import sys, time; time.sleep(0.3); sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])"
    asked = []
    sent = bytes(range(256)) * 1000  # more than a pipe holds
    assert aside.output([], program(script), sent=sent, check=lambda: asked.append(True)) == sent[::-1]
    assert asked


def test_a_command_that_nobody_waits_for_is_ended(tmp_path):
    class Gone(Exception):
        pass

    def leave():
        if (tmp_path / "pid").exists():
            raise Gone

    script = f"import os, pathlib, time; pathlib.Path({str(tmp_path / 'new')!r}).write_text(str(os.getpid()));"
    script += f"os.rename({str(tmp_path / 'new')!r}, {str(tmp_path / 'pid')!r}); time.sleep(60)"
    started = time.monotonic()
    with pytest.raises(Gone):
        aside.output([], program(script), check=leave)
    assert time.monotonic() - started < 30
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_command_that_does_not_end_is_ended():
    started = time.monotonic()
    with pytest.raises(CommandFailed, match=r"it took longer than 0\.5 seconds and was ended"):
        aside.output([], program("import time; time.sleep(60)"), patience_s=0.5)
    assert time.monotonic() - started < 30
