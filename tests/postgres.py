"""Starts the system's PostgreSQL for tests, as an unprivileged user, on this machine alone, in a temporary folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.browser import free_port

INSTALL = "needs PostgreSQL (on Debian: apt install postgresql)"
START_TIMEOUT_S = 60
USER = "nobody"  # as root PostgreSQL refuses to run


def binaries() -> Path | None:
    """Returns the folder with PostgreSQL's programs; None where it is not installed."""
    found = [Path(path).parent for name in ("initdb",) if (path := shutil.which(name))]
    return next(iter([*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *found]), None)


class Postgres:
    """A PostgreSQL server that can be stopped and started again."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder, self._programs, self.port = folder, programs, free_port()
        self._run("initdb", "--pgdata", str(folder / "data"), "--auth=trust", "--username=studio", "--no-sync")

    def start(self) -> None:
        """Starts the server, and waits until it answers."""
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=40"
        data = str(self._folder / "data")
        self._run("pg_ctl", "start", "--pgdata", data, "-w", "-l", str(self._folder / "log"), "-o", options)

    def stop(self) -> None:
        """Stops the server, and ends all connections."""
        self._run("pg_ctl", "stop", "--pgdata", str(self._folder / "data"), "-m", "fast", "-w")

    def database(self) -> str:
        """Makes an empty database, and returns its address."""
        name = f"studio_{time.monotonic_ns()}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "studio", name)
        return f"postgresql://studio@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [*_as_user(), str(self._programs / program), *arguments]
        done = subprocess.run(
            command,
            cwd=self._folder,
            timeout=START_TIMEOUT_S,
            check=False,
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,  # which the server would keep open
            stderr=subprocess.STDOUT,
        )
        assert done.returncode == 0, f"{program}: {done.stdout!r}"


@contextmanager
def running(programs: Path) -> Iterator[Postgres]:
    """Starts a server with no database yet, and stops it at the end."""
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        if os.geteuid() == 0:
            user = pwd.getpwnam(USER)
            os.chown(folder, user.pw_uid, user.pw_gid)
        server = Postgres(Path(folder), programs)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _as_user() -> Sequence[str]:
    return ["setpriv", f"--reuid={USER}", "--clear-groups", "--"] if os.geteuid() == 0 else []
