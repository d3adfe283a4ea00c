from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import create_engine
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from engine.models import Table, UtcDateTime

NOON = datetime(2024, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
SQLITE = SQLiteDialect()


def test_a_moment_is_kept_in_utc_and_comes_back_aware() -> None:
    kept = UtcDateTime().process_bind_param(NOON.astimezone(timezone(timedelta(hours=-5))), SQLITE)
    assert kept and kept.utcoffset() == timedelta(0) and kept == NOON
    forgotten = NOON.replace(tzinfo=None)
    assert UtcDateTime().process_result_value(forgotten, SQLITE) == NOON
    elsewhere = NOON.astimezone(timezone(timedelta(hours=2)))
    back = UtcDateTime().process_result_value(elsewhere, SQLITE)
    assert back == NOON and back.utcoffset() == timedelta(0)


def test_a_moment_without_a_zone_is_refused_and_none_is_none() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        UtcDateTime().process_bind_param(NOON.replace(tzinfo=None), SQLITE)
    assert UtcDateTime().process_bind_param(None, SQLITE) is None
    assert UtcDateTime().process_result_value(None, SQLITE) is None


def test_every_constraint_has_a_name_for_migrations() -> None:
    for table in Table.metadata.tables.values():
        assert table.primary_key.name == f"pk_{table.name}"
        assert all(constraint.name for constraint in table.constraints)
        assert all(index.name for index in table.indexes)


def test_the_tables_can_be_made_more_than_once() -> None:
    engine = create_engine("sqlite://")
    try:
        Table.metadata.create_all(engine)
        Table.metadata.create_all(engine)
    finally:
        engine.dispose()
