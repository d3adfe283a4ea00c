"""The hierarchy groups that the agent of a contact was in; and the last digits of its customer's
number, instead of that number from behind."""

import sqlalchemy as sa
from alembic import op

revision = "levels"
down_revision = "searching"

LEVELS = tuple(f"level_{number}" for number in ("one", "two", "three", "four", "five"))


ENDED = "disconnect IS NOT NULL"
CONTACTS = sa.table(
    "contacts", *(sa.column(name, sa.String) for name in ("customer_endpoint", "last_digits"))
)
ENDPOINT = CONTACTS.c.customer_endpoint


def upgrade() -> None:
    for level in LEVELS:
        op.add_column("contacts", sa.Column(level, sa.String))
        index(level, f"{ENDED} AND {level} IS NOT NULL")
    digits = sa.Column("last_digits", sa.String, nullable=False, server_default="")
    op.add_column("contacts", digits)
    ends = sa.func.substr(ENDPOINT, sa.func.length(ENDPOINT) - 3)
    op.execute(sa.update(CONTACTS).values(last_digits=ends))
    index("last_digits", ENDED)
    op.drop_index("ix_contacts_found_reversed_endpoint", "contacts")
    op.drop_column("contacts", "reversed_endpoint")


def index(name: str, where: str) -> None:
    found = sa.text(where)
    op.create_index(
        f"ix_contacts_found_{name}",
        *("contacts", [name, "initiation"]),
        sqlite_where=found,
        postgresql_where=found,
    )
