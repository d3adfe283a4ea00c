"""Which contact follows one in its chain, and since when the phone rang that took it."""

import sqlalchemy as sa
from alembic import op

revision = "chained"
down_revision = "names"


def upgrade() -> None:
    op.add_column("contacts", sa.Column("next_contact_id", sa.String(36)))
    op.add_column("contacts", sa.Column("ring_start", sa.DateTime(timezone=True)))
