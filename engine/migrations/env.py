"""What Alembic runs around the steps; `engine.schema` hands over the connection."""

from __future__ import annotations

from alembic import context

from engine.models import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
)
context.run_migrations()
