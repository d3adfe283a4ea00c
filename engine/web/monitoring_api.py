"""Those who listen in: MonitorContact as Connect's API has it, and what that has no word for.

POST   /earshot/v1/monitor/{contact_id}/mode    SILENT_MONITOR, WHISPER or BARGE from now on
PUT    /earshot/v1/agent/{user_id}/follow       listen to every conversation of this agent
DELETE /earshot/v1/agent/{user_id}/follow

Specification items 47 to 51.
"""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from engine.directory import Kind
from engine.house import House
from engine.refused import Refused
from engine.supervision import MODES, SILENT
from engine.web.caller import OPERATOR, Caller
from engine.web.dispatch import Handler
from engine.web.known_contacts import KnownContacts
from engine.web.permitted import Permitted
from engine.web.shapes import Json
from mixer import Mode

Given = dict[str, Any]
DEFAULT_CAPABILITIES = ["SILENT_MONITOR"]


class ModeRequest(BaseModel):
    Mode: Literal["SILENT_MONITOR", "WHISPER", "BARGE"]


class FollowRequest(BaseModel):
    UserId: str = Field(max_length=256)
    """Who is to listen: whoever asks."""


class MonitoringApi:
    """Every operation and every route raises Refused."""

    def __init__(self, house: House) -> None:
        self._house, self._contacts = house, KnownContacts(house)
        self._resources = house.directory.resources

    def handlers(self) -> dict[str, Handler]:
        return {"MonitorContact": self.monitor_contact}

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/earshot/v1")
        router.add_api_route("/monitor/{contact_id}/mode", self.switch, methods=["POST"])
        router.add_api_route("/agent/{user_id}/follow", self.follow, methods=["PUT"])
        router.add_api_route("/agent/{user_id}/follow", self.unfollow, methods=["DELETE"])
        return router

    async def monitor_contact(self, caller: Caller, given: Given) -> Json:
        """With BARGE the supervisor may speak in a call later on, if that is permitted."""
        asked = given.get("AllowedMonitorCapabilities", DEFAULT_CAPABILITIES)
        if "SILENT_MONITOR" not in asked:
            raise Refused.invalid("Monitoring starts silent: allow SILENT_MONITOR")
        supervisor, allowed = self._supervisor(caller, given["UserId"])
        if "BARGE" not in asked:
            allowed = SILENT
        elif Mode.BARGE not in allowed:
            raise Refused(403, "AccessDeniedException", f"{supervisor} may not barge in")
        contact_id = self._start(caller, given["ContactId"], supervisor, allowed)
        arn = f"{self._resources.instance_arn}/contact/{contact_id}"
        return {"ContactId": contact_id, "ContactArn": arn}

    async def switch(self, contact_id: str, request: ModeRequest, caller: Permitted) -> Json:
        """`contact_id` is that of the monitoring itself, which MonitorContact answered."""
        if reading := self._house.wing.readings.get(contact_id):
            self._check_own(caller, reading.supervisor)
            self._house.wing.readers.switch(reading, MODES[request.Mode])
            return {}
        found = self._contacts.listener(contact_id)
        if found is None:
            raise Refused.not_found(f"Nobody monitors as contact {contact_id}")
        live, listener = found
        self._check_own(caller, listener.monitor.supervisor)
        self._house.monitors.switch(live, listener, MODES[request.Mode])
        return {}

    async def follow(self, user_id: str, request: FollowRequest, caller: Permitted) -> Json:
        """The conversation that the agent has just now is the first."""
        supervisor, _ = self._supervisor(caller, request.UserId)
        agent = self._agent(user_id)
        caller.reach.check(self._resources.get(Kind.USER, user_id))
        self._house.monitors.follow(supervisor, agent)
        if live := self._house.registry.of_agent(agent):
            self._house.monitors.conversation(live)
        return {}

    async def unfollow(self, user_id: str, request: FollowRequest, caller: Permitted) -> Json:
        """What is listened to goes on."""
        user = self._resources.get(Kind.USER, request.UserId)
        self._check_own(caller, user.name)
        agent = self._agent(user_id)
        if self._house.monitors.followed(user.name) != agent:
            raise Refused.not_found(f"{user.name} does not follow {agent}")
        self._house.monitors.unfollow(user.name)
        return {}

    def _start(
        self, caller: Caller, contact_id: str, supervisor: str, allowed: frozenset[Mode]
    ) -> str:
        """The id of the monitoring itself. A chat is read, whatever is allowed."""
        if chat := self._contacts.chat(caller, contact_id):
            return self._house.wing.readers.start(chat, supervisor).contact_id
        live = self._contacts.live(caller, contact_id)
        return self._house.monitors.start(live, supervisor, allowed).record.contact_id

    def _supervisor(self, caller: Caller, reference: str) -> tuple[str, frozenset[Mode]]:
        """User name of whoever is to listen, and what they may: with a CCP to do it (item 8)."""
        user = self._resources.find(Kind.USER, reference)
        allowed = self._house.rights.allowed(user.name) if user else frozenset[Mode]()
        if user is None or not allowed:
            raise Refused(403, "AccessDeniedException", f"{reference} may not monitor")
        self._check_own(caller, user.name)
        return user.name, allowed

    def _check_own(self, caller: Caller, supervisor: str) -> None:
        """Only the operator has the phone of somebody else ring, or speak. Raises Refused."""
        if caller is not OPERATOR and caller.name != supervisor:
            raise Refused(403, "AccessDeniedException", "Whoever monitors asks for it themselves")

    def _agent(self, reference: str) -> str:
        user = self._resources.get(Kind.USER, reference)
        if user.name not in self._house.router.floor.agents:
            raise Refused.invalid(f"{user.name} is no agent")
        return user.name
