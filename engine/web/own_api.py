"""What Connect's API has no operation for, below /earshot/v1.

POST   /earshot/v1/contact/refer     the customer's own side calls Target, by SIP REFER
POST   /earshot/v1/access-key        a key for a user to sign requests with
DELETE /earshot/v1/access-key/{id}
"""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from engine.directory import Kind
from engine.house import House
from engine.refused import Refused
from engine.transfers import NOT_PERMITTED
from engine.web.access_keys import AccessKeys
from engine.web.known_contacts import KnownContacts
from engine.web.permitted import Permitted
from engine.web.shapes import Json
from sip import PeerError


class SendAwayRequest(BaseModel):
    InstanceId: str
    ContactId: str
    Target: str = Field(max_length=300)


class AccessKeyRequest(BaseModel):
    UserId: str = Field(max_length=256)


class OwnApi:
    """Every route raises Refused or RecordError."""

    def __init__(self, house: House, keys: AccessKeys) -> None:
        self._house, self._keys, self._contacts = house, keys, KnownContacts(house)

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/earshot/v1")
        router.add_api_route("/contact/refer", self.send_away, methods=["POST"])
        router.add_api_route("/access-key", self.create_key, methods=["POST"])
        router.add_api_route("/access-key/{key_id}", self.delete_key, methods=["DELETE"])
        return router

    async def send_away(self, request: SendAwayRequest, caller: Permitted) -> Json:
        """How it comes out is in the contact's record: it has ended, or it goes on."""
        if not self._house.settings.web.is_instance(request.InstanceId):
            raise Refused.not_found(f"There is no instance {request.InstanceId} here")
        live = self._contacts.live(caller, request.ContactId)
        try:
            self._house.transfers.send_away(live, request.Target)
        except PeerError as error:
            if error.status == NOT_PERMITTED:
                raise Refused(403, "DestinationNotAllowedException", str(error)) from error
            raise Refused.invalid(str(error)) from error
        self._house.ledger.audit(caller.name, "contact.refer", live.contact_id)
        return {}

    async def create_key(self, request: AccessKeyRequest, caller: Permitted) -> Json:
        """The secret is told this once. Nobody makes keys for more than they may do themselves."""
        resources = self._house.directory.resources
        user = resources.get(Kind.USER, request.UserId)
        caller.check_acts_for(user, resources)
        key = await self._keys.create(user)
        self._house.ledger.audit(caller.name, "access-key.create", None, user.name)
        return dict(key)

    async def delete_key(self, key_id: str, caller: Permitted) -> Json:
        await self._keys.delete(key_id, caller)
        self._house.ledger.audit(caller.name, "access-key.delete", None, key_id)
        return {}
