"""The operations of Amazon Connect's API that exist so far, under Connect's own paths.

POST /contact/monitor                        MonitorContact
GET  /contacts/{InstanceId}/{ContactId}      DescribeContact
POST /metrics/userdata/{InstanceId}          GetCurrentUserData

And of our own, for which Connect has no operation:

POST /earshot/contact/refer                  the customer's own side calls Target, by SIP REFER
"""

from __future__ import annotations

from fastapi import APIRouter

from engine.agents import Agent
from engine.house import House
from engine.refused import Refused
from engine.transfers import NOT_PERMITTED
from engine.web.shapes import (
    GetCurrentUserDataRequest,
    Json,
    MonitorContactRequest,
    SendAwayRequest,
    contact,
    user_data,
)
from sip import PeerError


def routes(house: House) -> APIRouter:
    """The operations on one house."""
    api = ConnectApi(house)
    router = APIRouter()
    router.add_api_route("/contact/monitor", api.monitor_contact, methods=["POST"])
    router.add_api_route("/earshot/contact/refer", api.send_away, methods=["POST"])
    router.add_api_route("/contacts/{instance_id}/{contact_id}", api.describe_contact)
    router.add_api_route(
        "/metrics/userdata/{instance_id}", api.get_current_user_data, methods=["POST"]
    )
    return router


class ConnectApi:
    """Every operation raises Refused; an instance id other than the house's own is not found."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._arn = house.settings.web.instance_arn

    async def monitor_contact(self, request: MonitorContactRequest) -> Json:
        self._check_instance(request.InstanceId)
        if "SILENT_MONITOR" not in request.AllowedMonitorCapabilities:
            raise Refused.invalid("Monitoring starts silent: allow SILENT_MONITOR")
        if request.UserId not in self._house.supervisors:
            raise Refused(403, "AccessDeniedException", f"{request.UserId} may not monitor")
        live = self._house.registry.get(request.ContactId)
        if live is None:
            raise Refused.not_found(f"No live contact has the id {request.ContactId}")
        listener = self._house.monitors.start(live, request.UserId, request.ClientToken)
        contact_id = listener.record.contact_id
        return {"ContactId": contact_id, "ContactArn": f"{self._arn}/contact/{contact_id}"}

    async def send_away(self, request: SendAwayRequest) -> Json:
        """How it comes out is in the contact's record: it has ended, or it goes on."""
        self._check_instance(request.InstanceId)
        live = self._house.registry.get(request.ContactId)
        if live is None:
            raise Refused.not_found(f"No live contact has the id {request.ContactId}")
        try:
            self._house.transfers.send_away(live, request.Target)
        except PeerError as error:
            if error.status == NOT_PERMITTED:
                raise Refused(403, "DestinationNotAllowedException", str(error)) from error
            raise Refused.invalid(str(error)) from error
        self._house.ledger.audit("api", "contact.refer", live.contact_id)
        return {}

    async def describe_contact(self, instance_id: str, contact_id: str) -> Json:
        self._check_instance(instance_id)
        await self._house.ledger.flush()
        record = await self._house.records.contact(contact_id)
        if record is None:
            raise Refused.not_found(f"No contact has the id {contact_id}")
        return {"Contact": contact(record, self._arn)}

    async def get_current_user_data(
        self, instance_id: str, request: GetCurrentUserDataRequest
    ) -> Json:
        self._check_instance(instance_id)
        agents = self._house.router.floor.agents
        wanted = request.Filters.Agents or sorted(agents)
        found = [agents[name] for name in wanted if name in agents]
        rows = [self._user_data(agent) for agent in found[: request.MaxResults]]
        return {"UserDataList": rows, "ApproximateTotalCount": len(found)}

    def _user_data(self, agent: Agent) -> Json:
        return user_data(agent, list(self._house.registry), self._arn)

    def _check_instance(self, instance_id: str) -> None:
        if instance_id not in (self._arn, self._arn.rpartition("/")[2]):
            raise Refused.not_found(f"There is no instance {instance_id} here")
