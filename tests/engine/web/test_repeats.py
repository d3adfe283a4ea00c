import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from engine.refused import Refused
from engine.web import repeats
from engine.web.repeats import Repeats

ASKED = {"ClientToken": "t", "Name": "a"}


class Work:
    """Counts how often it was carried out; the answer says which time it was."""

    def __init__(self) -> None:
        self.times = 0
        self.may_go = asyncio.Event()
        self.may_go.set()

    async def __call__(self) -> dict[str, Any]:
        self.times += 1
        answer = {"Id": self.times}
        await self.may_go.wait()
        return answer


async def ask(one: Repeats, work: Callable[[], Awaitable[dict[str, Any]]], **given: Any) -> Any:
    return await one.once("ann", "Create", {**ASKED, **given}, work)


async def test_the_same_request_again_is_answered_as_the_first_time() -> None:
    one, work = Repeats(), Work()
    assert await ask(one, work) == await ask(one, work) == {"Id": 1}
    assert await ask(one, work, ClientToken="another") == {"Id": 2}
    assert await ask(one, work, ClientToken="") == {"Id": 3}
    assert await one.once("bob", "Create", ASKED, work) == {"Id": 4}
    assert await one.once("ann", "Delete", ASKED, work) == {"Id": 5}


async def test_with_another_input_it_is_refused() -> None:
    one, work = Repeats(), Work()
    await ask(one, work)
    with pytest.raises(Refused) as refused:
        await ask(one, work, Name="b")
    assert (refused.value.status, refused.value.error) == (409, "IdempotencyException")


async def test_who_asks_again_meanwhile_waits_for_the_first() -> None:
    one, work = Repeats(), Work()
    work.may_go.clear()
    both = [asyncio.create_task(ask(one, work)) for _ in range(2)]
    await asyncio.sleep(0)
    work.may_go.set()
    assert await asyncio.gather(*both) == [{"Id": 1}, {"Id": 1}]


async def test_what_failed_may_be_tried_again() -> None:
    async def fail() -> dict[str, Any]:
        await asyncio.sleep(0)
        raise Refused.invalid("not now")

    one, work = Repeats(), Work()
    for outcome in await asyncio.gather(ask(one, fail), ask(one, fail), return_exceptions=True):
        assert isinstance(outcome, Refused) and outcome.message == "not now"
    assert await ask(one, work) == {"Id": 1}


async def test_too_many_and_too_old_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    one, work = Repeats(), Work()
    monkeypatch.setattr(repeats, "MAX_REMEMBERED", 2)
    for token in ("1", "2", "3", "1"):
        await ask(one, work, ClientToken=token)
    assert work.times == 4
    monkeypatch.setattr(repeats, "REMEMBERED_SECONDS", -1.0)
    await ask(one, work, ClientToken="1")
    assert work.times == 5
