"""Indexes that contact search goes by: numbers from behind, attributes, and one for each filter."""

import sqlalchemy as sa
from alembic import op

from engine.models import MAX_SEARCHED_CHARACTERS, UtcDateTime

revision = "searching"
down_revision = "logins"

BATCH = 1000
CONTACTS = sa.table(
    "contacts",
    *(sa.column(name, sa.String) for name in ("contact_id", "customer_endpoint")),
    sa.column("reversed_endpoint", sa.String),
    sa.column("attributes", sa.JSON),
    *(sa.column(name, UtcDateTime) for name in ("initiation", "disconnect")),
)
FILTERS = ("agent", "queue", "channel", "customer_endpoint", "disconnect_reason")


def upgrade() -> None:
    column = sa.Column("reversed_endpoint", sa.String, nullable=False, server_default="")
    op.add_column("contacts", column)
    attributes = op.create_table(
        "contact_attributes",
        sa.Column("contact_id", sa.String(36), nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("name", "value")),
        sa.Column("initiation", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("contact_id", "name", name="pk_contact_attributes"),
    )
    fill(op.get_bind(), attributes)
    op.create_index(
        "ix_contact_attributes_name", "contact_attributes", ["name", "value", "initiation"]
    )
    for name in (*FILTERS, "initiation_method"):
        index(f"found_{name}", name, "initiation")
    for name in ("initiation", "reversed_endpoint"):
        index(f"found_{name}", name)


def index(name: str, *columns: str) -> None:
    ended = sa.text("disconnect IS NOT NULL")
    op.create_index(
        f"ix_contacts_{name}", "contacts", columns, sqlite_where=ended, postgresql_where=ended
    )


def fill(connection: sa.Connection, attributes: sa.Table) -> None:
    """What the contacts there are already are found by, page by page."""
    page = sa.select(CONTACTS).order_by(CONTACTS.c.contact_id).limit(BATCH)
    last = ""
    while rows := connection.execute(page.where(CONTACTS.c.contact_id > last)).all():
        for row in rows:
            change = sa.update(CONTACTS).where(CONTACTS.c.contact_id == row.contact_id)
            connection.execute(change.values(reversed_endpoint=row.customer_endpoint[::-1]))
        found = [
            {
                "contact_id": row.contact_id,
                "name": name,
                "value": value[:MAX_SEARCHED_CHARACTERS],
                "initiation": row.initiation,
            }
            for row in rows
            for name, value in row.attributes.items()
            if row.disconnect
        ]
        if found:
            op.bulk_insert(attributes, found)
        last = rows[-1].contact_id
