"""Both databases: what holds for one holds for the other."""

from collections.abc import Iterator

import pytest

from mnist_core.kept import database


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database of either kind; its address."""
    if request.param == "postgresql":
        monkeypatch.setenv("DATABASE_URL", request.getfixturevalue("postgres").database())
    yield database.address()
    database.close()


@pytest.fixture
def sqlite() -> Iterator[None]:
    """An empty SQLite database in the home."""
    yield
    database.close()
