"""The database is migrated without loss, bears crashes, full disks and absences, and says what is wrong."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select, text

from mnist_core import settings
from mnist_core.kept import database, drawings, hands
from mnist_core.kept.database import DatabaseError
from mnist_core.kept.schema import drawings as drawings_table
from mnist_core.kept.schema import metadata
from tests.kept.test_drawings import ANNA, digit

ROOT = Path(__file__).parents[2]
LIMIT_S = 5  # two seconds of patience, on a busy machine


def started(code: str, **options) -> subprocess.Popen:
    """Runs Python code in a process of its own, with this test's home."""
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, text=True, stdout=subprocess.PIPE, stdin=subprocess.PIPE, **options
    )


AT_ONCE = """
{imports}
import os, sys
asked, start = os.pipe()
processes = []
for argument in sys.argv[1:]:
    processes.append(os.fork())
    if not processes[-1]:
        os.close(start)
        os.read(asked, 1)  # which ends when nobody could write any more
        {action}
        sys.exit()
os.close(start)
sys.exit(any([os.waitpid(process, 0)[1] for process in processes]))
"""


def carry_out_at_once(imports: str, action: str, arguments: Iterable[object]) -> None:
    """Lets a process for each `argument` do the same at once; their modules, most of the work, are imported once."""
    code = AT_ONCE.format(imports=imports, action=action)
    command = [sys.executable, "-c", code, *map(str, arguments)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)


def test_the_migrations_make_the_tables_that_the_code_describes(either):
    with database.writing() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert ScriptDirectory(str(database.MIGRATIONS)).get_current_head() == database.VERSION


def test_a_database_of_the_first_version_is_migrated_without_loss(either):
    engine = create_engine(database._url())
    settings.home().mkdir(parents=True, exist_ok=True)
    with engine.begin() as connection:
        database.bring_up_to_date(connection, "drawings")
        assert database.version_of(connection) == "drawings"
        connection.execute(text("INSERT INTO hands (owner, name, chosen, revision) VALUES ('anna', 'Anna', 1, 0)"))
        values = {"hand": 1, "label": 7, "predicted": 1, "confidence": 0.5, "model": "old", "kept": 5.0}
        connection.execute(drawings_table.insert().values(**values, ink=digit(7).ink, strokes=None))
    engine.dispose()
    (found,) = drawings.find(ANNA)
    assert (found.label, found.predicted, found.model, found.kept) == (7, 1, "old", 5.0)
    with database.reading() as connection:
        assert database.version_of(connection) == database.VERSION


def test_a_database_of_a_later_version_is_left_as_it_is(either):
    drawings.keep(ANNA, [digit(7)])
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of the future'"))
    database.close()
    with pytest.raises(DatabaseError, match="a later version of MNIST Studio"):
        drawings.find(ANNA)
    engine = create_engine(database._url())
    with engine.connect() as connection:
        assert connection.execute(select(drawings_table.c.label)).scalars().all() == [7]
    engine.dispose()


def test_processes_that_open_a_new_database_at_once_all_work(either):
    imports = "from mnist_core.kept import drawings\nfrom tests.kept.test_drawings import ANNA, digit\none = digit(3)"
    carry_out_at_once(imports, "drawings.keep(ANNA, [one])", range(5))
    assert drawings.count(ANNA) == 5


def test_a_process_waits_longer_for_others_who_migrate_than_for_others_who_write(postgres, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", postgres.database())
    other = create_engine(database._url())
    with other.connect() as connection:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({database.MIGRATING})"))
        migrated = Timer(database.PATIENCE_S + 0.5, connection.rollback)
        migrated.start()
        drawings.keep(ANNA, [digit(3)])
        migrated.join()
    other.dispose()
    assert drawings.count(ANNA) == 1
    database.close()


def test_a_writer_of_postgresql_waits_no_longer_than_people_wait_for_another_one(postgres, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", postgres.database())
    drawings.keep(ANNA, [digit(3)])
    another_process = create_engine(database._url())
    with another_process.connect() as connection:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({database.WRITING})"))
        began = time.monotonic()
        with pytest.raises(DatabaseError, match="is busy: try again"):
            drawings.keep(ANNA, [digit(4)])
        assert time.monotonic() - began < LIMIT_S
        assert drawings.count(ANNA) == 1  # reading goes on meanwhile
    another_process.dispose()
    drawings.keep(ANNA, [digit(4)])
    database.close()


def test_visitors_of_one_process_take_turns_longer_than_another_process_is_waited_for(either):
    drawings.keep(ANNA, [digit(3)])
    with ThreadPoolExecutor(1) as visitor:
        with database.writing():
            kept = visitor.submit(drawings.keep, ANNA, [digit(4)])
            time.sleep(database.PATIENCE_S + 0.5)
            assert not kept.done()
        kept.result()
    assert drawings.count(ANNA) == 2


def test_a_visitor_who_waits_too_long_for_the_others_is_told(either, monkeypatch):
    drawings.keep(ANNA, [digit(3)])
    monkeypatch.setattr(database, "WAITING_S", 0.1)
    with ThreadPoolExecutor(1) as visitor, database.writing():
        refused = visitor.submit(drawings.keep, ANNA, [digit(4)]).exception()
    assert isinstance(refused, DatabaseError)
    assert "is busy: try again" in str(refused)
    drawings.keep(ANNA, [digit(4)])
    assert drawings.count(ANNA) == 2


def test_all_who_write_at_once_keep_to_the_limit_and_to_one_first_hand(either, monkeypatch):
    monkeypatch.setenv("MNIST_STUDIO_KEPT_PER_HAND", "5")
    hands.forget(ANNA, hands.make(ANNA).id)  # the database is there, the hand is not
    some = [digit(3)] * 2
    with ThreadPoolExecutor(8) as writers:
        kept = [writers.submit(drawings.keep, ANNA, some) for _ in range(8)]
    refused = [one.exception() for one in kept if one.exception() is not None]
    assert [type(error) for error in refused] == [drawings.KeepingError] * 6
    assert [hand.drawings for hand in hands.all_of(ANNA)] == [4]


def test_what_is_kept_while_its_hand_is_merged_is_not_lost(either):
    left, right = hands.make(ANNA, "left"), hands.make(ANNA, "right")
    with ThreadPoolExecutor(1) as other:
        with database.writing() as connection:
            drawings._inserted(connection, digit(3), hands.owned(connection, ANNA, left.id).id)
            merged = other.submit(hands.merge, ANNA, left.id, right.id)
            time.sleep(0.3)
            assert not merged.done()
        merged.result()
    assert [(hand.name, hand.drawings) for hand in hands.all_of(ANNA)] == [("right", 1)]


def test_a_killed_process_loses_nothing_that_it_has_confirmed(sqlite):
    drawings.keep(ANNA, [digit(3)])
    confirmed, rng = set(), random.Random(0)
    os.environ["MNIST_STUDIO_KEPT_PER_HAND"] = "100000"
    try:
        for number in range(50):
            read, write = os.pipe()
            child = os.fork()
            if child == 0:
                os.close(read)
                keep_on(write)
            os.close(write)
            with os.fdopen(read, "rb") as told:
                lines = [told.readline() for _ in range(3 * (number % 2))]  # every other one is killed while it begins
                time.sleep(rng.uniform(0.02, 0.12))
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                lines += told.read().splitlines(keepends=True)
            confirmed |= {int(line) for line in lines if line.endswith(b"\n")}
    finally:
        del os.environ["MNIST_STUDIO_KEPT_PER_HAND"]
    assert len(confirmed) > 50
    assert confirmed <= {kept.id for kept in drawings.find(ANNA)}
    with database.reading() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def keep_on(write: int) -> None:
    """Keeps drawings, one after the other, and tells each that is kept; never returns."""
    try:
        database._engines.clear()  # connections are not for two processes
        one = digit(3)
        while True:
            (kept,) = drawings.keep(ANNA, [one])
            os.write(write, b"%d\n" % kept.id)
    finally:
        os._exit(1)


def test_a_damaged_database_is_told_and_left(sqlite):
    drawings.keep(ANNA, [digit(3)])
    database.close()
    path = settings.database_path()
    for leftover in path.parent.glob("drawings.sqlite3-*"):
        leftover.unlink()
    path.write_bytes(b"This is no database. " * 500)
    with pytest.raises(DatabaseError, match="is damaged: move it away"):
        drawings.find(ANNA)
    assert path.read_bytes().startswith(b"This is no database.")


def test_a_database_that_another_program_holds_is_busy_for_no_longer_than_people_wait(sqlite):
    drawings.keep(ANNA, [digit(3)])
    other = sqlite3.connect(settings.database_path(), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(DatabaseError, match="is busy: try again"):
        drawings.keep(ANNA, [digit(4)])
    assert time.monotonic() - began < LIMIT_S
    assert drawings.count(ANNA) == 1  # reading goes on meanwhile
    other.execute("ROLLBACK")
    other.close()
    drawings.keep(ANNA, [digit(4)])


def test_on_a_full_disk_nothing_that_was_kept_is_lost(sqlite):
    drawings.keep(ANNA, [digit(3)])
    code = (
        "import resource, signal\n"
        "from mnist_core.kept import drawings\nfrom tests.kept.test_drawings import ANNA, digit\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try:\n    while True: drawings.keep(ANNA, [digit(4)] * 10)\n"
        "except drawings.database.DatabaseError as error: print(error)\n"
    )
    process = started(code)
    told, _ = process.communicate(timeout=60)
    assert "its disk" in told
    kept = drawings.count(ANNA)
    assert kept % 10 == 1
    drawings.keep(ANNA, [digit(5)])
    assert drawings.count(ANNA) == kept + 1


AS_NOBODY = """
import os
import pwd

from mnist_core.kept import drawings
from tests.kept.test_drawings import ANNA, digit

new = [digit(4)]
drawings.count(ANNA)  # imports what nobody may not read
drawings.database.close()
if os.geteuid() == 0:  # whom permissions do not bind
    os.setgroups([])
    os.setuid(pwd.getpwnam("nobody").pw_uid)
try:
    drawings.keep(ANNA, new)
except drawings.database.DatabaseError as error:
    print(error)
"""


def test_a_read_only_home_is_told(sqlite, tmp_path):
    drawings.keep(ANNA, [digit(3)])
    database.close()
    home = settings.home()
    for path in (*home.iterdir(), home):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for folder in tmp_path.parents:
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    told = subprocess.run([sys.executable, "-c", AS_NOBODY], cwd=ROOT, text=True, capture_output=True, check=False)
    for path in (home, *home.iterdir()):
        path.chmod(0o755)
    assert "cannot be" in told.stdout, told.stderr[-500:]
    assert drawings.count(ANNA) == 1


def test_a_server_that_goes_away_is_told_at_once_and_used_again_when_it_is_back(postgres, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", postgres.database())
    monkeypatch.setattr(database, "PAUSE_S", 0.2)
    drawings.keep(ANNA, [digit(3)])
    postgres.stop()
    try:
        began = time.monotonic()
        with pytest.raises(DatabaseError, match=r"cannot be reached|reports an error"):
            drawings.keep(ANNA, [digit(4)])
        with pytest.raises(DatabaseError, match="reached"):
            hands.current(ANNA)
        with pytest.raises(DatabaseError, match="could not be reached a moment ago"):
            hands.current(ANNA)
        assert time.monotonic() - began < LIMIT_S
    finally:
        postgres.start()
    time.sleep(0.3)
    assert drawings.count(ANNA) == 1
    drawings.keep(ANNA, [digit(4)])
    database.close()


@pytest.mark.parametrize("address", ["nonsense", "mysql://host/name", "postgresql://", "sqlite://", "://"])
def test_an_impossible_address_is_told(sqlite, monkeypatch, address):
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(DatabaseError, match="DATABASE_URL should be like postgresql://"):
        drawings.find(ANNA)


def test_a_password_is_never_told(sqlite, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://studio:secret@127.0.0.1:1/studio")
    with pytest.raises(DatabaseError, match="cannot be reached") as told:
        drawings.find(ANNA)
    assert "secret" not in str(told.value)
    assert "secret" not in database.address()


def test_where_nothing_was_kept_no_database_is_made(sqlite):
    assert hands.current(ANNA) is None
    assert (hands.all_of(ANNA), drawings.find(ANNA)) == ([], [])
    assert drawings.count(ANNA) == drawings.remove_all(ANNA) == 0
    assert not settings.database_path().exists()
