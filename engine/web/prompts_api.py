"""Prompts, by Connect's API: made of a file, changed, and fetched by a link that ends soon.

GET /earshot/v1/prompt/file?prompt_id=&expires=&signature=     what GetPromptFile has given

Describing, listing, searching and deleting them is as with every other kind of resource
(`directory_api`).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import FileResponse

from engine.directory import Kind, Resource
from engine.house import House
from engine.prompt_shelf import SOUND, PromptShelf
from engine.prompt_source import fetch
from engine.prompts import PromptError
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.dispatch import Handler
from engine.web.permitted import Permitted
from engine.web.resource_row import Row
from engine.web.shapes import Json

Given = Mapping[str, Any]

LINK_SECONDS = 300
PATH = "/earshot/v1/prompt/file"
ROW = Row(*(Kind.PROMPT, "Prompt", "Prompts", "PromptId", "Prompts"))


class PromptsApi:
    """Every operation and every route raises Refused or RecordError."""

    def __init__(self, house: House) -> None:
        self._house, self._directory = house, house.directory
        self._resources = house.directory.resources
        self._shelf = PromptShelf(house.settings.prompts, self._resources)
        self._changing = asyncio.Lock()  # a sound that is about to be used is not forgotten

    def handlers(self) -> dict[str, Handler]:
        return {
            "CreatePrompt": self.create,
            "DeletePrompt": self.delete,
            "GetPromptFile": self.link,
            "UpdatePrompt": self.update,
        }

    def router(self) -> APIRouter:
        router = APIRouter()
        sound: Json = {"content": {"audio/wav": {}}, "description": "the sound"}
        router.add_api_route(
            *(PATH, self.file),
            methods=["GET"],
            response_class=FileResponse,
            responses={200: sound},
        )
        return router

    async def create(self, caller: Caller, given: Given) -> Json:
        self._resources.check_new(Kind.PROMPT, given["Name"])
        kept = {name: given[name] for name in ("Description", "Tags") if name in given}
        facts = {"Tags": {}, **kept}
        caller.reach.check_stays(Kind.PROMPT, facts)
        content = await self._content(given["S3Uri"])
        async with self._changing:
            facts[SOUND] = digest = await self._keep(content)
            try:
                one = await self._directory.create(Kind.PROMPT, given["Name"], facts)
            except BaseException:
                self._shelf.forget(digest)
                raise
        return self._named(one)

    async def update(self, _: Caller, given: Given) -> Json:
        """What is given replaces what was; calls in which the former sound plays hear it out."""
        reference = self._resources.get(Kind.PROMPT, given["PromptId"]).id
        changes = {"Description": given["Description"]} if "Description" in given else {}
        content = await self._content(given["S3Uri"]) if "S3Uri" in given else None
        async with self._changing:
            if content is not None:
                changes[SOUND] = await self._keep(content)
            name = given.get("Name")
            try:
                former, one = await self._directory.change(Kind.PROMPT, reference, changes, name)
            except BaseException:
                if content is not None:
                    self._shelf.forget(changes[SOUND])
                raise
            self._shelf.forget(former.facts[SOUND])
        return self._named(one)

    async def delete(self, _: Caller, given: Given) -> Json:
        async with self._changing:
            gone = await self._directory.delete(Kind.PROMPT, given["PromptId"])
            self._shelf.forget(gone.facts[SOUND])
        return {}

    async def link(self, _: Caller, given: Given) -> Json:
        one = self._resources.get(Kind.PROMPT, given["PromptId"])
        expires = int(time.time()) + LINK_SECONDS
        query = {"prompt_id": one.id, "expires": expires, "signature": self._sign(one.id, expires)}
        origins = self._house.settings.login.origins
        base = origins[0] if origins else self._house.api
        return {
            "PromptPresignedUrl": f"{base}{PATH}?{urlencode(query)}",
            "LastModifiedTime": one.modified,
            "LastModifiedRegion": self._resources.instance_arn.split(":")[3],
        }

    async def file(
        self, prompt_id: str, expires: int, signature: str, _: Permitted
    ) -> FileResponse:
        """For whoever has the link."""
        wanted = self._sign(prompt_id, expires)
        given = signature.encode("utf-8", "replace")
        if not secrets.compare_digest(given, wanted.encode()) or expires < time.time():
            raise Refused(403, "AccessDeniedException", "The link is wrong, or good no longer")
        one = self._resources.get(Kind.PROMPT, prompt_id)
        return FileResponse(self._shelf.path(one), media_type="audio/wav")

    def _sign(self, prompt_id: str, expires: int) -> str:
        said = f"{prompt_id} {expires}".encode()
        return hmac.new(self._house.link_key, said, hashlib.sha256).hexdigest()

    async def _content(self, uri: str) -> bytes:
        settings, store = self._house.settings.prompts, self._house.errands.store
        try:
            return await fetch(uri, settings, store)
        except PromptError as error:
            raise Refused.invalid(f"S3Uri: {error}") from error

    async def _keep(self, content: bytes) -> str:
        """The digest of its sound."""
        try:
            return await asyncio.to_thread(self._shelf.keep, content)
        except PromptError as error:
            raise Refused.invalid(f"S3Uri: {error}") from error

    def _named(self, one: Resource) -> Json:
        return {"PromptId": one.id, "PromptARN": self._resources.arn(one)}
