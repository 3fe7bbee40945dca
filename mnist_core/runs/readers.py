"""Reads drawings in processes of their own.

Where many people draw at once, threads of one process wait for Python's lock far longer than a reading takes.
"""

import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Lock

from mnist_core import settings
from mnist_core.errors import StudioError
from mnist_core.reading.network import CORES
from mnist_core.reading.recognizer import Recognition
from mnist_core.runs import processes

PROGRAM = (sys.executable, "-m", "mnist_core.runs.reader")
SERVERS_LOG = 2  # this process's standard error: what a reader fails by is looked for there


class NotRead(StudioError):
    """The processes that read cannot be started, or end at once."""

    def __init__(self) -> None:
        super().__init__("I could not read this drawing: draw another stroke.")


@dataclass(frozen=True)
class Request:
    """A drawing to read."""

    png: bytes
    """As the canvas makes it."""
    most_side_px: int
    """Of the picture."""
    home: Path
    """Whose active model reads."""


@dataclass(frozen=True)
class Reading:
    """What the active model makes of a drawing."""

    recognition: Recognition
    """Without the ink."""
    model: str
    """The name of the model."""


class Readers:
    """Processes that read drawings, and are started anew when they have ended."""

    def __init__(self, count: int = CORES, program: Sequence[str] = PROGRAM) -> None:
        self._count, self._program = count, program
        self._idle: SimpleQueue[Connection] = SimpleQueue()
        self._starting = Lock()
        self._is_started = False

    def start(self) -> None:
        """Starts the processes, unless they are; they can read a second later.

        Raises:
            NotRead: they cannot be started.
        """
        with self._starting:
            if not self._is_started:
                for reader in [self._launched() for _ in range(self._count)]:
                    self._idle.put(reader)
                self._is_started = True

    def read(self, png: bytes, most_side_px: int) -> Reading:
        """Reads one digit with the active model.

        Args:
            png: a drawing, as the canvas makes it.
            most_side_px: of the picture.

        Raises:
            StudioError: it is no such picture, or the processes that read end at once.
        """
        self.start()
        request = Request(png, most_side_px, settings.home())
        reader = self._idle.get()
        try:
            answer = _ask(reader, request)
            if answer is None:
                reader.close()
                reader = self._launched()
                answer = _ask(reader, request)
        finally:
            self._idle.put(reader)
        if answer is None:
            raise NotRead
        if isinstance(answer, StudioError):
            raise answer
        return answer

    def _launched(self) -> Connection:
        """Starts a process and returns the connection to it, at whose end it ends."""
        try:
            here, there = socket.socketpair()
        except OSError as error:
            raise NotRead from error
        with there:
            try:
                processes.launch(
                    [*self._program, str(there.fileno())],
                    stdout=subprocess.DEVNULL,
                    stderr=SERVERS_LOG,
                    pass_fds=(there.fileno(),),
                )
            except OSError as error:
                here.close()
                raise NotRead from error
        return Connection(here.detach())


def _ask(reader: Connection, request: Request) -> Reading | StudioError | None:
    """Returns a process's answer; None where it has ended."""
    try:
        reader.send(request)
        answer: Reading | StudioError = reader.recv()
    except (EOFError, OSError):
        return None
    return answer
