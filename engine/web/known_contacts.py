"""A contact that a request names, live or as its record has it, or that there is none."""

from __future__ import annotations

from engine.contact_record import ContactRecord
from engine.house import House
from engine.live import Listener, LiveContact
from engine.refused import Refused
from engine.web.caller import OPERATOR, Caller


class KnownContacts:
    """Every method raises Refused."""

    def __init__(self, house: House) -> None:
        self._house = house

    def live(self, contact_id: str) -> LiveContact:
        found = self._house.registry.get(contact_id)
        if found is None:
            raise Refused.not_found(f"No live contact has the id {contact_id}")
        return found

    def live_for(self, caller: Caller, contact_id: str, permission: str) -> LiveContact:
        """Whoever is not the contact's agent needs this permission."""
        found = self.live(contact_id)
        talks = found.agent is not None and found.agent.username == caller.name
        if caller is not OPERATOR and not talks:
            caller.need(permission, "somebody else's contact")
        return found

    def listener(self, contact_id: str) -> tuple[LiveContact, Listener] | None:
        """Whoever listens with this contact, and to which; None: it is none of theirs."""
        for live in self._house.registry:
            for one in live.listeners:
                if one.record.contact_id == contact_id:
                    return live, one
        return None

    async def record(self, caller: Caller, contact_id: str) -> ContactRecord:
        """As it is just now; of those that the caller may see. Raises RecordError too."""
        await self._house.ledger.flush()
        record = await self._house.records.contact(contact_id)
        if record is None:
            raise Refused.not_found(f"No contact has the id {contact_id}")
        caller.check_sees(record.agents or (record.agent or "",))
        return record
