"""All agents who have had a contact, not only the last."""

import sqlalchemy as sa
from alembic import op

revision = "agents"
down_revision = "contacts"

CONTACTS = sa.table("contacts", sa.column("agent", sa.String), sa.column("agents", sa.JSON))


def upgrade() -> None:
    column = sa.Column("agents", sa.JSON, nullable=False, server_default="[]")
    op.add_column("contacts", column)
    connection, agent = op.get_bind(), CONTACTS.c.agent
    for name in connection.scalars(sa.select(agent).where(agent.is_not(None)).distinct()).all():
        connection.execute(sa.update(CONTACTS).where(agent == name).values(agents=[name]))
