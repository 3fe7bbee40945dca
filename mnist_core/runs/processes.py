"""Processes that work in folders: started, ended and asked after by anyone, one at a time on this machine.

Whether a process lives is asked of the kernel, by its lock (`mnist_core.runs.locks`) on the file `process` in its
folder, which holds its number. A second lock, on the whole machine, lets one process in at a time. Both are taken by
whoever starts a process and handed over to it. The process writes its number itself, before all else, so that it can be
ended even if whoever started it died in the same moment. What a process does is nothing that this module knows.
"""

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import IO

from mnist_core.runs.locks import is_held, locked, note, wait
from mnist_core.runs.outcomes import LOG

MACHINE, PROCESS = "machine", "process"
MERCY_S, PATIENCE_S = 0.5, 1.0  # from asking a process to end to making it end; from there to giving up
LINGER_S = 0.3  # that a lock may outlive the end that somebody has seen
NUMBERED = (
    "import os, sys; _, own, *command = sys.argv;"
    "os.pwrite(int(own), f'{os.getpid()}'.encode(), 0); os.execvp(command[0], command)"
)
"""A program that notes its process number in a file, given by its descriptor, and becomes what its arguments say."""


def machine(folders: Path) -> AbstractContextManager[int]:
    """Holds the machine-wide training lock, as long as a process has the descriptor that it yields.

    Args:
        folders: where the folders of all that may want the machine lie.

    Raises:
        Held: a process has it; `holder` returns its folder's name.
    """
    return locked(folders / MACHINE, patience_s=LINGER_S)


def holder(folders: Path) -> str | None:
    """Returns the name of the folder whose process was started last; None where there was none."""
    with suppress(OSError, UnicodeDecodeError):
        return (folders / MACHINE).read_text(encoding="utf-8").strip()
    return None


@contextmanager
def own(folder: Path) -> Iterator[int]:
    """Takes a folder for the process that is about to be started in it; no number is known until it is.

    Raises:
        Held: a process works in it.
    """
    with locked(folder / PROCESS, patience_s=PATIENCE_S) as descriptor:
        note(descriptor, "")
        yield descriptor


def is_alive(folder: Path) -> bool:
    """Returns whether a process works in a folder."""
    return is_held(folder / PROCESS)


def spawn(command: Sequence[str], folder: Path, machine: int, own: int) -> None:
    """Starts a process, which outlives this one, and hands both locks over to it.

    Args:
        command: what to run.
        folder: where it works; what it says goes into the log there.
        machine: the descriptor of the machine's lock.
        own: that of the folder's.

    Raises:
        OSError: it cannot be started.
    """
    if shutil.which(command[0]) is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), command[0])
    note(machine, f"{folder.name}\n")
    with (folder / LOG).open("ab") as log:
        numbered = [sys.executable, "-I", "-S", "-c", NUMBERED, str(own), *command]
        launch(numbered, stdout=log, stderr=log, pass_fds=(machine, own))


def launch(
    command: Sequence[str],
    *,
    stdout: int | IO[bytes],
    stderr: int | IO[bytes],
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    pass_fds: Sequence[int] = (),
    niceness: int | None = None,
) -> subprocess.Popen[bytes]:
    """Starts a process that finds this library, outlives this one, and is reaped even if nobody waits for it.

    Args:
        command: what to run.
        stdout: a file, or one of the constants of `subprocess`.
        stderr: likewise.
        stdin: likewise; by default, nothing.
        pass_fds: descriptors that it inherits.
        niceness: its priority, as of `os.nice`; None leaves it as it is.

    Raises:
        OSError: it cannot be started.
    """
    path = (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH"))
    process = subprocess.Popen(
        command,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        pass_fds=pass_fds,
        env={"TF_CPP_MIN_LOG_LEVEL": "2", **os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))},
    )
    if niceness is not None:
        os.setpriority(os.PRIO_PROCESS, process.pid, niceness)  # before it is reaped and its number given anew
    threading.Thread(target=process.wait, daemon=True).start()
    return process


def end(folder: Path) -> bool:
    """Ends a folder's process and whatever it has started; returns whether it is gone."""
    wait(lambda: number(folder) is not None or not is_alive(folder), PATIENCE_S)  # it may only just have been started
    pid = number(folder)
    for message, patience_s in ((signal.SIGTERM, MERCY_S), (signal.SIGKILL, PATIENCE_S)):
        if pid is not None and is_alive(folder):
            with suppress(ProcessLookupError):
                os.killpg(pid, message)
        if wait(lambda: not is_alive(folder), patience_s):
            return True
    return False


def number(folder: Path) -> int | None:
    """Returns the number of a folder's process, be it there or gone."""
    with suppress(OSError, ValueError):
        return int((folder / PROCESS).read_text())
    return None
