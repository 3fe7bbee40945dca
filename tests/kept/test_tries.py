"""Wrong tries are counted for each who guesses, by all processes together, and for a limited time."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from mnist_core.kept import database, tries
from mnist_core.kept.database import DatabaseError
from mnist_core.kept.schema import tries as tries_table
from mnist_core.kept.tries import TooManyTries
from tests.kept.test_database import started

WINDOW_S = 600


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """The time in seconds, which stands still."""
    now = [1_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def guess(*who: str, right: bool = False, most: int = 3, kind: str = "passphrase") -> None:
    tries.check_and_note(kind, dict.fromkeys(who, most), WINDOW_S, was_right=right)


def rows() -> int:
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(tries_table))


def test_after_the_last_try_even_a_right_one_waits_until_the_oldest_is_forgotten(either, clock):
    for _ in range(3):
        guess("anna")
        clock[0] += 100
    with pytest.raises(TooManyTries, match=r"^Too many tries: wait 5 minutes\.$"):
        guess("anna", right=True)
    clock[0] += 299
    with pytest.raises(TooManyTries, match=r"^Too many tries: wait 1 minute\.$"):
        guess("anna")
    clock[0] += 1
    guess("anna", right=True)


def test_a_refused_or_a_right_try_does_not_count(either, clock):
    for _ in range(5):
        guess("anna", right=True)
    for _ in range(3):
        guess("anna")
    for _ in range(5):
        with pytest.raises(TooManyTries):
            guess("anna")
    assert rows() == 3


def test_each_name_and_each_kind_has_tries_of_its_own(either, clock):
    for number in range(3):
        guess(f"browser {number}", "address")
    guess("browser 0")
    guess("browser 0", "address", kind="room")
    with pytest.raises(TooManyTries):
        guess("browser 9", "address")
    guess("browser 9", "another address")


def test_names_may_have_different_limits(either, clock):
    for _ in range(2):
        tries.check_and_note("passphrase", {"anna": 2, "school": 5}, WINDOW_S, was_right=False)
    with pytest.raises(TooManyTries):
        tries.check_and_note("passphrase", {"anna": 2, "school": 5}, WINDOW_S, was_right=True)
    tries.check_and_note("passphrase", {"bo": 2, "school": 5}, WINDOW_S, was_right=True)


def test_a_success_forgets_the_tries_of_one_name_only(either, clock):
    for _ in range(3):
        guess("anna", "address")
    tries.forget("passphrase", "anna")
    guess("anna")
    with pytest.raises(TooManyTries):
        guess("address")


def test_old_tries_are_deleted_when_new_ones_are_written(either, clock):
    guess("anna", "address")
    clock[0] += WINDOW_S
    guess("bo")
    assert rows() == 1


def test_of_many_tries_at_once_no_more_than_allowed_are_counted(either):
    guess("anna", right=True)
    with ThreadPoolExecutor(8) as guessers:
        done = [guessers.submit(guess, "anna") for _ in range(16)]
    refused = [one for one in done if one.exception() is not None]
    assert len(refused) == 13
    assert {type(one.exception()) for one in refused} <= {TooManyTries, DatabaseError}  # busy is no entry either
    assert rows() == 3


def test_tries_are_counted_by_another_process_too(either):
    code = (
        "from tests.kept.test_tries import guess\n"
        "from mnist_core.kept.tries import TooManyTries\n"
        "for _ in range(2): guess('anna')\n"
    )
    process = started(code, env=os.environ.copy())
    process.communicate(timeout=60)
    assert process.returncode == 0
    guess("anna")
    with pytest.raises(TooManyTries):
        guess("anna", right=True)


def test_where_tries_cannot_be_counted_none_succeeds(sqlite, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://studio:secret@127.0.0.1:1/studio")
    with pytest.raises(DatabaseError, match="cannot be reached"):
        guess("anna", right=True)
