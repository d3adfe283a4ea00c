"""What is known of contacts, and what is done with those that live, as Connect's API has it."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from engine.agents import own_queue
from engine.call import Input, State
from engine.contact_record import DisconnectReason
from engine.directory import Kind
from engine.house import House
from engine.live import LiveContact
from engine.refused import Refused
from engine.transfer import ToFlow
from engine.web.caller import Caller
from engine.web.dispatch import Handler
from engine.web.known_contacts import KnownContacts
from engine.web.shapes import Json, contact

Given = Mapping[str, Any]

MAX_ATTRIBUTE_BYTES = 32 * 1024
"""Names and values of a contact's attributes together (specification item 73)."""
BEFORE_AN_AGENT = frozenset({State.FLOW, State.WAITING, State.OFFERING})
ROUTING = ("QueuePriority", "QueueTimeAdjustmentSeconds")


class ContactsApi:
    """Every operation raises Refused or RecordError."""

    def __init__(self, house: House) -> None:
        self._house, self._contacts = house, KnownContacts(house)
        self._resources = house.directory.resources

    def handlers(self) -> dict[str, Handler]:
        return {
            "DescribeContact": self.describe_contact,
            "GetContactAttributes": self.get_contact_attributes,
            "StopContact": self.stop_contact,
            "TransferContact": self.transfer_contact,
            "UpdateContactAttributes": self.update_contact_attributes,
            "UpdateContactRoutingData": self.update_contact_routing_data,
        }

    async def describe_contact(self, caller: Caller, given: Given) -> Json:
        record = await self._contacts.record(caller, given["ContactId"])
        return {"Contact": contact(record, self._resources)}

    async def get_contact_attributes(self, caller: Caller, given: Given) -> Json:
        """Of the whole chain; where a flow has said something anew, it is what it said last."""
        every = await self._contacts.chain(caller, given["InitialContactId"])
        return {"Attributes": dict(ChainMap(*(dict(one.attributes) for one in reversed(every))))}

    async def update_contact_attributes(self, caller: Caller, given: Given) -> Json:
        """These become these, in all contacts of the chain; the others stay. A flow that runs sees
        them from the next one on."""
        contact_id, values = given["InitialContactId"], given["Attributes"]
        await self._contacts.note_chain(
            caller, contact_id, lambda record: {"attributes": merged(record.attributes, values)}
        )
        self._house.ledger.audit(caller.name, "contact.attributes", contact_id, ", ".join(values))
        return {}

    async def stop_contact(self, caller: Caller, given: Given) -> Json:
        """A contact ends for all, one that waits to be called back, too; one that listens for
        whoever listens, and nobody else."""
        contact_id = given["ContactId"]
        if found := self._contacts.listener(contact_id):
            live, listener = found
            if listener.monitor.supervisor != caller.name:
                self._contacts.live(caller, live.contact_id)
            self._house.monitors.left(live, listener.line)
        elif reading := self._house.wing.readings.get(contact_id):
            if reading.supervisor != caller.name:
                self._contacts.chat(caller, reading.chat.contact_id)
            self._house.wing.readers.stop(reading)
        elif contact_id in self._house.registry:
            live = self._contacts.live(caller, contact_id)
            self._house.switchboard.step(live, Input.SHUT_DOWN)
        elif chat := self._contacts.chat(caller, contact_id):
            self._house.chats.end(chat, DisconnectReason.OTHER)
        else:
            await self._contacts.record(caller, contact_id)
            if not self._house.callbacks.stop(contact_id):
                text = f"The contact {contact_id} is over"
                raise Refused(410, "ContactNotFoundException", text)
        self._house.ledger.audit(caller.name, "contact.stop", contact_id)
        return {}

    async def transfer_contact(self, caller: Caller, given: Given) -> Json:
        """Its agent or its queue is left, the flow runs for the customer, with its queue set to the
        one given: the answer names the contact as which it does. A chat needs an agent to leave."""
        contact_id, flow = given["ContactId"], given["ContactFlowId"]
        chat = self._contacts.chat(caller, contact_id)
        live = None if chat else self._contacts.live(caller, contact_id)
        queue = self._destination(given)
        if live and not can_be_transferred(live):
            raise Refused.invalid("invalid_target_state: the contact cannot be transferred now")
        if self._house.library.find(flow) is None:
            raise Refused.not_found(f"There is no flow {flow}")
        self._house.ledger.audit(caller.name, "contact.transfer", contact_id, queue)
        if chat:
            self._house.chats.send(chat, flow, queue)
        elif live:
            self._house.transfers.through_flow(live, ToFlow(flow, queue))
            contact_id = live.contact_id
        arn = f"{self._resources.instance_arn}/contact/{contact_id}"
        return {"ContactId": contact_id, "ContactArn": arn}

    def _destination(self, given: Given) -> str:
        """Name of a queue, of its own or of an agent."""
        if ("QueueId" in given) == ("UserId" in given):
            raise Refused.invalid("Either QueueId or UserId is required, not both")
        if "QueueId" in given:
            return self._resources.get(Kind.QUEUE, given["QueueId"]).id
        user = self._resources.get(Kind.USER, given["UserId"])
        if user.name not in self._house.router.floor.agents:
            raise Refused.invalid(f"{user.name} is no agent")
        return own_queue(user.name)

    async def update_contact_routing_data(self, caller: Caller, given: Given) -> Json:
        """Where it stands in its queue; what waits nowhere has no place to change."""
        chat = self._contacts.chat(caller, given["ContactId"])
        live = chat or self._contacts.live(caller, given["ContactId"])
        router = self._house.wing.router if chat else self._house.router
        if "RoutingCriteria" in given:
            raise Refused.invalid("RoutingCriteria: not implemented by Earshot")
        place = router.floor.place(live.contact_id)
        if place is None or place.queue is None:
            raise Refused(409, "ResourceConflictException", "The contact waits in no queue")
        router.prefer(
            live.contact_id,
            priority=given.get("QueuePriority"),
            added_seconds=given.get("QueueTimeAdjustmentSeconds"),
        )
        live.note(
            datetime.now(UTC),
            queue_priority=place.priority,
            queue_added_seconds=int(place.added_seconds),
        )
        self._house.ledger.save(live.record)
        said = " ".join(f"{name}={given[name]}" for name in ROUTING if name in given)
        self._house.ledger.audit(caller.name, "contact.routing", live.contact_id, said)
        return {}


def can_be_transferred(live: LiveContact) -> bool:
    """With an agent, or before there is one."""
    talks = live.call.state is State.BRIDGED and live.target_queue is not None
    return talks or live.call.state in BEFORE_AN_AGENT


def merged(former: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Raises Refused: too much."""
    attributes = {**former, **values}
    size = sum(len(name.encode()) + len(value.encode()) for name, value in attributes.items())
    if size > MAX_ATTRIBUTE_BYTES:
        raise Refused.invalid(f"Attributes: at most {MAX_ATTRIBUTE_BYTES} bytes of a contact")
    return attributes
