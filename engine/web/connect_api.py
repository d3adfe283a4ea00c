"""Contacts and those who listen in, as Connect's API has them."""

from __future__ import annotations

from typing import Any

from engine.agents import Agent
from engine.directory import Kind
from engine.house import House
from engine.live import LiveContact
from engine.refused import Refused
from engine.web.caller import OPERATOR, Caller
from engine.web.dispatch import Handler
from engine.web.shapes import Json, contact, user_data

Given = dict[str, Any]
"""An operation's input, read by its shape."""

MAX_USER_DATA = 100
MONITORING = frozenset({"ManagerListenIn", "BasicAgentAccess"})
"""Seed S0: to listen takes the permission, and the CCP that comes with the profile Agent."""


class ConnectApi:
    """Every operation raises Refused."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._resources = house.directory.resources

    def handlers(self) -> dict[str, Handler]:
        return {
            "DescribeContact": self.describe_contact,
            "GetCurrentUserData": self.get_current_user_data,
            "MonitorContact": self.monitor_contact,
        }

    async def monitor_contact(self, caller: Caller, given: Given) -> Json:
        if "SILENT_MONITOR" not in given.get("AllowedMonitorCapabilities", ["SILENT_MONITOR"]):
            raise Refused.invalid("Monitoring starts silent: allow SILENT_MONITOR")
        supervisor = self._supervisor(caller, given["UserId"])
        live = self._live(given["ContactId"])
        listener = self._house.monitors.start(live, supervisor, given.get("ClientToken"))
        contact_id = listener.record.contact_id
        arn = f"{self._resources.instance_arn}/contact/{contact_id}"
        return {"ContactId": contact_id, "ContactArn": arn}

    async def describe_contact(self, caller: Caller, given: Given) -> Json:
        await self._house.ledger.flush()
        record = await self._house.records.contact(given["ContactId"])
        if record is None:
            raise Refused.not_found(f"No contact has the id {given['ContactId']}")
        caller.check_sees(record.agents or (record.agent or "",))
        return {"Contact": contact(record, self._resources)}

    async def get_current_user_data(self, caller: Caller, given: Given) -> Json:
        agents = self._house.router.floor.agents
        asked = given["Filters"].get("Agents")
        wanted = map(self._name, asked) if asked else sorted(agents)
        found = [agents[name] for name in wanted if name in agents]
        rows = [self._user_data(agent) for agent in found[: given.get("MaxResults", MAX_USER_DATA)]]
        return {"UserDataList": rows, "ApproximateTotalCount": len(found)}

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

    def _user_data(self, agent: Agent) -> Json:
        return user_data(agent, list(self._house.registry), self._resources)

    def _name(self, reference: str) -> str:
        """User name; empty where there is no such user."""
        user = self._resources.find(Kind.USER, reference)
        return user.name if user else ""

    def _live(self, contact_id: str) -> LiveContact:
        live = self._house.registry.get(contact_id)
        if live is None:
            raise Refused.not_found(f"No live contact has the id {contact_id}")
        return live
