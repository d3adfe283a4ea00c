"""Transcripts of chats to be read, downloaded and deleted, as recordings of calls are.

GET    /earshot/v1/contact/{id}/transcript        who was in it, and what was said
GET    /earshot/v1/contact/{id}/transcript/file   the file, as <id>.json
DELETE /earshot/v1/contact/{id}/transcript        a reason is wanted

The rights are those of recordings, asked at every request, and every one is in the audit trail
(specification items 27, 28 and 43).
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import NotRequired

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response
from typing_extensions import TypedDict

from engine.contact_record import PLAYABLE, RecordingKind
from engine.custody import MAX_REASON_CHARACTERS
from engine.house import House
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.known_contacts import KnownContacts
from engine.web.permitted import Permitted
from engine.web.shapes import Json


class DeleteTranscript(BaseModel):
    reason: str = Field(min_length=1, max_length=MAX_REASON_CHARACTERS)


class SaidItem(TypedDict):
    """An item of a transcript, in Connect's words."""

    Id: str
    AbsoluteTime: str
    Type: str
    ContentType: str
    Content: NotRequired[str]
    ParticipantId: str
    DisplayName: str
    ParticipantRole: str


class Party(TypedDict):
    ParticipantId: str


class Transcript(TypedDict):
    contact_id: str
    participants: list[Party]
    items: list[SaidItem]


class TranscriptApi:
    """Every route raises Refused, RecordError or RecordingError."""

    def __init__(self, house: House) -> None:
        self._house, self._contacts = house, KnownContacts(house)
        self._vault = house.errands.archive.vault

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/earshot/v1/contact/{contact_id}/transcript")
        router.add_api_route("", self.read, methods=["GET"], response_model_exclude_unset=True)
        router.add_api_route("/file", self.download, methods=["GET"], response_class=Response)
        router.add_api_route("", self.delete, methods=["DELETE"])
        return router

    async def read(self, contact_id: str, caller: Permitted) -> Transcript:
        caller.need("ListenCallRecordings", "reading a transcript")
        told = json.loads(await self._content(caller, contact_id))
        self._house.ledger.audit(caller.name, "transcript.read", contact_id)
        return {
            "contact_id": contact_id,
            "participants": told["Participants"],
            "items": told["Transcript"],
        }

    async def download(self, contact_id: str, caller: Permitted) -> Response:
        content = await self._content(caller, contact_id)
        self._house.ledger.audit(caller.name, "transcript.download", contact_id)
        named = {"Content-Disposition": f'attachment; filename="{contact_id}.json"'}
        return Response(content, headers=named, media_type="application/json")

    async def delete(self, contact_id: str, request: DeleteTranscript, caller: Permitted) -> Json:
        """From now on nobody reads it; it is erased soon, and a tombstone stays."""
        caller.need("DeleteCallRecordings", "deleting a transcript")
        await self._contacts.record(caller, contact_id)
        custody = self._house.custody
        gone = await custody.delete(contact_id, caller.name, request.reason, datetime.now(UTC))
        return {"Deleted": gone}

    async def _content(self, caller: Caller, contact_id: str) -> bytes:
        record = await self._contacts.record(caller, contact_id)
        for one in record.recordings:
            if one.kind is RecordingKind.TRANSCRIPT:
                if one.status not in PLAYABLE:
                    text = f"The transcript of {contact_id} is {one.status}"
                    raise Refused.not_found(text)
                return await asyncio.to_thread(self._read, Path(one.location))
        raise Refused.not_found(f"{contact_id} has no transcript")

    def _read(self, path: Path) -> bytes:
        with self._vault.open(path) as file:
            return file.read()
