"""What one client has still to be told. Pure.

Of each row the latest counts, so a client that takes its time has no more to read than the rows
there are; beyond a limit it is told all of them anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from engine.web.live.topic import Row, Topic, Viewer

MAX_WAITING = 2_000  # rows of one topic
MAX_ERRORS = 20
Message = dict[str, Any]


class Subscription:
    """One topic, as one client has it."""

    def __init__(self, topic: Topic, number: int | None) -> None:
        self.topic, self._id = topic, number
        self._sequence = 0
        self._waiting: dict[str, Row | None] = {}
        self._shown: set[str] = set()
        self._anew = True

    def again(self, number: int | None) -> None:
        """The client wants all rows once more."""
        self._id = number
        self.start_anew()

    def start_anew(self) -> None:
        """What waits is of no use any more: all rows are told instead."""
        self._waiting.clear()
        self._anew = True

    def tell(self, rows: Iterable[Row], gone: Iterable[str], viewer: Viewer) -> None:
        if self._anew:
            return
        for row in rows:
            self._keep(row["key"], self.topic.view(row, viewer))
        for key in gone:
            self._keep(key, None)
        if len(self._waiting) > MAX_WAITING:
            self.start_anew()

    def _keep(self, key: str, row: Row | None) -> None:
        """Of what the client never saw it is not told that it went."""
        if row is None and key not in self._shown:
            self._waiting.pop(key, None)
            return
        self._waiting[key] = row

    def take(self, viewer: Viewer) -> Message | None:
        """The next message; None where there is nothing to tell."""
        if not self._anew and not self._waiting:
            return None
        self._sequence += 1
        told: Message = {"topic": self.topic.name, "sequence": self._sequence}
        if self._anew:
            return {"type": "snapshot", **told, "id": self._id, "rows": self._all(viewer)}
        waiting, self._waiting = self._waiting, {}
        rows = {key: row for key, row in waiting.items() if row is not None}
        gone = [key for key, row in waiting.items() if row is None]
        if self.topic.lasting:
            self._shown = (self._shown | rows.keys()).difference(gone)
        return {"type": "change", **told, "rows": list(rows.values()), "gone": gone}

    def _all(self, viewer: Viewer) -> list[Row]:
        seen = (self.topic.view(row, viewer) for row in self.topic.rows())
        rows = [row for row in seen if row is not None]
        self._shown, self._anew = {row["key"] for row in rows}, False
        return rows


class Reader:
    """All topics of one client; what is to be sent is taken one message after the other."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self._subscriptions: dict[str, Subscription] = {}
        self._errors: deque[Message] = deque(maxlen=MAX_ERRORS)

    def subscribe(self, topic: Topic, number: int | None) -> bool:
        """From now on, or once more from the beginning; False where that is not permitted."""
        if missing := topic.lacking(self.viewer):
            self.complain(f"{topic.name} needs the permission {missing}", topic.name, number)
            return False
        if subscribed := self._subscriptions.get(topic.name):
            subscribed.again(number)
        else:
            self._subscriptions[topic.name] = Subscription(topic, number)
        return True

    def unsubscribe(self, name: str) -> None:
        self._subscriptions.pop(name, None)

    def complain(self, text: str, topic: str | None = None, number: int | None = None) -> None:
        """Something the client asked for, or had, is not to be."""
        self._errors.append({"type": "error", "topic": topic, "id": number, "message": text})

    def tell(self, name: str, rows: Iterable[Row], gone: Iterable[str]) -> None:
        """These rows of the topic have changed."""
        if subscribed := self._subscriptions.get(name):
            subscribed.tell(rows, gone, self.viewer)

    def review(self, viewer: Viewer) -> None:
        """The client may do other things than before: topics go, or are told anew."""
        self.viewer = viewer
        for name, subscribed in tuple(self._subscriptions.items()):
            if missing := subscribed.topic.lacking(viewer):
                del self._subscriptions[name]
                self.complain(f"{name} needs the permission {missing}", name)
            else:
                subscribed.start_anew()

    def take(self) -> Message | None:
        """The next message to send; None where there is nothing to tell."""
        if self._errors:
            return self._errors.popleft()
        each = (one.take(self.viewer) for one in self._subscriptions.values())
        return next((message for message in each if message is not None), None)
