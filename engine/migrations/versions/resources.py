"""The directory: users, security profiles, routing profiles, queues."""

import sqlalchemy as sa
from alembic import op

revision = "resources"
down_revision = "transferred"


def upgrade() -> None:
    op.create_table(
        "resources",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("id", sa.String(256), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("secrets", sa.JSON, nullable=False),
        sa.Column("modified", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name="pk_resources"),
    )
