"""What is said of a contact, its place in the queue, holds and after-contact work."""

import sqlalchemy as sa
from alembic import op

revision = "details"
down_revision = "audited"


def upgrade() -> None:
    for name in ("name", "description", "related_contact_id"):
        op.add_column("contacts", sa.Column(name, sa.String))
    for name in ("references", "tags"):
        op.add_column("contacts", sa.Column(name, sa.JSON, nullable=False, server_default="{}"))
    for name in ("queue_priority", "queue_added_seconds"):
        op.add_column("contacts", sa.Column(name, sa.BigInteger))
    for name in ("attempts", "holds", "hold_seconds", "longest_hold_seconds"):
        op.add_column("contacts", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    for name in ("work_start", "work_end"):
        op.add_column("contacts", sa.Column(name, sa.DateTime(timezone=True)))
