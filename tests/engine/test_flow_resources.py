from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.directory import Kind, Origin, Resource
from engine.flow_files import FlowFile
from engine.flow_resources import (
    ARCHIVED,
    PUBLISHED,
    SAVED,
    facts_of,
    of_files,
    published,
    runs_the_same,
)
from flows import FlowError, read
from tests.rig.house import to_queue

CONTENT = json.dumps(to_queue())
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def flow(content: str, *, publish: bool) -> Resource:
    facts = facts_of("CONTACT_FLOW", content, publish=publish)
    return Resource(Kind.CONTACT_FLOW, "f1", "Main menu", facts, Origin.API, NOON)


def test_what_is_published_runs_and_what_is_only_saved_does_not() -> None:
    found = published(flow(CONTENT, publish=True))
    assert found and found.name == "Main menu"
    assert published(flow("not even JSON", publish=False)) is None


def test_an_archived_flow_runs_no_more() -> None:
    one = flow(CONTENT, publish=True)
    assert published(replace(one, facts={**one.facts, "State": ARCHIVED})) is None


def test_saving_changes_nothing_of_what_runs() -> None:
    one = flow(CONTENT, publish=True)
    assert runs_the_same(one, replace(one, facts={**one.facts, SAVED: "draft"}))
    assert not runs_the_same(one, replace(one, facts={**one.facts, PUBLISHED: "{}"}))
    assert not runs_the_same(one, replace(one, facts={**one.facts, "State": ARCHIVED}))
    assert not runs_the_same(one, replace(one, name="Other"))


def test_what_cannot_be_read_any_more_says_so() -> None:
    with pytest.raises(FlowError):
        published(flow("{}", publish=True))


def test_a_file_is_a_resource_that_the_configuration_has() -> None:
    read_one = read(CONTENT, "f1")
    files = [
        FlowFile("f1", "Main menu", "CUSTOMER_QUEUE", CONTENT, NOON, read_one),
        FlowFile("f2", "f2", "CONTACT_FLOW_MODULE", CONTENT, NOON, read_one),
    ]
    first, second = of_files(files)
    assert (first.kind, first.id, first.name) == (Kind.CONTACT_FLOW, "f1", "Main menu")
    assert first.facts["Type"] == "CUSTOMER_QUEUE" and first.origin is Origin.CONFIGURATION
    assert second.kind is Kind.FLOW_MODULE
