"""StartChatContact: a customer begins to write, and a flow runs for them.

Refused by their names: what would go on with an earlier chat, stream this one elsewhere, or know
who the customer is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.chat.chat import Unsaid
from engine.chat.chats import Wanted
from engine.chat.items import TEXT_TYPES
from engine.chat.tokens import Kind
from engine.house import House
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.contacts_api import merged
from engine.web.dispatch import Handler
from engine.web.known_contacts import KnownContacts
from engine.web.shapes import Json
from engine.web.startable import startable

Given = Mapping[str, Any]
USUAL_MINUTES = 25 * 60
"""Connect's own, where nothing else is asked for."""
NOT_TAKEN = (
    *("PersistentChat", "SegmentAttributes", "CustomerId", "ParticipantConfiguration"),
    *("DisconnectOnCustomerExit", "ConnectionTypes", "ChatStreamingConfiguration"),
)


class ChatApi:
    """Raises Refused or RecordError."""

    def __init__(self, house: House) -> None:
        self._house, self._contacts = house, KnownContacts(house)

    def handlers(self) -> dict[str, Handler]:
        return {"StartChatContact": self.start_chat_contact}

    async def start_chat_contact(self, caller: Caller, given: Given) -> Json:
        """The flow runs from now on; the token lets the customer's page take part."""
        if unkept := [name for name in NOT_TAKEN if name in given]:
            text = f"{', '.join(unkept)}: not implemented by Earshot, so not taken"
            raise Refused.invalid(text)
        flow, first = startable(self._house, given["ContactFlowId"]), given.get("InitialMessage")
        wanted = Wanted(
            flow.id,
            given["ParticipantDetails"]["DisplayName"],
            given.get("ChatDurationInMinutes", USUAL_MINUTES) * 60.0,
            content_types(given),
            (first["ContentType"], first["Content"]) if first else None,
            {"flow": flow.name, **await self._facts(caller, given)},
        )
        try:
            chat = self._house.chats.start(wanted)
        except Unsaid as error:
            raise Refused.invalid(f"InitialMessage/{error}") from error
        token, _ = self._house.wing.passes.issue(Kind.PARTICIPANT, chat, chat.customer)
        self._house.ledger.audit(caller.name, "contact.start", chat.contact_id, flow.name)
        return {
            "ContactId": chat.contact_id,
            "ParticipantId": chat.customer.id,
            "ParticipantToken": token,
        }

    async def _facts(self, caller: Caller, given: Given) -> Json:
        """A related contact hands on its attributes; those that are given go before them."""
        former: Mapping[str, str] = {}
        if related := given.get("RelatedContactId"):
            former = (await self._contacts.record(caller, related)).attributes
        attributes = merged(former, given.get("Attributes", {}))
        return {"attributes": attributes, "related_contact_id": related}


def content_types(given: Given) -> tuple[str, ...]:
    """Those that the customer's page can show. Raises Refused."""
    asked = given.get("SupportedMessagingContentTypes") or TEXT_TYPES[:1]
    if unknown := [one for one in asked if one not in TEXT_TYPES]:
        text = f"SupportedMessagingContentTypes: {unknown[0]} is not implemented by Earshot"
        raise Refused.invalid(text)
    if TEXT_TYPES[0] not in asked:
        raise Refused.invalid(f"SupportedMessagingContentTypes: {TEXT_TYPES[0]} is required")
    return tuple(asked)
