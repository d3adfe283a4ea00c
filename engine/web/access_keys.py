"""Access keys of users, which sign requests as AWS clients do.

A secret is made of the key's id by a master key in a file, so the database has no secret at all; a
key that is deleted is worth nothing at once. Specification section 7 (SigV4).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.directory import Directory, Kind, Resource
from engine.directory.reach import beyond
from engine.refused import Refused
from engine.web.caller import Caller, calling

MASTER_BYTES = 32
FILE_MODE = 0o600
MAX_KEYS = 2  # of a user: one in use, and the next one while they change


class AccessKeys:
    """Kept in the directory, as resources without a name of their own."""

    def __init__(self, directory: Directory, master: bytes) -> None:
        self.directory, self._master = directory, master

    async def create(self, user: Resource) -> Mapping[str, Any]:
        """`AccessKeyId` and `SecretAccessKey`, which is never told again. Raises Refused."""
        if len(self.of(user)) >= MAX_KEYS:
            text = f"{user.name} has {MAX_KEYS} access keys already: delete one"
            raise Refused(429, "LimitExceededException", text)
        name = "ESKA" + secrets.token_hex(8).upper()
        key = await self.directory.create(Kind.ACCESS_KEY, name, {"UserId": user.id})
        return {"AccessKeyId": key.name, "SecretAccessKey": self._secret(key.name)}

    async def delete(self, name: str, caller: Caller) -> None:
        """Raises Refused, also where the caller does not reach whose key it is."""
        key = self.directory.resources.named(Kind.ACCESS_KEY, name)
        if key is None:
            raise Refused.not_found(f"There is no access key {name}")
        owner = self._user(name)
        if owner and not caller.reach.sees(owner):
            raise beyond(caller.name, f"the access key {name}")
        await self.directory.delete(Kind.ACCESS_KEY, key.id)

    def of(self, user: Resource) -> list[Resource]:
        keys = self.directory.resources.all(Kind.ACCESS_KEY)
        return [key for key in keys if key.facts["UserId"] == user.id]

    def secret(self, name: str) -> str | None:
        """None where there is no such key, or nobody who has it."""
        return self._secret(name) if self._user(name) else None

    def caller(self, name: str) -> Caller:
        """Whose key it is, with what they may do now."""
        user = self._user(name)
        assert user, "a key was just compared that nobody has"
        return calling(user, self.directory.resources)

    def _user(self, name: str) -> Resource | None:
        resources = self.directory.resources
        key = resources.named(Kind.ACCESS_KEY, name)
        return resources.find(Kind.USER, key.facts["UserId"]) if key else None

    def _secret(self, name: str) -> str:
        digest = hmac.digest(self._master, name.encode(), hashlib.sha256)
        return b64encode(digest).decode().rstrip("=")


def master_key(path: Path) -> bytes:
    """What is in the file; made where there is none, for nobody else to read. Raises OSError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    except FileExistsError:
        key = path.read_bytes()
        if len(key) != MASTER_BYTES:
            raise OSError(f"{path}: {MASTER_BYTES} bytes are expected, not {len(key)}") from None
        return key
    with open(fresh, "wb") as file:
        file.write(key := secrets.token_bytes(MASTER_BYTES))
    return key
