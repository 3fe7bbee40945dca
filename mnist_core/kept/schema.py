"""The tables of kept drawings, as SQLAlchemy describes them; `mnist_core/kept/migrations` makes them.

Times are seconds since 1970, in UTC: both databases take these alike.
"""

from sqlalchemy import (
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
)

NAMES = {"ix": "ix_%(table_name)s_%(column_0_N_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"}
"""How indexes and foreign keys are called, so that a later migration finds them."""

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
