"""All clients of the live socket, and the topics they may subscribe to."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial

from engine.bus import Bus, Message
from engine.web.live.feed import subject_of
from engine.web.live.reader import Reader
from engine.web.live.topic import Topic, Viewer

MAX_CLIENTS = 3_000
MAX_OF_ONE_USER = 20
SESSION_CLOSED = "session.closed"
"""Subject of the bus: {"of": digest of a session, or id of a user who has none any more}."""
OVER, TOO_MANY = 4401, 4429


class Client:
    """A reader, and whoever waits for what it has to tell."""

    def __init__(
        self, viewer: Viewer, marks: frozenset[str] = frozenset(), *, is_user: bool = True
    ) -> None:
        """`marks`: the digest of its session, and the id of its user. What somebody may who is no
        user does not change."""
        self.reader, self.marks, self.is_user = Reader(viewer), marks, is_user
        self.woken = asyncio.Event()
        self.ended: tuple[int, str] | None = None
        """Close code and reason, once it is to go."""

    def end(self, code: int, reason: str) -> None:
        self.ended = self.ended or (code, reason)
        self.woken.set()


class Hub:
    """`viewer_of` tells what a user may see by now; None: there is no such user."""

    def __init__(self, bus: Bus, viewer_of: Callable[[str], Viewer | None]) -> None:
        self._bus, self._viewer_of = bus, viewer_of
        self._clients: set[Client] = set()
        self._of_user: Counter[str] = Counter()
        self.topics: dict[str, Topic] = {}
        bus.subscribe(SESSION_CLOSED, self._session_closed)

    def add(self, topic: Topic) -> None:
        """From now on it can be subscribed to."""
        assert topic.name not in self.topics, f"two topics {topic.name}"
        self.topics[topic.name] = topic
        self._bus.subscribe(subject_of(topic.name), partial(self._changed, topic.name))

    def enter(self, client: Client) -> None:
        """One too many is told to go at once."""
        name = client.reader.viewer.name
        if len(self._clients) >= MAX_CLIENTS or self._of_user[name] >= MAX_OF_ONE_USER:
            client.end(TOO_MANY, "Too many connections")
        self._clients.add(client)
        self._of_user[name] += 1

    def leave(self, client: Client) -> None:
        self._clients.remove(client)
        name = client.reader.viewer.name
        self._of_user[name] -= 1
        if not self._of_user[name]:
            del self._of_user[name]

    def review(self, username: str | None = None) -> None:
        """What this user may see has changed, or what all users may."""
        for client in self._clients:
            former = client.reader.viewer
            if not client.is_user or username not in (None, former.name):
                continue
            viewer = self._viewer_of(former.name)
            if viewer is None:
                client.end(OVER, "The user is gone")
            elif viewer != former:
                client.reader.review(viewer)
                client.woken.set()

    def _changed(self, topic: str, message: Message) -> None:
        for client in self._clients:
            client.reader.tell(topic, message["rows"], message["gone"])
            client.woken.set()

    def _session_closed(self, message: Message) -> None:
        for client in self._clients:
            if message["of"] in client.marks:
                client.end(OVER, "The session is over: log in")
