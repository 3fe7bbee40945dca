"""Makes the tables of rooms, their guests and what these draw."""

import sqlalchemy as sa
from alembic import op

revision = "rooms"
down_revision = "tries"


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "rooms",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("opened", sa.Float, nullable=False),
        sa.Column("attended", sa.Float, nullable=False),
        sa.Column("closed", sa.Float),
        sa.Column("frozen", sa.Boolean, nullable=False),
        sa.Column("counts_people", sa.Boolean, nullable=False),
        sa.Column("names_leaders", sa.Boolean, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("ends", sa.Float),
        sa.Column("run", sa.String(100)),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.UniqueConstraint("code", name="uq_rooms_code"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rooms_owner_opened", "rooms", ["owner", "opened"])
    op.create_table(
        "guests",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("room", sa.Integer, _of("rooms", "fk_guests_room"), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("joined", sa.Float, nullable=False),
        sa.UniqueConstraint("room", "owner", name="uq_guests_room_owner"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "room_drawings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("room", sa.Integer, _of("rooms", "fk_room_drawings_room"), nullable=False),
        sa.Column("guest", sa.Integer, _of("guests", "fk_room_drawings_guest"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("asked", sa.SmallInteger, nullable=False),
        sa.Column("predicted", sa.SmallInteger, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("model", sa.String(60), nullable=False),
        sa.Column("kept", sa.Float, nullable=False),
        sa.Column("hidden", sa.Boolean, nullable=False),
        sa.Column("ink", sa.LargeBinary, nullable=False),
        sa.Column("strokes", sa.Text),
        sa.UniqueConstraint("guest", "number", name="uq_room_drawings_guest_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_room_drawings_room_kept", "room_drawings", ["room", "kept"])


def _of(table: str, name: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{table}.id", name=name, ondelete="CASCADE")
