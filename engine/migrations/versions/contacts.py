"""Contacts, their recordings, the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "contacts"
down_revision = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    contacts()
    recordings()
    audit()
    for table, column in (
        *(("contacts", name) for name in ("disconnect", "initial_contact_id", "initiation")),
        *(("recordings", "status"), ("audit", "contact_id"), ("audit", "at")),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])


def contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("contact_id", sa.String(36), nullable=False),
        sa.Column("initial_contact_id", sa.String(36), nullable=False),
        sa.Column("previous_contact_id", sa.String(36)),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("initiation_method", sa.String(32), nullable=False),
        sa.Column("customer_endpoint", sa.String, nullable=False),
        sa.Column("system_endpoint", sa.String, nullable=False),
        *(sa.Column(name, sa.String) for name in ("queue", "agent")),
        *(sa.Column(name, sa.JSON, nullable=False) for name in ("attributes", "recorded")),
        sa.Column("initiation", AT, nullable=False),
        sa.Column("connected_to_system", AT),
        *(sa.Column(name, AT) for name in ("enqueue", "dequeue", "connected_to_agent")),
        sa.Column("disconnect", AT),
        sa.Column("disconnect_reason", sa.String(32)),
        sa.Column("last_update", AT, nullable=False),
        sa.PrimaryKeyConstraint("contact_id", name="pk_contacts"),
    )


def recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("contact_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("location", sa.String, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("start", AT, nullable=False),
        sa.Column("stop", AT),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("frames", "overruns")),
        sa.Column("error", sa.String),
        sa.PrimaryKeyConstraint("contact_id", "kind", name="pk_recordings"),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.contact_id"], name="fk_recordings_contact_id_contacts"
        ),
    )


def audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("contact_id", sa.String(36)),
        sa.Column("detail", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
