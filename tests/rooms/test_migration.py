"""A database of a version before rooms gets their tables, and loses nothing."""

import pytest
from sqlalchemy import create_engine, insert, select, text

from mnist_core import settings
from mnist_core.kept import database
from mnist_core.kept.schema import drawings as drawings_table
from mnist_core.rooms import souvenirs, standing, store
from tests.kept.test_drawings import digit
from tests.rooms.test_rooms import ANNA, SPEAKER, draws


def test_a_room_of_before_it_handed_out_a_network_hands_out_the_active_one(either):
    engine = create_engine(database._url())
    settings.home().mkdir(parents=True, exist_ok=True)
    with engine.begin() as connection:
        database.bring_up_to_date(connection, "rooms")
        values = "'KAVOMI', 'speaker', 1, 1, 2, :no, :no, :no, 3, 4"
        names = "code, owner, opened, attended, closed, frozen, counts_people, names_leaders, round, revision"
        connection.execute(text(f"INSERT INTO rooms ({names}) VALUES ({values})"), {"no": False})
    engine.dispose()
    room = store.find("KAVOMI")
    assert (room.network, room.round, room.closed) == (None, 3, 2.0)
    assert souvenirs.network(room) == "shipped"


@pytest.mark.parametrize("version", ["drawings", "tries"])
def test_a_database_of_before_there_were_rooms_gets_them_without_loss(either, version):
    engine = create_engine(database._url())
    settings.home().mkdir(parents=True, exist_ok=True)
    with engine.begin() as connection:
        database.bring_up_to_date(connection, version)
        connection.execute(text("INSERT INTO hands (owner, name, chosen, revision) VALUES ('anna', 'Anna', 1, 0)"))
        values = {"hand": 1, "label": 7, "predicted": 1, "confidence": 0.5, "model": "old", "kept": 5.0}
        connection.execute(insert(drawings_table).values(**values, ink=digit(7).ink, strokes=None))
        if version == "tries":
            connection.execute(text("INSERT INTO tries (kind, who, at) VALUES ('passphrase', 'anna', 5.0)"))
    engine.dispose()
    room = store.open_for(SPEAKER)
    draws(room, ANNA)
    assert standing.find(room.code).digits == 1
    with database.reading() as connection:
        assert database.version_of(connection) == database.VERSION
        kept = connection.execute(select(drawings_table.c.label, drawings_table.c.model)).all()
        noted = connection.execute(text("SELECT who FROM tries")).scalars().all()
    assert kept == [(7, "old")]
    assert noted == (["anna"] if version == "tries" else [])
