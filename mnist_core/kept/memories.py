"""What a hand has taught: its latest kept drawings as a recognizer's memory.

The features that a network makes of a drawing are kept with it, so that a memory is there at once wherever it is asked
for. They are those of one network: another one reads the drawings once more.
"""

from contextlib import suppress
from threading import Lock

import numpy as np
from cachetools import LRUCache, cached
from sqlalchemy import Connection, delete, insert, select

from mnist_core.drawing.framing import to_model_input
from mnist_core.kept import database, encoding
from mnist_core.kept.database import DatabaseError
from mnist_core.kept.hands import Hand
from mnist_core.kept.schema import drawings, features
from mnist_core.models import model_folder
from mnist_core.reading.memory import Memory
from mnist_core.reading.network import Float32
from mnist_core.reading.recognizer import CannotRemember, Recognizer

MOST = 500  # drawings, the latest: 1 MB of features
HANDS = 32  # whose memories a process holds at once
STORED = np.dtype("<f4")


def remembering(recognizer: Recognizer, hand: Hand | None) -> Recognizer:
    """Returns a recognizer that reads as a hand has taught it.

    Args:
        recognizer: a model that is ready to read.
        hand: whose drawings are read; None for a stranger.

    Returns:
        The same recognizer where there is nothing to remember.

    Raises:
        CannotRemember: the model's export lacks the features that a memory needs.
        DatabaseError: the database cannot be used.
    """
    if hand is None:
        return recognizer
    if not recognizer.network.has_features:
        raise CannotRemember(recognizer.model.name)
    network = recognizer.model.card["files"][model_folder.NETWORK]["sha256"]
    return recognizer.remembering(_memory(hand, network, recognizer))


def _key(hand: Hand, network: str, recognizer: Recognizer) -> tuple[object, ...]:
    """Returns what a memory depends on: another revision means that the drawings have changed."""
    return database.address(), hand.id, hand.revision, network


@cached(LRUCache(HANDS), key=_key, lock=Lock())
def _memory(hand: Hand, network: str, recognizer: Recognizer) -> Memory:
    """Collects a memory."""
    latest = (
        select(drawings.c.id, drawings.c.label, drawings.c.ink, features.c.vector)
        .outerjoin(features, (features.c.drawing == drawings.c.id) & (features.c.network == network))
        .where(drawings.c.hand == hand.id)
        .order_by(drawings.c.kept.desc(), drawings.c.id.desc())
        .limit(MOST)
    )
    with database.reading() as connection:
        rows = connection.execute(latest).all()
    vectors = {row.id: np.frombuffer(row.vector, STORED) for row in rows if row.vector is not None}
    unknown = [row for row in rows if row.id not in vectors]
    if unknown:
        inputs = np.stack([to_model_input(encoding.ink_of(row.ink)) for row in unknown])
        found = dict(zip([row.id for row in unknown], recognizer.features(inputs), strict=True))
        with suppress(DatabaseError), database.writing() as connection:  # what cannot be kept is found anew
            _keep(connection, found, network)
        vectors |= found
    held = np.stack([vectors[row.id] for row in rows]) if rows else np.zeros((0, 1), np.float32)
    return Memory.of([row.id for row in rows], [row.label for row in rows], held)


def _keep(connection: Connection, found: dict[int, Float32], network: str) -> None:
    """Keeps features of drawings that are still there, in place of those of other networks."""
    kept = connection.scalars(select(drawings.c.id).where(drawings.c.id.in_(found))).all()
    connection.execute(delete(features).where(features.c.drawing.in_(kept)))
    if kept:
        connection.execute(
            insert(features),
            [{"drawing": id_, "network": network, "vector": found[id_].astype(STORED).tobytes()} for id_ in kept],
        )
