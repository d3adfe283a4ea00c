"""The Contact Control Panel: what its page shows, and what its buttons do.

GET    /earshot/v1/ccp                            the document that the page shows
POST   /earshot/v1/ccp/media                      the browser's offer, and our answer: it is a phone
DELETE /earshot/v1/ccp/media                      it is one no longer
POST   /earshot/v1/ccp/status                     at once, or after the contact
POST   /earshot/v1/ccp/dial                       call a colleague, or a number outside
GET    /earshot/v1/ccp/quick_connects             whom and what a contact can be transferred to
POST   /earshot/v1/ccp/contact/{contact_id}/...   each button of a contact
POST   /earshot/v1/ccp/monitor                    speak to the agent, to both, or to nobody
POST   /earshot/v1/ccp/monitor/end                of a call, or else of all chats that are read

Everybody does it for themselves. Every POST but that of an offer is answered with the document.
Specification section 3.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from engine.directory import Kind
from engine.house import House
from engine.refused import Refused
from engine.supervision import MODES
from engine.transfer import Destination, ToAgent, ToFlow, ToQueue
from engine.web.agents_api import AgentsApi
from engine.web.caller import Caller
from engine.web.ccp_chats import CcpChats
from engine.web.ccp_document import CcpDocument
from engine.web.ccp_sessions import CcpSessions
from engine.web.permitted import Permitted
from engine.web.recording_api import RecordingApi
from engine.web.routing_rules import quick_connect_type
from engine.web.shapes import Json
from engine.webrtc import OfferRefused
from mixer import MixerError

MAX_OFFER_CHARS = 64_000
MAX_DIGITS = 32
"""At a time."""
PhoneNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9._+*#-]{1,64}$")]
Id = Annotated[str, Field(max_length=256)]
CONTACT = "/contact/{contact_id}"


class Offer(BaseModel):
    sdp: str = Field(max_length=MAX_OFFER_CHARS)
    page: str = Field("", max_length=64)
    """What the page calls itself: the document says which one has the phone."""


class Answer(TypedDict):
    sdp: str


class QuickConnect(TypedDict):
    id: str
    name: str
    type: str


class FoundQuickConnects(TypedDict):
    quick_connects: list[QuickConnect]


class StatusRequest(BaseModel):
    status_id: Id


class DialRequest(BaseModel):
    phone_number: PhoneNumber
    """Or the user name of a colleague."""


class DigitsRequest(BaseModel):
    digits: str = Field(pattern=rf"^[0-9*#A-D]{{1,{MAX_DIGITS}}}$", repr=False)


class EndRequest(BaseModel):
    party: Literal["third"] | None = None
    """Hang up on the third party alone."""


class TransferRequest(BaseModel):
    """One of the three says where the contact goes."""

    quick_connect_id: Id | None = None
    phone_number: PhoneNumber | None = None
    queue_id: Id | None = None
    kind: Literal["blind", "consult"] = "blind"


class ModeRequest(BaseModel):
    mode: Literal["SILENT_MONITOR", "WHISPER", "BARGE"]


class CcpApi:
    """Every route raises Refused."""

    def __init__(self, house: House) -> None:
        self._house, self._ccp = house, house.ccp
        self._resources, self._document = house.directory.resources, CcpDocument(house)
        self._agents, self._recordings = AgentsApi(house), RecordingApi(house)
        self._sessions = CcpSessions(house.bus, self._logged_out)
        self._chats = CcpChats(house)

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/earshot/v1/ccp")
        router.add_api_route("", self.state, methods=["GET"])
        router.add_api_route("/media", self.offer, methods=["POST"])
        router.add_api_route("/media", self.leave, methods=["DELETE"])
        router.add_api_route("/status", self.status, methods=["POST"])
        router.add_api_route("/dial", self.dial, methods=["POST"])
        router.add_api_route("/quick_connects", self.quick_connects, methods=["GET"])
        router.add_api_route("/monitor", self.switch, methods=["POST"])
        router.add_api_route("/monitor/end", self.stop_monitoring, methods=["POST"])
        router.add_api_route(f"{CONTACT}/clear", self.clear, methods=["POST"])
        router.add_api_route(f"{CONTACT}/digits", self.digits, methods=["POST"])
        router.add_api_route(f"{CONTACT}/end", self.end, methods=["POST"])
        router.add_api_route(f"{CONTACT}/transfer", self.transfer, methods=["POST"])
        router.add_api_route(f"{CONTACT}/suspend_recording", self.suspend, methods=["POST"])
        router.add_api_route(f"{CONTACT}/resume_recording", self.resume, methods=["POST"])
        self._chats.add_to(router, CONTACT)
        for name, act in self._buttons().items():
            router.add_api_route(
                f"{CONTACT}/{name}", self._pressed(act), methods=["POST"], name=name
            )
        return router

    def _buttons(self) -> dict[str, Callable[[str, str], None]]:
        """Those that need to know nothing but who presses them, on which contact."""
        ccp, chats = self._ccp, self._chats
        return {
            "accept": lambda *of: chats.accept(*of) if chats.has(of[1]) else ccp.accept(*of),
            "reject": lambda *of: chats.reject(*of) if chats.has(of[1]) else ccp.reject(*of),
            "hold": lambda user, contact: ccp.hold(user, contact, held=True),
            "resume": lambda user, contact: ccp.hold(user, contact, held=False),
            "mute": lambda user, contact: ccp.mute(user, contact, muted=True),
            "unmute": lambda user, contact: ccp.mute(user, contact, muted=False),
            "conference": ccp.conference,
            "swap": ccp.swap,
        }

    def _pressed(self, act: Callable[[str, str], None]) -> Callable[..., object]:
        async def press(contact_id: str, caller: Permitted) -> Json:
            act(caller.name, contact_id)
            return self._of(caller)

        return press

    async def state(self, caller: Permitted) -> Json:
        return self._of(caller)

    async def offer(self, offer: Offer, request: Request, caller: Permitted) -> Answer:
        """A second offer of the same user takes the place of the first, calls and all. When the
        session is over, so is what is talked."""
        self._of(caller)
        if session := request.scope.get("session"):
            self._sessions.opened(caller.name, session)
        try:
            return {"sdp": await self._house.legs.answer(caller.name, offer.sdp, offer.page)}
        except OfferRefused as error:
            raise Refused.invalid(str(error)) from error
        except MixerError as error:
            raise Refused(503, "InternalServiceException", str(error)) from error

    async def leave(self, caller: Permitted) -> Json:
        """Whatever is talked is over."""
        self._house.legs.end(caller.name)
        return self._of(caller)

    async def status(self, request: StatusRequest, caller: Permitted) -> Json:
        given = {"UserId": self._user_id(caller), "AgentStatusId": request.status_id}
        await self._agents.put_user_status(caller, given)
        return self._of(caller)

    async def clear(self, contact_id: str, caller: Permitted) -> Json:
        """A missed contact is forgiven; after-contact work is over."""
        given = {"UserId": self._user_id(caller), "ContactId": contact_id}
        await self._agents.dismiss_user_contact(caller, given)
        return self._of(caller)

    async def dial(self, request: DialRequest, caller: Permitted) -> Json:
        self._ccp.dial(caller.name, request.phone_number, caller.name)
        self._audit(caller, "ccp.dial", None, request.phone_number)
        return self._of(caller)

    async def digits(self, contact_id: str, request: DigitsRequest, caller: Permitted) -> Json:
        self._ccp.press(caller.name, contact_id, request.digits)
        return self._of(caller)

    async def end(
        self, contact_id: str, caller: Permitted, request: EndRequest | None = None
    ) -> Json:
        """With a third party on the line, those two talk on."""
        only = request is not None and request.party == "third"
        if self._chats.has(contact_id):
            self._chats.end(caller.name, contact_id)
        else:
            self._ccp.end(caller.name, contact_id, third=only)
        return self._of(caller)

    async def transfer(self, contact_id: str, request: TransferRequest, caller: Permitted) -> Json:
        """Blind at once; or ask first, which `end` completes."""
        name, to = self._destination(request)
        if self._chats.has(contact_id):
            if request.kind != "blind":
                raise Refused.invalid("A chat is transferred blind")
            self._chats.transfer(caller.name, contact_id, self._through_flow(request) or to)
        elif request.kind == "blind":
            there = self._through_flow(request) or to or self._ccp.find(name)
            self._ccp.transfer(caller.name, contact_id, there)
        elif isinstance(to, ToQueue):
            raise Refused.invalid("Nobody in particular answers for a queue: transfer it blind")
        else:
            self._ccp.consult(caller.name, contact_id, name)
        self._audit(caller, f"ccp.transfer.{request.kind}", contact_id, name)
        return self._of(caller)

    async def suspend(self, contact_id: str, caller: Permitted) -> Json:
        await self._recordings.suspend(caller, self._recorded(contact_id))
        return self._of(caller)

    async def resume(self, contact_id: str, caller: Permitted) -> Json:
        await self._recordings.resume(caller, self._recorded(contact_id))
        return self._of(caller)

    async def switch(self, request: ModeRequest, caller: Permitted) -> Json:
        """In calls alone: a chat that is monitored is only read."""
        if self._listens_or_nothing(caller):
            self._ccp.switch(caller.name, MODES[request.mode])
        else:
            self._chats.switch(caller.name, MODES[request.mode])
        return self._of(caller)

    async def stop_monitoring(self, caller: Permitted) -> Json:
        """Of a call, or else of all chats; one of those ends as any contact does."""
        if self._listens_or_nothing(caller):
            self._ccp.stop_monitoring(caller.name)
        else:
            self._chats.stop_reading(caller.name)
        return self._of(caller)

    def _listens_or_nothing(self, caller: Caller) -> bool:
        """Whether what they monitor is a call; or they monitor nothing, which is refused there."""
        return self._ccp.monitoring(caller.name) is not None or not self._chats.reads(caller.name)

    def _logged_out(self, username: str) -> None:
        self._house.legs.end(username)
        self._chats.stop_reading(username)

    async def quick_connects(self, caller: Permitted) -> FoundQuickConnects:
        """By name."""
        found = sorted(self._resources.all(Kind.QUICK_CONNECT), key=lambda one: one.name)
        return {
            "quick_connects": [
                {"id": one.id, "name": one.name, "type": kind}
                for one in found
                if (kind := quick_connect_type(one, self._resources)) != "FLOW"
            ]
        }

    def _destination(self, request: TransferRequest) -> tuple[str, Destination | None]:
        """Its name, and what it is where that is said already. Raises Refused."""
        given = (request.quick_connect_id, request.phone_number, request.queue_id)
        if len([one for one in given if one]) != 1:
            raise Refused.invalid("One of quick_connect_id, phone_number and queue_id is required")
        if request.phone_number:
            return request.phone_number, None
        if request.queue_id:
            return self._queue(request.queue_id)
        config = self._resources.get(Kind.QUICK_CONNECT, request.quick_connect_id or "").facts[
            "QuickConnectConfig"
        ]
        match config["QuickConnectType"]:
            case "USER":
                user = self._resources.get(Kind.USER, config["UserConfig"]["UserId"])
                return user.name, ToAgent(user.name)
            case "QUEUE":
                return self._queue(config["QueueConfig"]["QueueId"])
            case "PHONE_NUMBER":
                return str(config["PhoneConfig"]["PhoneNumber"]), None
        raise Refused.invalid("Quick connects of this type are not implemented by Earshot")

    def _through_flow(self, request: TransferRequest) -> ToFlow | None:
        """That of the quick connect, where it is published."""
        one = self._resources.find(Kind.QUICK_CONNECT, request.quick_connect_id or "")
        to = self._house.quick_connects.destination(one) if one else None
        return to if isinstance(to, ToFlow) else None

    def _queue(self, reference: str) -> tuple[str, Destination]:
        queue = self._resources.get(Kind.QUEUE, reference)
        return queue.name, ToQueue(queue.id)

    def _recorded(self, contact_id: str) -> Json:
        live = self._house.registry.get(contact_id)
        if live is None:
            raise Refused.not_found(f"No live contact has the id {contact_id}")
        return {"ContactId": contact_id, "InitialContactId": live.record.initial_contact_id}

    def _user_id(self, caller: Caller) -> str:
        return str(self._of(caller)["user_id"])

    def _of(self, caller: Caller) -> Json:
        found = self._document.of(caller.name)
        if found is None:
            raise Refused.not_found(f"{caller.name} is no user, and has no panel")
        return found

    def _audit(self, caller: Caller, action: str, contact_id: str | None, detail: str) -> None:
        self._house.ledger.audit(caller.name, action, contact_id, detail)
