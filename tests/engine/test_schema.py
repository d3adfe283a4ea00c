import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

import engine.directory.store
import engine.login.rows  # noqa: F401
from engine.audit_trail import AuditTrail
from engine.models import Table
from engine.records import RecordError, Records
from engine.schema import unnumbered, upgrade
from tests.rig.postgres import Postgres

CONTACT = "11111111-1111-1111-1111-111111111111"
BEFORE_AGENTS = f"""
CREATE TABLE contacts (
    contact_id VARCHAR(36) NOT NULL, initial_contact_id VARCHAR(36) NOT NULL,
    previous_contact_id VARCHAR(36), channel VARCHAR(16) NOT NULL,
    initiation_method VARCHAR(32) NOT NULL, customer_endpoint VARCHAR NOT NULL,
    system_endpoint VARCHAR NOT NULL, queue VARCHAR, agent VARCHAR, attributes JSON NOT NULL,
    recorded JSON NOT NULL, initiation DATETIME NOT NULL, connected_to_system DATETIME,
    enqueue DATETIME, dequeue DATETIME, connected_to_agent DATETIME, disconnect DATETIME,
    disconnect_reason VARCHAR(32), last_update DATETIME NOT NULL,
    CONSTRAINT pk_contacts PRIMARY KEY (contact_id));
CREATE TABLE recordings (
    contact_id VARCHAR(36) NOT NULL, kind VARCHAR(16) NOT NULL, location VARCHAR NOT NULL,
    status VARCHAR(16) NOT NULL, start DATETIME NOT NULL, stop DATETIME, frames INTEGER NOT NULL,
    overruns INTEGER NOT NULL, error VARCHAR,
    CONSTRAINT pk_recordings PRIMARY KEY (contact_id, kind),
    CONSTRAINT fk_recordings_contact_id_contacts
        FOREIGN KEY(contact_id) REFERENCES contacts (contact_id));
CREATE TABLE audit (
    number INTEGER NOT NULL, at DATETIME NOT NULL, who VARCHAR NOT NULL,
    action VARCHAR(64) NOT NULL, contact_id VARCHAR(36), detail VARCHAR NOT NULL,
    CONSTRAINT pk_audit PRIMARY KEY (number));
CREATE INDEX ix_audit_contact_id ON audit (contact_id);
CREATE INDEX ix_audit_at ON audit (at);
CREATE INDEX ix_contacts_disconnect ON contacts (disconnect);
CREATE INDEX ix_contacts_initial_contact_id ON contacts (initial_contact_id);
CREATE INDEX ix_contacts_initiation ON contacts (initiation);
CREATE INDEX ix_recordings_status ON recordings (status);
INSERT INTO contacts VALUES ('{CONTACT}', '{CONTACT}', NULL, 'VOICE', 'INBOUND', '+49170',
    'support', 'support', 'agent1', '{{}}', '[]', '2024-03-01 12:00:00', NULL, NULL, NULL, NULL,
    '2024-03-01 12:01:00', 'OTHER', '2024-03-01 12:01:00');
"""
"""The first tables, as they were made before there were revisions."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    file = tmp_path / "earshot.sqlite"
    with sqlite3.connect(file) as connection:
        connection.executescript(BEFORE_AGENTS)
    connection.close()
    return file


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), Table.metadata))


@pytest.fixture(params=["sqlite", "postgresql"])
def nothing(request: pytest.FixtureRequest) -> str:
    """URL of a database without tables."""
    if request.param == "sqlite":
        return "sqlite://"
    server: Postgres = request.getfixturevalue("postgres_server")
    return server.fresh(template="template0")


def test_the_steps_lead_to_the_tables_of_the_models_and_can_be_taken_again(nothing: str) -> None:
    engine = create_engine(nothing)
    try:
        for _ in range(2):
            with engine.begin() as connection:
                upgrade(connection)
        with engine.begin() as connection:
            assert differences(connection) == []
    finally:
        engine.dispose()


async def test_the_lines_of_an_old_audit_trail_become_a_chain(old: Path) -> None:
    with sqlite3.connect(old) as connection:
        for number in (3, 7):
            connection.execute(
                "INSERT INTO audit VALUES (?, '2024-03-01 12:00:00', 'ann', 'login', NULL, '')",
                [number],
            )
    connection.close()
    records = Records(f"sqlite+aiosqlite:///{old}")
    await records.open()
    verdict = await AuditTrail(records).verify()
    await records.close()
    assert (verdict.lines, verdict.broken) == (2, None)


async def test_an_old_database_is_upgraded_at_the_start_with_its_contacts(old: Path) -> None:
    records = Records(f"sqlite+aiosqlite:///{old}")
    await records.open()
    record = await records.contact(CONTACT)
    await records.close()
    assert record and record.agents == ("agent1",)
    engine = create_engine(f"sqlite:///{old}")
    try:
        with engine.begin() as connection:
            assert differences(connection) == []
    finally:
        engine.dispose()


def test_a_table_that_was_added_to_the_first_ones_already_stays(old: Path) -> None:
    engine = create_engine(f"sqlite:///{old}")
    try:
        with engine.begin() as connection:
            Table.metadata.tables["bindings"].create(connection)
        with engine.begin() as connection:
            upgrade(connection)
            assert differences(connection) == []
    finally:
        engine.dispose()


def test_tables_without_a_revision_are_told_apart_by_their_columns(old: Path) -> None:
    engine = create_engine(f"sqlite:///{old}")
    try:
        with engine.begin() as connection:
            assert unnumbered(connection) == "contacts"
            connection.execute(text("ALTER TABLE contacts ADD COLUMN agents JSON"))
            assert unnumbered(connection) == "agents"
            upgrade_of_none = create_engine("sqlite://")
            with upgrade_of_none.begin() as empty:
                assert unnumbered(empty) is None
            upgrade_of_none.dispose()
    finally:
        engine.dispose()


async def test_an_upgrade_that_fails_leaves_the_database_as_it_was(old: Path) -> None:
    with sqlite3.connect(old) as connection:
        connection.execute("CREATE TRIGGER never BEFORE UPDATE ON contacts BEGIN"
                           " SELECT RAISE(ABORT, 'not now'); END")  # fmt: skip
        before = connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    connection.close()
    records = Records(f"sqlite+aiosqlite:///{old}")
    with pytest.raises(RecordError, match=r"cannot open the database .*earshot\.sqlite.*not now"):
        await records.open()
    await records.close()
    with sqlite3.connect(old) as connection:
        after = connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    connection.close()
    assert after == before


async def test_a_database_of_a_later_version_is_refused_by_name(old: Path) -> None:
    with sqlite3.connect(old) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('tomorrow')")
    connection.close()
    records = Records(f"sqlite+aiosqlite:///{old}")
    with pytest.raises(RecordError, match=r"earshot\.sqlite.*tomorrow"):
        await records.open()
    await records.close()
