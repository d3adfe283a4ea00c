"""StartOutboundVoiceContact: somebody is called, for a flow.

Refused by their names: what would tell a person from an answering machine, campaigns, and agents
who are to be called first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.directory import Kind, Resource
from engine.house import House
from engine.outbound_contacts import RING_SECONDS, UNAVAILABLE, Wanted
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.contact_details_api import check_references
from engine.web.contacts_api import merged
from engine.web.dispatch import Handler
from engine.web.known_contacts import KnownContacts
from engine.web.shapes import Json
from engine.web.startable import startable
from sip import PeerError

Given = Mapping[str, Any]

NOT_TAKEN = ("CampaignId", "OutboundStrategy")


class OutboundApi:
    """Raises Refused or RecordError."""

    def __init__(self, house: House) -> None:
        self._house, self._contacts = house, KnownContacts(house)
        self._resources = house.directory.resources

    def handlers(self) -> dict[str, Handler]:
        return {"StartOutboundVoiceContact": self.start_outbound_voice_contact}

    async def start_outbound_voice_contact(self, caller: Caller, given: Given) -> Json:
        """Answered when the call is on its way, not when it is answered."""
        check_taken(given)
        flow, queue = (
            startable(self._house, given["ContactFlowId"]),
            self._queue(given.get("QueueId")),
        )
        source = self._source(given.get("SourcePhoneNumber"), queue)
        wanted = Wanted(
            *(given["DestinationPhoneNumber"], flow.id),
            queue=queue.id if queue else None,
            queue_name=queue.name if queue else "",
            caller_id=source,
            ring_seconds=given.get("RingTimeoutInSeconds", RING_SECONDS),
            facts={"flow": flow.name, **await self._facts(caller, given)},
        )
        if not self._house.settings.flows.may_dial:
            text = "flows.may_dial: the settings let flows call nobody"
            raise Refused(403, "OutboundContactNotPermittedException", text)
        try:
            live = self._house.outbound_contacts.start(wanted)
        except PeerError as error:
            raise refusal(error, wanted.number) from error
        self._house.ledger.audit(caller.name, "contact.start", live.contact_id, flow.name)
        return {"ContactId": live.contact_id}

    def _queue(self, reference: str | None) -> Resource | None:
        return self._resources.get(Kind.QUEUE, reference) if reference else None

    def _source(self, number: str | None, queue: Resource | None) -> str | None:
        if number is None and queue is None:
            raise Refused.invalid("SourcePhoneNumber or QueueId is required")
        if number is not None and not self._house.numbers.is_ours(number):
            raise Refused.invalid(f"SourcePhoneNumber: {number} is no number of this instance")
        return number

    async def _facts(self, caller: Caller, given: Given) -> Json:
        """A related contact hands on its attributes; those that are given go before them."""
        check_references(given.get("References", {}))
        former: Mapping[str, str] = {}
        if related := given.get("RelatedContactId"):
            former = (await self._contacts.record(caller, related)).attributes
        return {
            "attributes": merged(former, given.get("Attributes", {})),
            "name": given.get("Name"),
            "description": given.get("Description"),
            "references": given.get("References", {}),
            "related_contact_id": related,
        }


def check_taken(given: Given) -> None:
    """Raises Refused for what would be promised and not kept."""
    unkept = [name for name in NOT_TAKEN if name in given]
    if any(given.get("AnswerMachineDetectionConfig", {}).values()):
        unkept.append("AnswerMachineDetectionConfig")
    if given.get("TrafficType") == "CAMPAIGN":
        unkept.append("TrafficType CAMPAIGN")
    if unkept:
        raise Refused.invalid(f"{', '.join(unkept)}: not implemented by Earshot, so not taken")


def refusal(error: PeerError, number: str) -> Refused:
    if error.status == UNAVAILABLE:
        return Refused(429, "LimitExceededException", str(error))
    return Refused(403, "DestinationNotAllowedException", f"{number}: {error}")
