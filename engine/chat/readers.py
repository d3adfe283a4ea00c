"""Begins and ends the silent reading of chats, on record and in the audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from engine.chat.chat import Chat
from engine.chat.chats import Chats
from engine.chat.reading import Reading, Readings
from engine.contact_record import DisconnectReason
from engine.directory.reach import beyond
from engine.ledger import Ledger
from engine.monitor_rights import MonitorRights
from engine.monitors import monitor_record
from engine.refused import Refused
from mixer import Mode


class Readers:
    def __init__(
        self, readings: Readings, chats: Chats, ledger: Ledger, rights: MonitorRights
    ) -> None:
        self._readings, self._ledger, self._rights = readings, ledger, rights
        self._listeners: list[Callable[[Reading], None]] = []
        chats.listen(self._chat_changed)

    def listen(self, listener: Callable[[Reading], None]) -> None:
        """It is told of a reading that has begun or ended."""
        self._listeners.append(listener)

    def start(self, chat: Chat, supervisor: str) -> Reading:
        """From now on, until the agent who has the chat leaves it. Raises Refused."""
        if not self._rights.reaches(supervisor, chat.record):
            raise beyond(supervisor, f"the contact {chat.contact_id}")
        self._readings.check(chat, supervisor)
        assert chat.agent, "a chat that may be read has an agent"
        record = monitor_record(chat.record, supervisor)
        record = replace(record, connected_to_agent=record.initiation)
        reading = Reading(record, chat, supervisor, chat.agent.username)
        self._readings.add(reading)
        self._ledger.save(record)
        self._ledger.audit(supervisor, "monitor.start", chat.contact_id)
        self._tell(reading)
        return reading

    def switch(self, reading: Reading, mode: Mode) -> None:
        """Raises Refused: nobody but its participants writes in a chat."""
        if mode is not Mode.LISTEN:
            raise Refused.invalid(f"{reading.supervisor} can only read a chat that they monitor")

    def stop(
        self, reading: Reading, reason: DisconnectReason = DisconnectReason.AGENT_DISCONNECT
    ) -> None:
        """By whoever reads, if nothing else is said."""
        now = datetime.now(UTC)
        self._readings.remove(reading)
        self._ledger.save(
            replace(reading.record, last_update=now, disconnect=now, disconnect_reason=reason)
        )
        self._ledger.audit(reading.supervisor, "monitor.stop", reading.chat.contact_id)
        self._tell(reading)

    def leave(self, supervisor: str) -> None:
        """This supervisor reads nothing any more."""
        for reading in self._readings.by(supervisor):
            self.stop(reading)

    def recheck(self) -> None:
        """Permissions and restrictions may have changed: who may not read any more reads on
        nowhere."""
        for one in self._readings:
            allowed = self._rights.allowed(one.supervisor)
            if not allowed or not self._rights.reaches(one.supervisor, one.chat.record):
                self.stop(one, DisconnectReason.OTHER)

    def _chat_changed(self, chat: Chat) -> None:
        for reading in self._readings.of(chat):
            if not reading.goes_on:
                self.stop(reading, DisconnectReason.OTHER)

    def _tell(self, reading: Reading) -> None:
        for listener in self._listeners:
            listener(reading)
