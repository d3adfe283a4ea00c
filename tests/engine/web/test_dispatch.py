from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from engine.directory import Resources
from engine.refused import Refused
from engine.web.caller import OPERATOR, Caller
from engine.web.dispatch import Dispatch, Handler
from engine.web.pace import Pace
from engine.web.service_model import Service
from tests.engine.directory.desk import ARN

CONNECT = Service()


async def echo(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    return {"User": {"Id": given["UserId"], "Username": given["InstanceId"]}}


async def absent(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    raise Refused.not_found(f"There is no user {given['UserId']}")


async def broken(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    raise ZeroDivisionError


async def ask(
    method: str,
    path: str,
    content: bytes = b"",
    caller: Caller = OPERATOR,
    instance: str = "inst/ance",
    burst: int = 1,
    **handlers: Handler,
) -> httpx.Response:
    dispatch = Dispatch(CONNECT, handlers, instance.__eq__, Resources(ARN), Pace(1.0, burst))

    async def let_in(scope: Scope, receive: Receive, send: Send) -> None:
        await dispatch({**scope, "caller": caller}, receive, send)

    transport = httpx.ASGITransport(let_in)
    async with httpx.AsyncClient(transport=transport, base_url="http://connect.test") as client:
        return await client.request(method, path, content=content)


async def test_an_operation_is_found_read_carried_out_and_answered() -> None:
    answer = await ask("GET", "/users/inst%2Fance/u1?maxResults=3", DescribeUser=echo)
    assert answer.status_code == 200
    assert answer.json() == {"User": {"Id": "u1", "Username": "inst/ance"}}


@pytest.mark.parametrize(
    ("path", "handler", "status", "error"),
    [
        ("/users/inst%2Fance/u1", absent, 404, "ResourceNotFoundException"),
        ("/users/inst%2Fance/u1", broken, 500, "InternalServiceException"),
        ("/users/" + "i" * 101 + "/u1", echo, 400, "InvalidParameterException"),
        ("/users/another/u1", echo, 404, "ResourceNotFoundException"),
        ("/nothing/earshot/u1", echo, 404, "UnknownOperationException"),
    ],
)
async def test_what_goes_wrong_has_connects_error_and_status(
    path: str, handler: Handler, status: int, error: str
) -> None:
    answer = await ask("GET", path, DescribeUser=handler)
    assert (answer.status_code, answer.headers["x-amzn-ErrorType"]) == (status, error)
    assert answer.json()["Message"]


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 100_000, b"[1]"])
async def test_a_body_that_is_no_json_object_is_refused(content: bytes) -> None:
    answer = await ask("PUT", "/users/earshot", content, CreateUser=echo)
    assert answer.status_code == 400


async def test_an_operation_nobody_carries_out_is_refused_by_its_name() -> None:
    answer = await ask("GET", "/users/earshot/u1")
    assert answer.status_code == 501
    assert answer.headers["x-amzn-ErrorType"] == "NotImplementedException"
    assert "DescribeUser" in answer.json()["Message"]


async def test_whoever_lacks_the_permission_is_refused_before_anything_is_looked_at() -> None:
    nobody = Caller("ann", frozenset())
    answer = await ask("GET", "/users/another/u1", b"{", nobody, DescribeUser=broken)
    assert (answer.status_code, "Users.View" in answer.json()["Message"]) == (403, True)


@pytest.mark.parametrize("name", ["DescribeShoe", "DescribeEvaluationForm"])
def test_a_handler_for_what_does_not_exist_or_needs_no_permission_is_our_error(name: str) -> None:
    with pytest.raises(AssertionError, match=name):
        Dispatch(CONNECT, {name: echo}, "earshot".__eq__, Resources(ARN), Pace(1.0, 1))


async def test_who_asks_too_fast_is_told_so_as_the_operation_lists_it() -> None:
    answer = await ask("GET", "/users/inst%2Fance/u1", burst=0, DescribeUser=echo)
    assert (answer.status_code, answer.headers["x-amzn-ErrorType"]) == (429, "ThrottlingException")
