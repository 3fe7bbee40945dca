"""The database of kept drawings: SQLite in the home, or the PostgreSQL that `DATABASE_URL` names.

It is made when something is kept for the first time, and brought up to date when it is opened. What goes wrong with it
becomes a sentence; where it cannot be reached, nobody waits for it again before `PAUSE_S` have passed.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, inspect, make_url, text

from mnist_core import files, settings
from mnist_core.errors import StudioError

VERSION = "networks"
"""The latest of `mnist_core/kept/migrations/versions`."""
MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATING = 20_260_000
"""The key of PostgreSQL's lock that one process at a time migrates under."""
WRITING = 20_260_001
"""The key of PostgreSQL's lock that one connection at a time writes under, as SQLite has it of itself."""
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
PATIENCE_S = 2  # for a connection, and for others who write
WAITING_S = 10  # for other visitors of this process who write: they take turns here, where those who wait are in a row
OPENING_S = 20  # for other processes that are making the same database, or bringing it up to date
PAUSE_S = 5.0
LOOK_S = 0.02
WRITES = "writes"

_engines: dict[URL, Engine] = {}
_unreachable_until: dict[URL, float] = {}
_opening = Lock()
_writing = Lock()


class DatabaseError(StudioError):
    """The database of kept drawings cannot be used; the message says why."""


def address() -> str:
    """Returns which database this is, without its password.

    Raises:
        DatabaseError: `DATABASE_URL` is none.
    """
    return _url().render_as_string(hide_password=True)


@contextmanager
def reading() -> Iterator[Connection]:
    """Yields a connection to read with.

    Raises:
        DatabaseError: the database cannot be used.
    """
    with _connected(writes=False) as connection:
        yield connection


@contextmanager
def writing() -> Iterator[Connection]:
    """Yields a connection to write with; all that is written is kept, or after an exception nothing.

    Raises:
        DatabaseError: the database cannot be used, or does not take it.
    """
    if not _writing.acquire(timeout=WAITING_S):
        raise DatabaseError("The database is busy: try again in a moment.")
    try:
        with _connected(writes=True) as connection:
            yield connection
    finally:
        _writing.release()


@contextmanager
def _connected(*, writes: bool) -> Iterator[Connection]:
    url = _url()
    _check_reachable(url)
    try:
        with _engine(url).connect().execution_options(**{WRITES: writes}) as connection, connection.begin():
            yield connection
    except exc.DBAPIError as error:
        _note(error, url)
        raise DatabaseError(_sentence(error, url)) from error
    except OSError as error:
        raise DatabaseError(f"The database of kept drawings cannot be opened: {error.strerror or error}.") from error


def _check_reachable(url: URL) -> None:
    """Raises a `DatabaseError` where a database could not be reached a moment ago: nobody shall wait for it again."""
    if time.monotonic() < _unreachable_until.get(url, 0.0):
        raise DatabaseError(f"The database of kept drawings could not be reached a moment ago ({_named(url)}).")


def _note(error: exc.DBAPIError, url: URL) -> None:
    if _is_away(error):
        _unreachable_until[url] = time.monotonic() + PAUSE_S


def _url() -> URL:
    configured = settings.database_url()
    if configured is None:
        return URL.create("sqlite", database=str(settings.database_path().absolute()))
    try:
        url = make_url(configured)
        if not url.database:
            raise ValueError("It names no database.")
        return url.set(drivername=DRIVERS[url.get_backend_name()])
    except (exc.ArgumentError, KeyError, ValueError) as error:
        raise DatabaseError(
            f"{settings.DATABASE} should be like postgresql://user:password@host/database or sqlite:////path/to/file, "
            "but is something else."
        ) from error


def close() -> None:
    """Closes all databases of this process; the next use opens them again."""
    with _opening:
        while _engines:
            _engines.popitem()[1].dispose()
        _unreachable_until.clear()


def _engine(url: URL) -> Engine:
    """Opens a database once per process, and brings it up to date."""
    with _opening:
        if url not in _engines:
            _check_reachable(url)  # others may have waited for it meanwhile
            try:
                _migrate(url)
            except exc.DBAPIError as error:
                _note(error, url)
                raise
            _engines[url] = _opened(url, PATIENCE_S)
        return _engines[url]


def _migrate(url: URL) -> None:
    """Brings a database up to date, unless it is."""
    engine = _opened(url, OPENING_S)
    try:
        with engine.connect() as connection:
            if version_of(connection) == VERSION:
                return
        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            bring_up_to_date(connection)
    finally:
        engine.dispose()


def _opened(url: URL, patience_s: int) -> Engine:
    """Describes how to connect to a database, where a connection waits so long for others who write."""
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": patience_s}, pool_timeout=PATIENCE_S)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        url,
        connect_args={"connect_timeout": PATIENCE_S, "options": f"-c statement_timeout={1000 * patience_s}"},
        pool_pre_ping=True,
        pool_timeout=PATIENCE_S,
    )
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def bring_up_to_date(connection: Connection, version: str = VERSION) -> None:
    """Migrates a database to a version, unless it is there; one process at a time, without loss.

    Args:
        connection: within a transaction that writes.
        version: one of `mnist_core/kept/migrations/versions`.

    Raises:
        DatabaseError: a later version of the program has written it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
    if version_of(connection) == version:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, version)
    except CommandError as error:
        raise DatabaseError(
            "The database of kept drawings is that of a later version of MNIST Studio, or another program’s. "
            f"It is left as it is: set {settings.DATABASE} or {settings.HOME} to another one."
        ) from error


def version_of(connection: Connection) -> str | None:
    """Returns which of the migrations a database has come to; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says
    _use_write_ahead_log(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switches a new database to a write-ahead log, which it keeps; where others do the same, SQLite does not wait."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(LOOK_S)


def _begin_sqlite(connection: Connection) -> None:
    """Claims the database at once where something will be written: a reader that becomes a writer may be refused."""
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    """Lets one write at a time: what is counted or looked up before writing, as limits and hands are, must stay so."""
    if connection.get_execution_options().get(WRITES):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITING})")


def _is_away(error: exc.DBAPIError) -> bool:
    return error.connection_invalidated or isinstance(error.orig, ConnectionError) or _is_refused(error)


def _is_refused(error: exc.DBAPIError) -> bool:
    """Returns whether a server could not be connected to."""
    return error.statement is None and isinstance(error, exc.OperationalError) and not _is_sqlite(error)


def _is_sqlite(error: exc.DBAPIError) -> bool:
    return isinstance(error.orig, sqlite3.Error)


def _named(url: URL) -> str:
    """Names a database without its password."""
    return f"{url.host or 'this machine'}/{url.database}" if url.get_backend_name() != "sqlite" else str(url.database)


def _sentence(error: exc.DBAPIError, url: URL) -> str:
    """Says what is the matter with a database."""
    begin = "The database of kept drawings"
    told = str(error.orig).lower()
    if _is_away(error):
        return f"{begin} cannot be reached ({_named(url)})."
    for part, words in (
        ("full", "is full, as is its disk: make room there"),
        ("no space left", "is full, as is its disk: make room there"),
        ("readonly", "cannot be written: its folder is read-only"),
        ("unable to open", "cannot be opened: its folder cannot be written"),
        ("locked", "is busy: try again in a moment"),
        ("timeout", "is busy: try again in a moment"),
        ("malformed", "is damaged: move it away, and a new one is made"),
        ("not a database", "is damaged: move it away, and a new one is made"),
        ("disk i/o", "cannot be read or written: its disk reports an error"),
    ):
        if part in told:
            return f"{begin} {words} ({_named(url)})."
    first_line = next(iter(files.printable(str(error.orig)).splitlines()), "")
    return f"{begin} reports an error ({_named(url)}): {first_line}"
