"""Makes the tables of hands and their drawings."""

import sqlalchemy as sa
from alembic import op

revision = "drawings"
down_revision = None


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "hands",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("chosen", sa.Float, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_hands_owner_chosen", "hands", ["owner", "chosen"])
    op.create_table(
        "drawings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "hand",
            sa.Integer,
            sa.ForeignKey("hands.id", name="fk_drawings_hand", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("label", sa.SmallInteger, nullable=False),
        sa.Column("predicted", sa.SmallInteger, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("model", sa.String(60), nullable=False),
        sa.Column("kept", sa.Float, nullable=False),
        sa.Column("ink", sa.LargeBinary, nullable=False),
        sa.Column("strokes", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_drawings_hand_kept", "drawings", ["hand", "kept"])
