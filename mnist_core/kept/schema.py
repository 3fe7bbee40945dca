"""The tables of kept drawings and of rooms, as SQLAlchemy describes them; `mnist_core/kept/migrations` makes them.

Times are seconds since 1970, in UTC: both databases take these alike.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
}
"""How indexes, foreign keys and unique constraints are called, so that a later migration finds them."""

metadata = MetaData(naming_convention=NAMES)

hands = Table(
    "hands",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", String(64), nullable=False),  # the SHA-256 of a browser's key
    Column("name", String(40), nullable=False),  # empty where the person gave none
    Column("chosen", Float, nullable=False),  # when it was taken last: an owner's latest is the current one
    Column("revision", Integer, nullable=False),  # counts every change of its drawings
    Index(None, "owner", "chosen"),
    sqlite_autoincrement=True,  # the number of a hand that was deleted is no other one's
)

drawings = Table(
    "drawings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hand", Integer, ForeignKey("hands.id", ondelete="CASCADE"), nullable=False),
    Column("label", SmallInteger, nullable=False),  # 0 to 9, NONE or NUMBER of `mnist_core.synthesis.non_digits`
    Column("predicted", SmallInteger, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("model", String(60), nullable=False),  # the name of what predicted
    Column("kept", Float, nullable=False),
    Column("ink", LargeBinary, nullable=False),  # a PNG, dark ink on white paper
    Column("strokes", Text),  # JSON; NULL where the pen's strokes are not known
    Index(None, "hand", "kept"),
    sqlite_autoincrement=True,
)

features = Table(
    "features",
    metadata,
    Column("drawing", Integer, ForeignKey("drawings.id", ondelete="CASCADE"), primary_key=True),
    Column("network", String(64), primary_key=True),  # the SHA-256 of the LiteRT export
    Column("vector", LargeBinary, nullable=False),  # float32, little-endian
)

tries = Table(
    "tries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),  # what was tried, such as a passphrase
    Column("who", String(80), nullable=False),  # a browser, by its key's SHA-256, or a network address
    Column("at", Float, nullable=False),
    Index(None, "kind", "who", "at"),
)

rooms = Table(
    "rooms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(6), nullable=False),
    Column("owner", String(64), nullable=False),  # the SHA-256 of the key of the browser that opened it
    Column("opened", Float, nullable=False),
    Column("attended", Float, nullable=False),  # when its speaker looked at it last, or somebody drew
    Column("closed", Float),  # NULL while it is open
    Column("frozen", Boolean, nullable=False),
    Column("counts_people", Boolean, nullable=False),
    Column("names_leaders", Boolean, nullable=False),
    Column("round", Integer, nullable=False),  # counted from 1
    Column("ends", Float),  # when the round ends; NULL where it has no end
    Column("run", String(100)),  # the training that the room has started last
    Column("revision", Integer, nullable=False),  # counts every change of the room and its drawings
    Column("network", String(60)),  # the model that people take home; NULL for the active one
    UniqueConstraint("code"),
    Index(None, "owner", "opened"),
    sqlite_autoincrement=True,
)

guests = Table(
    "guests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("room", Integer, ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False),
    Column("owner", String(64), nullable=False),  # as a hand's
    Column("name", String(24), nullable=False),  # empty where the person gave none
    Column("joined", Float, nullable=False),
    UniqueConstraint("room", "owner"),
    sqlite_autoincrement=True,
)

room_drawings = Table(
    "room_drawings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("room", Integer, ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False),
    Column("guest", Integer, ForeignKey("guests.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),  # the guest's first drawing is 0
    Column("round", Integer, nullable=False),
    Column("asked", SmallInteger, nullable=False),  # the digit that the guest was asked for, and says it is
    Column("predicted", SmallInteger, nullable=False),  # 0 to 9, or NONE of `mnist_core.synthesis.non_digits`
    Column("confidence", Float, nullable=False),
    Column("model", String(60), nullable=False),
    Column("kept", Float, nullable=False),
    Column("hidden", Boolean, nullable=False),  # by the speaker: neither shown nor counted nor learned
    Column("ink", LargeBinary, nullable=False),  # as a kept drawing's
    Column("strokes", Text),
    UniqueConstraint("guest", "number"),
    Index(None, "room", "kept"),
    sqlite_autoincrement=True,
)
