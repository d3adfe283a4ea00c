from typing import Any

import pytest

from engine.bus import LocalBus, Message, NoAnswer


def test_what_is_published_reaches_whoever_subscribed_to_the_subject_and_nobody_else() -> None:
    bus, heard = LocalBus(), list[Any]()
    bus.subscribe("a", lambda message: heard.append(("first", message["n"])))
    leave = bus.subscribe("a", lambda message: heard.append(("second", message["n"])))
    bus.subscribe("b", lambda message: heard.append(("other", message["n"])))
    bus.publish("a", {"n": 1})
    leave()
    bus.publish("a", {"n": 2})
    bus.publish("c", {"n": 3})
    assert heard == [("first", 1), ("second", 1), ("first", 2)]


def test_a_listener_that_fails_harms_nobody() -> None:
    bus, heard = LocalBus(), list[Message]()

    def fail(message: Message) -> None:
        raise ValueError(message)

    bus.subscribe("a", fail)
    bus.subscribe("a", heard.append)
    bus.publish("a", {})
    assert heard == [{}]


async def test_a_request_is_answered_by_whoever_has_the_subject() -> None:
    bus = LocalBus()

    async def double(message: Message) -> Message:
        return {"n": 2 * message["n"]}

    leave = bus.answer("double", double)
    assert await bus.request("double", {"n": 4}) == {"n": 8}
    leave()
    with pytest.raises(NoAnswer):
        await bus.request("double", {"n": 4})
