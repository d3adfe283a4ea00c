"""MonitorContact, as Connect's API has it."""

from __future__ import annotations

from typing import Any

from engine.directory import Kind
from engine.house import House
from engine.refused import Refused
from engine.web.caller import OPERATOR, Caller
from engine.web.dispatch import Handler
from engine.web.known_contacts import KnownContacts
from engine.web.shapes import Json

Given = dict[str, Any]
"""An operation's input, read by its shape."""

MONITORING = frozenset({"ManagerListenIn", "BasicAgentAccess"})
"""Seed S0: to listen takes the permission, and the CCP that comes with the profile Agent."""


class MonitoringApi:
    """Every operation raises Refused."""

    def __init__(self, house: House) -> None:
        self._house, self._contacts = house, KnownContacts(house)
        self._resources = house.directory.resources

    def handlers(self) -> dict[str, Handler]:
        return {
            "MonitorContact": self.monitor_contact,
        }

    async def monitor_contact(self, caller: Caller, given: Given) -> Json:
        if "SILENT_MONITOR" not in given.get("AllowedMonitorCapabilities", ["SILENT_MONITOR"]):
            raise Refused.invalid("Monitoring starts silent: allow SILENT_MONITOR")
        supervisor = self._supervisor(caller, given["UserId"])
        live = self._contacts.live(given["ContactId"])
        listener = self._house.monitors.start(live, supervisor, given.get("ClientToken"))
        contact_id = listener.record.contact_id
        arn = f"{self._resources.instance_arn}/contact/{contact_id}"
        return {"ContactId": contact_id, "ContactArn": arn}

    def _supervisor(self, caller: Caller, reference: str) -> str:
        """User name of whoever is to listen: with the right to, and with a CCP to do it (item 8).

        Only the operator has the phone of somebody else ring. Raises Refused.
        """
        user = self._resources.find(Kind.USER, reference)
        if user is None or not MONITORING <= self._resources.permissions(user):
            raise Refused(403, "AccessDeniedException", f"{reference} may not monitor")
        if caller is not OPERATOR and caller.name != user.name:
            raise Refused(403, "AccessDeniedException", "Whoever monitors asks for it themselves")
        return user.name
