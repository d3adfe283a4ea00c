from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from config import Function
from engine.call import State
from engine.flow_services import FlowServices
from engine.functions import Functions
from flows import Failed, InvokeFunction, Returned
from tests.engine.functions.folder import written
from tests.rig.contacts import live_contact

INSTANCE = "arn:aws:connect:eu-central-1:123456789012:instance/abc"
LIVE = live_contact(State.FLOW)


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[FlowServices]:
    mapped = [Function(arn=name, python=f"desk.{name}") for name in ("echo", "fails")]
    functions = Functions(mapped, written(tmp_path))
    functions.open()
    yield FlowServices(functions, INSTANCE)
    await functions.close()


async def test_a_function_is_told_of_the_contact(services: FlowServices) -> None:
    told = await services.serve(LIVE, InvokeFunction("echo", {"a": "b"}, 30.0))
    assert isinstance(told, Returned) and isinstance(told.value, dict)
    details = told.value["Details"]
    assert details["Parameters"] == {"a": "b"}
    assert details["ContactData"]["ContactId"] == LIVE.contact_id


@pytest.mark.parametrize("function", ["fails", "missing"])
async def test_one_that_fails_is_logged_without_what_it_was_given(
    services: FlowServices, function: str
) -> None:
    with capture_logs() as logs:
        told = await services.serve(LIVE, InvokeFunction(function, {"PIN": "1234"}, 30.0))
    assert told == Failed()
    [entry] = logs
    assert (entry["event"], entry["function"]) == ("function failed", function)
    assert "1234" not in str(logs)


async def test_one_that_nobody_waits_for_is_under_way(services: FlowServices) -> None:
    told = await services.serve(LIVE, InvokeFunction("fails", {}, 30.0, waits=False))
    assert told == Returned()
