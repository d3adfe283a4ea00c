"""Passwords for browsers, and who is logged in."""

import sqlalchemy as sa
from alembic import op

revision = "logins"
down_revision = "details"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "credentials",
        sa.Column("user_id", sa.String(256), nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        *(sa.Column(name, sa.Boolean, nullable=False) for name in ("must_change", "confirmed")),
        sa.Column("seed", sa.String(64)),
        sa.Column("last_step", sa.Integer, nullable=False),
        sa.Column("changed", AT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_credentials"),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(256), nullable=False),
        *(sa.Column(name, AT, nullable=False) for name in ("created", "seen")),
        sa.Column("limited", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("source", "agent")),
        sa.PrimaryKeyConstraint("digest", name="pk_sessions"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
