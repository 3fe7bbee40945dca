"""Runs this program's commands in processes of their own, for what would keep pages waiting or needs TensorFlow."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from tempfile import TemporaryFile
from time import monotonic
from typing import IO

from mnist_core.errors import StudioError
from mnist_core.runs import processes

PROGRAM = (sys.executable, "-m", "mnist_core")
NICENESS = 19  # drawing comes first
PATIENCE_S = 180.0  # ten times what the longest takes on two quiet cores
CHECK_S = 0.1  # how often somebody is asked whether they still wait


class CommandFailed(StudioError):
    """A command did not do what it should; the message is what it said last."""


def output(
    arguments: Sequence[str],
    program: Sequence[str] = PROGRAM,
    *,
    sent: bytes = b"",
    patience_s: float = PATIENCE_S,
    check: Callable[[], None] = lambda: None,
) -> bytes:
    """Runs a command to its end and returns what it wrote to standard output.

    Args:
        arguments: the command and its arguments.
        program: whose command it is.
        sent: what it finds at its standard input.
        patience_s: after so many seconds it is ended.
        check: called while it runs; where this raises, the command is ended.

    Raises:
        CommandFailed: it failed, or took too long.
    """
    with TemporaryFile() as to_read:  # a pipe is not filled any further by a second `communicate` (Python 3.11)
        to_read.write(sent)
        to_read.seek(0)
        process = start([*program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=to_read)
    try:
        written, complaints = _awaited(process, patience_s, check)
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    if process.returncode:
        raise CommandFailed(reason(complaints, process.returncode))
    return written


def _awaited(process: subprocess.Popen[bytes], patience_s: float, check: Callable[[], None]) -> tuple[bytes, bytes]:
    """Returns what a process wrote to standard output and to standard error, once it has ended."""
    ends = monotonic() + patience_s
    while (left_s := ends - monotonic()) > 0:
        try:
            return process.communicate(timeout=min(CHECK_S, left_s))
        except subprocess.TimeoutExpired:
            check()
    raise CommandFailed(f"it took longer than {patience_s:g} seconds and was ended.")


def start(
    command: Sequence[str],
    *,
    stdout: int | IO[bytes],
    stderr: int | IO[bytes],
    stdin: int | IO[bytes] = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Starts a command at low priority.

    Raises:
        OSError: it cannot be started.
    """
    return processes.launch(command, stdout=stdout, stderr=stderr, stdin=stdin, niceness=NICENESS)


def reason(complaints: bytes, exit_code: int) -> str:
    """Returns why a command failed: the last line of what it wrote to standard error."""
    said = complaints.decode(errors="replace").strip()
    return said.splitlines()[-1] if said else f"it ended with exit code {exit_code}."
