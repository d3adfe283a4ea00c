from __future__ import annotations

import json
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from engine.directory import Kind
from engine.flow_library import FlowLibrary
from engine.flow_resources import ARCHIVED, facts_of
from flows import read
from tests.engine.directory.desk import directory
from tests.rig.house import to_queue

FLOW = read(json.dumps(to_queue()), "menu")
PUBLISHED_FACTS = facts_of("CONTACT_FLOW", json.dumps(to_queue()), publish=True)
SAVED_FACTS = facts_of("CONTACT_FLOW", "anything", publish=False)
INSTANCE = "arn:aws:connect:eu-west-2:123456789012:instance/i"


@pytest.mark.parametrize(
    "reference",
    [
        "menu",
        "menu:$LATEST",
        f"{INSTANCE}/contact-flow/menu",
        f"{INSTANCE}/flow-module/menu:3",
        "Main menu: open",
    ],
)
def test_a_flow_is_found_by_its_id_name_or_arn(reference: str) -> None:
    assert FlowLibrary({"menu": FLOW, "Main menu: open": FLOW}).find(reference) is FLOW


@pytest.mark.parametrize("reference", ["", "other", f"{INSTANCE}/contact-flow/other", "arn:"])
def test_another_is_not(reference: str) -> None:
    assert FlowLibrary({"menu": FLOW}).find(reference) is None


async def test_what_the_api_publishes_is_found_at_once_and_what_it_saves_is_not(
    tmp_path: Path,
) -> None:
    library = FlowLibrary({})
    async with directory(tmp_path) as one:
        kept = await one.create(Kind.CONTACT_FLOW, "Kept", PUBLISHED_FACTS)
        library.follow(one)
        assert (found := library.find("Kept")) and found is library.find(kept.id)
        assert library.find(one.resources.arn(kept)) is found
        draft = await one.create(Kind.FLOW_MODULE, "Draft", SAVED_FACTS)
        assert library.find("Draft") is None
        await one.change(Kind.FLOW_MODULE, draft.id, PUBLISHED_FACTS, "Final")
        assert library.find("Draft") is None and library.find("Final")
        await one.change(Kind.CONTACT_FLOW, kept.id, {"State": ARCHIVED})
        assert library.find("Kept") is None
        await one.delete(Kind.FLOW_MODULE, draft.id)
        assert library.find("Final") is None
        await one.create(Kind.QUEUE, "sales", {"Tags": {}})
        assert library.find("sales") is None


async def test_one_that_can_be_read_no_more_is_told_and_harms_no_other(tmp_path: Path) -> None:
    library = FlowLibrary({"menu": FLOW})
    async with directory(tmp_path) as one:
        broken = facts_of("CONTACT_FLOW", "{}", publish=True)
        await one.create(Kind.CONTACT_FLOW, "Broken", broken)
        with capture_logs() as logs:
            library.follow(one)
        assert logs[0]["flow"] == "Broken" and library.find("menu") is FLOW
