"""Runs commands of `mnist_core` in processes of their own, for what would keep pages waiting or needs TensorFlow."""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from mnist_core.errors import StudioError

PROGRAM = (sys.executable, "-m", "mnist_core")
NICENESS = 19  # drawing comes first
ROOT = Path(__file__).parents[1]


class CommandFailed(StudioError):
    """A command did not do what it should; the message is what it said last."""


def output(arguments: Sequence[str], program: Sequence[str] = PROGRAM) -> bytes:
    """Runs a command to its end and returns what it wrote to standard output.

    Raises:
        CommandFailed: it failed.
    """
    process = start([*program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    written, complaints = process.communicate()
    if process.returncode:
        raise CommandFailed(reason(complaints, process.returncode))
    return written


def start(command: Sequence[str], *, stdout: int | IO[bytes], stderr: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """Starts a command at low priority; it is reaped even if nobody waits for it."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True
    )
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)  # before it is reaped and its number given anew
    threading.Thread(target=process.wait, daemon=True).start()
    return process


def reason(complaints: bytes, exit_code: int) -> str:
    """Says why a command failed: the last line of what it wrote to standard error."""
    said = complaints.decode(errors="replace").strip()
    return said.splitlines()[-1] if said else f"it ended with exit code {exit_code}."
