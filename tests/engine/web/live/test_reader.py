from collections.abc import Iterable
from typing import Any

from engine.web.live.reader import MAX_ERRORS, MAX_WAITING, Reader
from engine.web.live.topic import Row, Topic, Viewer, own_row

MANAGER = Viewer("manager1", frozenset({"AccessMetrics"}))


class Rows:
    """A topic, and a client that has subscribed to it."""

    def __init__(self, *keys: str) -> None:
        self.rows: dict[str, Row] = {key: {"key": key, "n": 0} for key in keys}
        self.hidden = set[str]()
        self.topic = Topic("agents", ("AccessMetrics",), self.rows.values, self._view)
        self.reader = Reader(MANAGER)
        self.reader.subscribe(self.topic, 7)

    def _view(self, row: Row, viewer: Viewer) -> Row | None:
        return None if row["key"] in self.hidden else row

    def change(self, *keys: str, n: int) -> None:
        for key in keys:
            self.rows[key] = {"key": key, "n": n}
        self.reader.tell("agents", [self.rows[key] for key in keys], ())

    def go(self, key: str) -> None:
        del self.rows[key]
        self.reader.tell("agents", (), [key])

    def take(self) -> Any:
        return self.reader.take()


def names(rows: Iterable[Row]) -> list[str]:
    return [row["key"] for row in rows]


def test_first_comes_everything_then_what_changes_and_each_message_has_its_number() -> None:
    topic = Rows("ann", "bob")
    first = topic.take()
    assert (first["type"], first["topic"], first["id"], first["sequence"]) == (
        *("snapshot", "agents"),
        *(7, 1),
    )
    assert names(first["rows"]) == ["ann", "bob"]
    assert topic.take() is None
    topic.change("bob", n=1)
    assert topic.take() == {
        "type": "change",
        "topic": "agents",
        "sequence": 2,
        "rows": [{"key": "bob", "n": 1}],
        "gone": [],
    }
    topic.go("ann")
    assert topic.take()["gone"] == ["ann"]


def test_a_client_that_takes_its_time_is_told_the_latest_of_each_row() -> None:
    topic = Rows("ann", "bob")
    topic.take()
    for n in range(1000):
        topic.change("ann", n=n)
    topic.change("bob", n=5)
    late = topic.take()
    assert [(row["key"], row["n"]) for row in late["rows"]] == [("ann", 999), ("bob", 5)]
    assert topic.take() is None


def test_too_much_for_one_client_becomes_everything_anew() -> None:
    topic = Rows()
    topic.take()
    for n in range(MAX_WAITING + 1):
        topic.change(f"a{n}", n=1)
    again = topic.take()
    assert (again["type"], again["sequence"]) == ("snapshot", 2)
    assert len(again["rows"]) == MAX_WAITING + 1
    assert topic.take() is None


def test_what_the_client_may_not_see_is_not_even_told_to_be_gone() -> None:
    topic = Rows("ann", "eve")
    topic.hidden.add("eve")
    assert names(topic.take()["rows"]) == ["ann"]
    topic.change("eve", n=1)
    topic.go("eve")
    assert topic.take() is None


def test_a_row_that_comes_into_sight_or_leaves_it_is_new_or_gone() -> None:
    topic = Rows("ann")
    topic.take()
    topic.hidden.add("ann")
    topic.change("ann", n=1)
    assert topic.take()["gone"] == ["ann"]
    topic.hidden.clear()
    topic.change("ann", n=2)
    assert names(topic.take()["rows"]) == ["ann"]


def test_what_came_and_went_unread_is_not_told() -> None:
    topic = Rows()
    topic.take()
    topic.change("ann", n=1)
    topic.go("ann")
    assert topic.take() is None


def test_who_asks_again_is_told_everything_again() -> None:
    topic = Rows("ann")
    topic.take()
    topic.change("ann", n=1)
    topic.reader.subscribe(topic.topic, 8)
    again = topic.take()
    assert (again["type"], again["id"], again["sequence"]) == ("snapshot", 8, 2)
    assert topic.take() is None


def test_who_leaves_a_topic_is_told_no_more_of_it() -> None:
    topic = Rows("ann")
    topic.reader.unsubscribe("agents")
    topic.reader.unsubscribe("never had")
    topic.change("ann", n=1)
    assert topic.take() is None


def test_without_the_permission_there_is_an_error_and_nothing_else() -> None:
    topic = Rows("ann")
    reader = Reader(Viewer("agent1", frozenset()))
    reader.subscribe(topic.topic, 3)
    refused = reader.take()
    assert refused and (refused["type"], refused["topic"], refused["id"]) == ("error", "agents", 3)
    assert "AccessMetrics" in refused["message"]
    assert reader.take() is None


def test_a_permission_that_goes_takes_its_topics_along() -> None:
    topic = Rows("ann")
    topic.take()
    topic.reader.review(Viewer("manager1", frozenset()))
    assert topic.take()["type"] == "error"
    topic.change("ann", n=1)
    assert topic.take() is None


def test_another_view_is_told_from_the_beginning() -> None:
    mine = Topic("ccp", (), lambda: [{"key": "ann"}, {"key": "bob"}], own_row)
    reader = Reader(Viewer("ann", frozenset()))
    reader.subscribe(mine, None)
    first = reader.take()
    reader.review(Viewer("ann", frozenset({"ManagerListenIn"})))
    again = reader.take()
    assert first and again and names(first["rows"]) == names(again["rows"]) == ["ann"]
    assert again["type"] == "snapshot"


def test_of_errors_that_nobody_reads_the_newest_stay() -> None:
    reader = Reader(MANAGER)
    for n in range(MAX_ERRORS + 5):
        reader.complain(str(n))
    first = reader.take()
    assert first and first["message"] == "5"
