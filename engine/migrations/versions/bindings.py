"""Registrations of phones outlive a restart."""

import sqlalchemy as sa
from alembic import op

revision = "bindings"
down_revision = "agents"


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("bindings"):
        return  # made before there were revisions, when tables could be added but not changed
    op.create_table(
        "bindings",
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("username", "number", name="pk_bindings"),
    )
