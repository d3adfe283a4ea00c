"""What the nodes of an instance tell and ask one another.

`Bus` is the interface; `LocalBus` is it where there is one node, in this process. A message is made
of what JSON can say and is changed by nobody.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import structlog

Message = Mapping[str, Any]
Listener = Callable[[Message], None]
Answerer = Callable[[Message], Awaitable[Message]]
log = structlog.get_logger("engine.bus")


class NoAnswer(Exception):
    """Nobody answers requests of the subject."""


class Bus(Protocol):
    """Subjects are compared whole."""

    def publish(self, subject: str, message: Message) -> None:
        """Never waits."""

    def subscribe(self, subject: str, listener: Listener) -> Callable[[], None]:
        """`listener` is told of the subject until what this returns is called."""

    def answer(self, subject: str, answerer: Answerer) -> Callable[[], None]:
        """`answerer` has the requests of the subject until what this returns is called."""

    async def request(self, subject: str, message: Message) -> Message:
        """Raises NoAnswer, and whatever the answerer raises."""


class LocalBus:
    """Listeners are called at once, in the order in which they came; none may take its time."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[Listener]] = {}
        self._answerers: dict[str, Answerer] = {}

    def publish(self, subject: str, message: Message) -> None:
        """A listener that fails harms neither the others nor who publishes."""
        for listener in tuple(self._listeners.get(subject, ())):
            try:
                listener(message)
            except Exception:
                log.exception("a listener failed", subject=subject)

    def subscribe(self, subject: str, listener: Listener) -> Callable[[], None]:
        listeners = self._listeners.setdefault(subject, [])
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    def answer(self, subject: str, answerer: Answerer) -> Callable[[], None]:
        assert subject not in self._answerers, f"two answer {subject}"
        self._answerers[subject] = answerer

        def leave() -> None:
            del self._answerers[subject]

        return leave

    async def request(self, subject: str, message: Message) -> Message:
        if subject not in self._answerers:
            raise NoAnswer(subject)
        return await self._answerers[subject](message)
