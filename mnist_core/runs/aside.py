"""Runs this program's commands in processes of their own, for what would keep pages waiting or needs TensorFlow."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import IO

from mnist_core.errors import StudioError
from mnist_core.runs import processes

PROGRAM = (sys.executable, "-m", "mnist_core")
NICENESS = 19  # drawing comes first
PATIENCE_S = 180.0  # ten times what the longest takes on two quiet cores


class CommandFailed(StudioError):
    """A command did not do what it should; the message is what it said last."""


def output(
    arguments: Sequence[str],
    program: Sequence[str] = PROGRAM,
    *,
    sent: bytes = b"",
    patience_s: float = PATIENCE_S,
) -> bytes:
    """Runs a command to its end and returns what it wrote to standard output.

    Args:
        arguments: the command and its arguments.
        program: whose command it is.
        sent: what it finds at its standard input.
        patience_s: after so many seconds it is ended.

    Raises:
        CommandFailed: it failed, or took too long.
    """
    process = start([*program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.PIPE)
    try:
        written, complaints = process.communicate(sent, timeout=patience_s)
    except subprocess.TimeoutExpired as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise CommandFailed(f"it took longer than {patience_s:g} seconds and was ended.") from error
    if process.returncode:
        raise CommandFailed(reason(complaints, process.returncode))
    return written


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
