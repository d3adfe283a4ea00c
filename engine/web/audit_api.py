"""The audit trail, to be read and exported, below /earshot/v1.

GET /audit           the newest first; Who, Action, ContactId, Since, Until; a NextToken goes on
GET /audit/export    all that fits, the oldest first, one JSON object a line; itself audited
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime
from starlette.responses import StreamingResponse

from engine.audit import AuditLine
from engine.audit_trail import AuditTrail, Wanted
from engine.ledger import Ledger
from engine.web.permitted import Permitted
from engine.web.shapes import Json

MAX_PAGE = 1000
LINES = "application/jsonl"


def wanted(
    Who: str | None = None,
    Action: str | None = None,
    ContactId: str | None = None,
    Since: AwareDatetime | None = None,
    Until: AwareDatetime | None = None,
) -> Wanted:
    return Wanted(Who, Action, ContactId, Since, Until)


Asked = Annotated[Wanted, Depends(wanted)]


class AuditApi:
    """Every route raises Refused or RecordError."""

    def __init__(self, trail: AuditTrail, ledger: Ledger) -> None:
        self._trail, self._ledger = trail, ledger

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/earshot/v1/audit")
        router.add_api_route("", self.read, methods=["GET"])
        router.add_api_route(
            "/export",
            self.export,
            methods=["GET"],
            response_class=StreamingResponse,
            responses={200: {"content": {LINES: {}}, "description": "a JSON object a line"}},
        )
        return router

    async def read(
        self,
        asked: Asked,
        caller: Permitted,
        MaxResults: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
        NextToken: Annotated[int | None, Query(ge=1)] = None,
    ) -> Json:
        await self._ledger.flush()
        lines, more = await self._trail.page(asked, MaxResults, NextToken)
        shown = [_shape(line) for line in lines]
        return {"Lines": shown, "NextToken": lines[-1].number if more else None}

    async def export(self, asked: Asked, caller: Permitted) -> StreamingResponse:
        restricted = {name: value for name, value in asdict(asked).items() if value}
        self._ledger.audit(caller.name, "audit.export", None, json.dumps(restricted, default=str))
        await self._ledger.flush()
        headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
        return StreamingResponse(self._lines(asked), 200, headers, LINES)

    async def _lines(self, asked: Wanted) -> AsyncIterator[str]:
        async for line in self._trail.all(asked):
            yield json.dumps(_shape(line), ensure_ascii=False) + "\n"


def _shape(line: AuditLine) -> Json:
    return {
        "Number": line.number,
        "At": line.record.at.isoformat(),
        "Who": line.record.who,
        "Action": line.record.action,
        "ContactId": line.record.contact_id,
        "Detail": line.record.detail,
        "Digest": line.digest,
    }
