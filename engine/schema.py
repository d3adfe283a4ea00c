"""Brings the tables of a database to where `engine.models` has them, whatever it was made by."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, inspect, select

UPGRADING = 0x65617273  # of two nodes that start at once, one waits; "ears"


def upgrade(connection: Connection) -> None:
    """Make or change the tables, all or nothing. Raises SQLAlchemyError, CommandError."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # else each change would stand for itself
    else:
        connection.execute(select(func.pg_advisory_xact_lock(UPGRADING)))
    config = Config()
    config.set_main_option("script_location", "engine:migrations")
    config.attributes["connection"] = connection
    if revision := unnumbered(connection):
        command.stamp(config, revision)
    command.upgrade(config, "head")


def unnumbered(connection: Connection) -> str | None:
    """The revision of tables that were made before there were revisions; None without such."""
    tables = inspect(connection)
    if tables.has_table("alembic_version") or not tables.has_table("contacts"):
        return None
    columns = {column["name"] for column in tables.get_columns("contacts")}
    return "agents" if "agents" in columns else "contacts"
