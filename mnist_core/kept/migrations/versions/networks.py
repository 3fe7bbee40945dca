"""Makes the column of the network that people take home from a room."""

import sqlalchemy as sa
from alembic import op

revision = "networks"
down_revision = "rooms"


def upgrade() -> None:
    """Makes the column."""
    op.add_column("rooms", sa.Column("network", sa.String(60)))
