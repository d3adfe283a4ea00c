"""What is still to be done with recordings, what is held, and who deleted what."""

import sqlalchemy as sa
from alembic import op

revision = "custody"
down_revision = "resources"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("contacts", sa.Column("flow", sa.String))
    op.add_column("recordings", sa.Column("deleted", AT))
    for name in ("deleted_by", "deletion_reason"):
        op.add_column("recordings", sa.Column(name, sa.String))
    op.create_table(
        "errands",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("contact_id", sa.String(36), nullable=False),
        *(sa.Column(name, sa.String(16), nullable=False) for name in ("task", "state")),
        *(sa.Column(name, AT, nullable=False) for name in ("since", "due")),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.String),
        sa.PrimaryKeyConstraint("name", name="pk_errands"),
    )
    op.create_index("ix_errands_due", "errands", ["due"])
    op.create_table(
        "holds",
        sa.Column("contact_id", sa.String(36), nullable=False),
        sa.Column("at", AT, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("who", "why")),
        sa.PrimaryKeyConstraint("contact_id", name="pk_holds"),
    )
