"""What flows may read and keep in a contact, whatever its channel."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from engine.records import ContactRecord


class Contact(Protocol):
    """As engine.live and engine.chat.chat have it."""

    record: ContactRecord
    hooks: dict[str, str]
    """What its flows have set to run at moments to come: by the moment's name, as they named it."""
    system: dict[str, str]
    """What its flows may read as $.<name>; it follows the contact."""
    target_queue: str | None
    priority: int | None
    added_seconds: float | None

    @property
    def contact_id(self) -> str: ...

    def note(self, at: datetime, **facts: Any) -> None:
        """Facts for the contact record, by their names there, learnt at `at`."""
