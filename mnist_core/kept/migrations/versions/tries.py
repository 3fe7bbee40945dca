"""Makes the table of wrong tries at a secret."""

import sqlalchemy as sa
from alembic import op

revision = "tries"
down_revision = "features"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "tries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_index("ix_tries_kind_who_at", "tries", ["kind", "who", "at"])
