"""Passwords: what they must be, and their hashes (argon2id, RFC 9106)."""

from __future__ import annotations

import asyncio
import re
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.refused import Refused

MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
"""What OWASP asks for at least; more would take the cores of the media for longer."""
MAX_WAITING = 20
"""So many may wait to be looked at; whoever comes then is sent away at once."""
MAX_CHARACTERS = 64
RULE = re.compile(rf"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])\S{{8,{MAX_CHARACTERS}}}")
RULE_IN_WORDS = (
    f"8 to {MAX_CHARACTERS} characters without spaces, with a small letter, a capital and a digit,"
    " and not the user name"
)
BUSY = "Too many are logging in: try again in a moment"


def check_password(username: str, password: str) -> None:
    """Connect's own rule for passwords, and one more. Raises Refused."""
    if not RULE.fullmatch(password) or username.casefold() in password.casefold():
        raise Refused(400, "InvalidParameterException", f"Password: {RULE_IN_WORDS}")


def one_time_password() -> str:
    """One that keeps the rule: 120 random bits, then one character of each kind."""
    return secrets.token_urlsafe(20) + "aA1"


def hash_of_nobody() -> str:
    """As long to verify as any other, and no password has it: what it should be is random too."""
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${digest}"


class Hasher:
    """Hashes one password after the other, in a thread, so that neither loop nor cores are full."""

    def __init__(self) -> None:
        self._argon2 = PasswordHasher(PASSES, MEMORY_KIB, LANES)
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0
        self._nobody = hash_of_nobody()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Whoever has it may hash and decide; the others wait. Raises Refused."""
        if self._waiting >= MAX_WAITING:
            raise Refused(429, "ThrottlingException", BUSY)
        self._waiting += 1
        try:
            async with self._turn:
                yield
        finally:
            self._waiting -= 1

    async def hash(self, password: str) -> str:
        return await asyncio.to_thread(self._argon2.hash, password)

    async def verify(self, known: str | None, password: str) -> bool:
        """False where nothing is known, after the same time."""
        return await asyncio.to_thread(self._verify, known or self._nobody, password)

    def _verify(self, known: str, password: str) -> bool:
        try:
            return self._argon2.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False
