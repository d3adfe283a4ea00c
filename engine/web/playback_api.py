"""Recordings to be heard, downloaded and deleted: what Connect does in its page and not in its API.

GET    /earshot/v1/contact/{id}/recording/{kind}        the sound, in parts where asked (Range)
GET    /earshot/v1/contact/{id}/recording/{kind}/file   the same, to be kept, as <id>.wav
DELETE /earshot/v1/contact/{id}/recordings              all of the contact; a Reason is wanted

Three rights, asked at every request, and every one is in the audit trail (specification items 26
to 30 and 43). RFC 9110 section 14 for ranges.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any, Literal

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from engine.custody import MAX_REASON_CHARACTERS
from engine.house import House
from engine.playback import Playback
from engine.records import RecordingKind
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.known_contacts import KnownContacts
from engine.web.permitted import Permitted
from engine.web.shapes import Json

PART_BYTES = 64 * 1024
TYPES = {".wav": "audio/wav", ".flac": "audio/flac", ".ogg": "audio/ogg", ".opus": "audio/ogg"}
SOUND: dict[str, Any] = {
    "content": {media_type: {} for media_type in sorted(set(TYPES.values()))},
    "description": "the sound, or the part that was asked for",
}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: SOUND,
    206: SOUND,
    416: {"description": "the recording is shorter"},
}
Sound = Literal[RecordingKind.AGENT, RecordingKind.IVR]
"""What can be heard."""
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class DeleteRequest(BaseModel):
    Reason: str = Field(min_length=1, max_length=MAX_REASON_CHARACTERS)


class PlaybackApi:
    """Every route raises Refused, RecordError or RecordingError."""

    def __init__(self, house: House) -> None:
        self._house, self._contacts = house, KnownContacts(house)

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/earshot/v1/contact/{contact_id}")
        for path, route in (("", self.play), ("/file", self.download)):
            router.add_api_route(
                f"/recording/{{kind}}{path}",
                route,
                methods=["GET"],
                response_class=StreamingResponse,
                responses=ANSWERS,
            )
        router.add_api_route("/recordings", self.delete, methods=["DELETE"])
        return router

    async def play(
        self,
        contact_id: str,
        kind: Sound,
        caller: Permitted,
        range: str | None = Header(default=None),
    ) -> Response:
        playback = await self._open(caller, contact_id, kind)
        part = parsed(range, playback.heard.size)
        said = range or "all"
        self._house.ledger.audit(caller.name, "recording.play", contact_id, f"{kind} {said}")
        return sound(playback, part, {})

    async def download(self, contact_id: str, kind: Sound, caller: Permitted) -> Response:
        playback = await self._open(caller, contact_id, kind)
        self._house.ledger.audit(caller.name, "recording.download", contact_id, kind)
        tail = "_ivr" if kind is RecordingKind.IVR else ""
        name = f"{contact_id}{tail}{PurePath(playback.heard.name).suffix}"
        return sound(playback, None, {"Content-Disposition": f'attachment; filename="{name}"'})

    async def delete(self, contact_id: str, request: DeleteRequest, caller: Permitted) -> Json:
        """From now on nobody hears them; every copy is erased soon, and a tombstone stays."""
        await self._contacts.record(caller, contact_id)
        custody = self._house.custody
        gone = await custody.delete(contact_id, caller.name, request.Reason, datetime.now(UTC))
        return {"Deleted": gone}

    async def _open(self, caller: Caller, contact_id: str, kind: RecordingKind) -> Playback:
        await self._contacts.record(caller, contact_id)
        return await self._house.player.open(contact_id, kind)


def parsed(said: str | None, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last; None for all of it, as for what is no single range.

    Raises Refused for what lies beyond the end.
    """
    given = _RANGE.fullmatch(said or "")
    if given is None or not (given[1] or given[2]):
        return None
    if not given[1]:  # the last so many
        first, end = max(0, size - int(given[2])), size
    else:
        first = int(given[1])
        end = min(int(given[2]) + 1, size) if given[2] else size
    if first >= end:
        raise Refused(416, "InvalidRequestException", f"The recording has {size} bytes")
    return first, end


def sound(playback: Playback, part: tuple[int, int] | None, headers: dict[str, str]) -> Response:
    size = playback.heard.size
    first, end = part or (0, size)
    headers |= {"Accept-Ranges": "bytes", "Content-Length": str(end - first)}
    if part:
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    media_type = TYPES[PurePath(playback.heard.name).suffix]
    status = 206 if part else 200
    return StreamingResponse(_parts(playback, first, end), status, headers, media_type)


async def _parts(playback: Playback, first: int, end: int) -> AsyncIterator[bytes]:
    for at in range(first, end, PART_BYTES):
        yield await playback.read(at, min(at + PART_BYTES, end))
