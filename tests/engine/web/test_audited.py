from typing import Any

from engine.web.audited import audited
from engine.web.caller import Caller

ANN = Caller("ann", frozenset())


async def handler(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    return {"UserId": "u1"}


async def lines_of(operation: str, **given: Any) -> list[tuple[str, str, str | None, str]]:
    lines: list[tuple[str, str, str | None, str]] = []
    wrapped = audited({operation: handler}, lambda *line: lines.append(line))
    assert await wrapped[operation](ANN, given) == {"UserId": "u1"}
    return lines


async def test_a_change_is_told_by_what_names_things_and_nothing_else() -> None:
    [line] = await lines_of(
        "CreateUser",
        InstanceId="earshot",
        Username="ben",
        Password="Correct-Horse-7",
        IdentityInfo={"Email": "ben@example.com"},
        SecurityProfileIds=["Agent"],
    )
    detail = '{"SecurityProfileIds": ["Agent"], "UserId": "u1", "Username": "ben"}'
    assert line == ("ann", "CreateUser", None, detail)


async def test_what_only_reads_leaves_no_line() -> None:
    for operation in ("DescribeUser", "ListUsers", "SearchUsers", "GetX"):
        assert await lines_of(operation) == []
