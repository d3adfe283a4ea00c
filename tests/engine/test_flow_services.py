from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from engine.call import State
from engine.flow_services import FlowServices
from flows import Converse, Failed, InvokeFunction, Returned
from tests.engine.functions.folder import written
from tests.rig.contacts import live_contact
from tests.rig.house import engine

LIVE = live_contact(State.FLOW)


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[FlowServices]:
    written(tmp_path)
    async with engine(
        tmp_path,
        functions={"directory": tmp_path},
        lambda_functions=[{"arn": name, "python": f"desk.{name}"} for name in ("echo", "fails")],
        bots=[{"name": "desk", "intents": [{"name": "Order", "keys": ["1"]}]}],
    ) as one:
        yield one.house.services


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
    [entry] = [each for each in logs if each["log_level"] == "warning"]
    assert (entry["event"], entry["service"]) == ("service failed", function)
    assert "1234" not in str(logs)


async def test_one_that_nobody_waits_for_is_under_way(services: FlowServices) -> None:
    told = await services.serve(LIVE, InvokeFunction("fails", {}, 30.0, waits=False))
    assert told == Returned()


async def test_whether_there_is_a_bot_is_known_before_the_customer_is_asked_anything(
    services: FlowServices,
) -> None:
    session = {"sessionAttributes": {"a": "b"}}
    told = await services.serve(LIVE, Converse("desk", None, session))
    assert told == Returned({"sessionState": session})
    assert await services.serve(LIVE, Converse("other", None, session)) == Failed()


async def test_a_bot_understands(services: FlowServices) -> None:
    told = await services.serve(LIVE, Converse("desk", "1", {}))
    assert isinstance(told, Returned) and isinstance(told.value, dict)
    assert told.value["sessionState"]["intent"]["name"] == "Order"
