"""The operations of Amazon Connect's API that exist so far, by their names in the service model.

And of our own, for which Connect has no operation:

POST /earshot/contact/refer                  the customer's own side calls Target, by SIP REFER
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from engine.agents import Agent
from engine.house import House
from engine.live import LiveContact
from engine.refused import Refused
from engine.transfers import NOT_PERMITTED
from engine.web.dispatch import Handler
from engine.web.shapes import Json, SendAwayRequest, contact, user_data
from sip import PeerError

Given = dict[str, Any]
"""An operation's input, read by its shape."""

MAX_USER_DATA = 100


class ConnectApi:
    """Every operation raises Refused; an instance id other than the house's own is not found."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._arn = house.settings.web.instance_arn

    def handlers(self) -> dict[str, Handler]:
        return {
            "DescribeContact": self.describe_contact,
            "GetCurrentUserData": self.get_current_user_data,
            "MonitorContact": self.monitor_contact,
        }

    def own_routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/earshot/contact/refer", self.send_away, methods=["POST"])
        return router

    async def monitor_contact(self, given: Given) -> Json:
        self._check_instance(given["InstanceId"])
        if "SILENT_MONITOR" not in given.get("AllowedMonitorCapabilities", ["SILENT_MONITOR"]):
            raise Refused.invalid("Monitoring starts silent: allow SILENT_MONITOR")
        if given["UserId"] not in self._house.supervisors:
            raise Refused(403, "AccessDeniedException", f"{given['UserId']} may not monitor")
        live = self._live(given["ContactId"])
        listener = self._house.monitors.start(live, given["UserId"], given.get("ClientToken"))
        contact_id = listener.record.contact_id
        return {"ContactId": contact_id, "ContactArn": f"{self._arn}/contact/{contact_id}"}

    async def send_away(self, request: SendAwayRequest) -> Json:
        """How it comes out is in the contact's record: it has ended, or it goes on."""
        self._check_instance(request.InstanceId)
        live = self._live(request.ContactId)
        try:
            self._house.transfers.send_away(live, request.Target)
        except PeerError as error:
            if error.status == NOT_PERMITTED:
                raise Refused(403, "DestinationNotAllowedException", str(error)) from error
            raise Refused.invalid(str(error)) from error
        self._house.ledger.audit("api", "contact.refer", live.contact_id)
        return {}

    async def describe_contact(self, given: Given) -> Json:
        self._check_instance(given["InstanceId"])
        await self._house.ledger.flush()
        record = await self._house.records.contact(given["ContactId"])
        if record is None:
            raise Refused.not_found(f"No contact has the id {given['ContactId']}")
        return {"Contact": contact(record, self._arn)}

    async def get_current_user_data(self, given: Given) -> Json:
        self._check_instance(given["InstanceId"])
        agents = self._house.router.floor.agents
        wanted = given["Filters"].get("Agents") or sorted(agents)
        found = [agents[name] for name in wanted if name in agents]
        rows = [self._user_data(agent) for agent in found[: given.get("MaxResults", MAX_USER_DATA)]]
        return {"UserDataList": rows, "ApproximateTotalCount": len(found)}

    def _user_data(self, agent: Agent) -> Json:
        return user_data(agent, list(self._house.registry), self._arn)

    def _live(self, contact_id: str) -> LiveContact:
        live = self._house.registry.get(contact_id)
        if live is None:
            raise Refused.not_found(f"No live contact has the id {contact_id}")
        return live

    def _check_instance(self, instance_id: str) -> None:
        if instance_id not in (self._arn, self._arn.rpartition("/")[2]):
            raise Refused.not_found(f"There is no instance {instance_id} here")
