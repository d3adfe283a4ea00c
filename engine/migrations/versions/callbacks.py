"""Callbacks that wait outlive a restart."""

import sqlalchemy as sa
from alembic import op

revision = "callbacks"
down_revision = "levels"


def upgrade() -> None:
    op.create_table(
        "callbacks",
        sa.Column("contact_id", sa.String(36), nullable=False),
        sa.Column("queue", sa.String, nullable=False),
        sa.Column("hooks", sa.JSON, nullable=False),
        sa.Column("retry_seconds", sa.Float, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("contact_id", name="pk_callbacks"),
    )
