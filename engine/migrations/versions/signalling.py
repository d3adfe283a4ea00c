"""What SIP said of a contact: Session-ID, Diversion, History-Info, Reason."""

import sqlalchemy as sa
from alembic import op

revision = "signalling"
down_revision = "bindings"


def upgrade() -> None:
    column = sa.Column("signalling", sa.JSON, nullable=False, server_default="{}")
    op.add_column("contacts", column)
