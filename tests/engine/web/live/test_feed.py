from typing import Any

from engine.bus import LocalBus
from engine.web.live import Feed, own_row
from engine.web.live.feed import subject_of
from engine.web.live.topic import Row
from tests.rig.patience import until


async def test_what_is_touched_is_published_and_stays_for_whoever_comes_later() -> None:
    bus, told, numbers = LocalBus(), list[Any](), {"a": 1}
    bus.subscribe(subject_of("some"), told.append)

    def make(key: str) -> Row | None:
        return {"key": key, "n": numbers[key]} if key in numbers else None

    feed = Feed("some", (), make, own_row, bus, pace_seconds=0.01)
    feed.touch("a", "b")
    await until(lambda: told)
    assert told == [{"rows": [{"key": "a", "n": 1}], "gone": []}]
    assert list(feed.topic.rows()) == [{"key": "a", "n": 1}]
    del numbers["a"]
    feed.touch("a")
    await until(lambda: told[1:])
    assert told[1:] == [{"rows": [], "gone": ["a"]}]
    feed.close()


async def test_a_row_that_cannot_be_made_harms_no_other() -> None:
    bus, told = LocalBus(), list[Any]()
    bus.subscribe(subject_of("some"), told.append)

    def make(key: str) -> Row:
        if key == "bad":
            raise ValueError(key)
        return {"key": key}

    feed = Feed("some", (), make, own_row, bus)
    feed.touch("bad", "good")
    await until(lambda: told)
    assert told == [{"rows": [{"key": "good"}], "gone": []}]
    feed.close()
