"""Where a customer went on who was sent outside."""

import sqlalchemy as sa
from alembic import op

revision = "transferred"
down_revision = "signalling"


def upgrade() -> None:
    op.add_column("contacts", sa.Column("transferred_to", sa.String))
    op.add_column("contacts", sa.Column("transfer_completed", sa.DateTime(timezone=True)))
