"""A contact that a request names, live or as its record has it, or that there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from engine.chat.chat import Chat
from engine.contact_record import ContactRecord, InitiationMethod
from engine.contact_search import chain
from engine.directory.reach import beyond
from engine.house import House
from engine.live import Listener, LiveContact
from engine.refused import Refused
from engine.web.caller import Caller

EDIT = "Contacts.Tag.Edit"
"""What it takes to change what is said of somebody else's contact."""
Facts = Callable[[ContactRecord], Mapping[str, Any]]
"""What is to be noted, by the names of the record, from what it says now. Raises Refused."""


class KnownContacts:
    """Every method raises Refused."""

    def __init__(self, house: House) -> None:
        self._house = house

    def live(self, caller: Caller, contact_id: str) -> LiveContact:
        """Of those that the caller may see."""
        found = self._live(contact_id)
        self._check_sees(caller, found.record)
        return found

    def chat(self, caller: Caller, contact_id: str) -> Chat | None:
        """A chat that goes on, of those that the caller may see; None: it is none."""
        found = self._house.chats.get(contact_id)
        if found:
            self._check_sees(caller, found.record)
        return found

    def _live(self, contact_id: str) -> LiveContact:
        found = self._house.registry.get(contact_id)
        if found is None:
            raise Refused.not_found(f"No live contact has the id {contact_id}")
        return found

    def _check_sees(self, caller: Caller, record: ContactRecord) -> None:
        if not self._sees(caller, record):
            raise beyond(caller.name, f"the contact {record.contact_id}")

    def _sees(self, caller: Caller, record: ContactRecord) -> bool:
        return caller.reach.sees_contact(record, self._house.directory.resources)

    def live_for(self, caller: Caller, contact_id: str, permission: str) -> LiveContact:
        """Whoever is not the contact's agent needs this permission."""
        found = self._live(contact_id)
        if not is_agent_of(caller, found):
            caller.need(permission, "somebody else's contact")
            self._check_sees(caller, found.record)
        return found

    def chat_for(self, caller: Caller, contact_id: str, permission: str) -> Chat | None:
        """The same of whoever has this permission, or is the chat's agent."""
        found = self._house.chats.get(contact_id)
        if found and not is_agent_of(caller, found):
            caller.need(permission, "somebody else's contact")
            self._check_sees(caller, found.record)
        return found

    def listener(self, contact_id: str) -> tuple[LiveContact, Listener] | None:
        """Whoever listens with this contact, and to which; None: it is none of theirs."""
        for live in self._house.registry:
            for one in live.listeners:
                if one.record.contact_id == contact_id:
                    return live, one
        return None

    async def note(self, caller: Caller, contact_id: str, facts: Facts) -> None:
        """More facts for its record, live or over. Its agent may say them while it lives, others
        by the permission to edit contacts. Raises RecordError too."""
        now = datetime.now(UTC)
        if contact_id in self._house.registry:
            live = self.live_for(caller, contact_id, EDIT)
            live.note(now, **facts(live.record))
            record = live.record
        elif chat := self.chat_for(caller, contact_id, EDIT):
            chat.note(now, **facts(chat.record))
            record = chat.record
        else:
            caller.need(EDIT, "a contact that is over")
            former = await self.record(caller, contact_id)
            record = replace(former, last_update=now, **facts(former))
        self._house.ledger.save(record)

    async def note_chain(self, caller: Caller, contact_id: str, facts: Facts) -> None:
        """The same for all contacts of its chain, or for none. Who has one of them that lives may
        say it, others by the permission to edit contacts. Raises RecordError too."""
        named, every = await self._chain(contact_id)
        lives = {one.contact_id: self._going_on(one.contact_id) for one in every}
        if not any(live and is_agent_of(caller, live) for live in lives.values()):
            caller.need(EDIT, "somebody else's contact")
            self._check_sees(caller, named)
        now = datetime.now(UTC)
        latest = [live.record if (live := lives[one.contact_id]) else one for one in every]
        noted = [replace(one, last_update=now, **facts(one)) for one in latest]  # raises for all
        for record in noted:
            if live := lives[record.contact_id]:
                live.record = record
            self._house.ledger.save(record)

    def _going_on(self, contact_id: str) -> LiveContact | Chat | None:
        return self._house.registry.get(contact_id) or self._house.chats.get(contact_id)

    async def chain(self, caller: Caller, contact_id: str) -> list[ContactRecord]:
        """Those of its chain that the caller may see, the first first. Raises RecordError too."""
        named, every = await self._chain(contact_id)
        self._check_sees(caller, named)
        return [one for one in every if self._sees(caller, one)]

    async def _chain(self, contact_id: str) -> tuple[ContactRecord, list[ContactRecord]]:
        """That contact, and all of its chain but those who only listened."""
        named = await self._record(contact_id)
        every = await chain(self._house.records, named.initial_contact_id)
        return named, [
            one for one in every if one.initiation_method is not InitiationMethod.MONITOR
        ]

    async def record(self, caller: Caller, contact_id: str) -> ContactRecord:
        """As it is just now; of those that the caller may see. Raises RecordError too."""
        record = await self._record(contact_id)
        self._check_sees(caller, record)
        return record

    async def _record(self, contact_id: str) -> ContactRecord:
        await self._house.ledger.flush()
        record = await self._house.records.contact(contact_id)
        if record is None:
            raise Refused.not_found(f"No contact has the id {contact_id}")
        return record


def is_agent_of(caller: Caller, live: LiveContact | Chat) -> bool:
    return live.agent is not None and live.agent.username == caller.name
