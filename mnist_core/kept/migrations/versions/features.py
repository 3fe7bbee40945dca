"""Makes the table of features, so that a memory need not read its drawings again."""

import sqlalchemy as sa
from alembic import op

revision = "features"
down_revision = "drawings"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "features",
        sa.Column(
            "drawing",
            sa.Integer,
            sa.ForeignKey("drawings.id", name="fk_features_drawing", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("network", sa.String(64), primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
