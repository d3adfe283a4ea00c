"""A version of every resource, so that no engine overwrites what it has not seen."""

import sqlalchemy as sa
from alembic import op

revision = "versions"
down_revision = "callbacks"


def upgrade() -> None:
    version = sa.Column("version", sa.Integer, nullable=False, server_default="1")
    op.add_column("resources", version)
