"""Whose phones register, and what proves who they are. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from config.section import Destinations, Secret, Section, Username


def computable(algorithm: str) -> str:
    if algorithm == "SHA-512-256" and "sha512_256" not in hashlib.algorithms_available:
        raise ValueError("algorithms this Python's OpenSSL has; SHA-512-256 it has not")
    return algorithm


def hex_digest(secret: SecretStr) -> SecretStr:
    if not re.fullmatch("[0-9a-f]{32}|[0-9a-f]{64}", secret.get_secret_value()):
        raise ValueError("32 hex digits for MD5, 64 for the others, as hash-password prints them")
    return secret


DigestAlgorithm = Annotated[Literal["SHA-512-256", "SHA-256", "MD5"], AfterValidator(computable)]
DigestQop = Literal["auth", "auth-int"]
HexDigest = Annotated[SecretStr, AfterValidator(hex_digest)]


class Person(Section):
    """Who registers a phone: by a password, or by the digests of one so that the file has none."""

    username: Username
    password: Secret | None = None
    ha1: Annotated[Mapping[DigestAlgorithm, HexDigest], Field(min_length=1)] | None = None
    """H(username:realm:password) by algorithm, RFC 7616 §3.4.2; good for one realm only."""

    @model_validator(mode="after")
    def _one_way_to_prove_it(self) -> Self:
        if (self.password is None) == (self.ha1 is None):
            raise ValueError("either a password or ha1, not both")
        return self


class Agent(Person):
    queues: tuple[str, ...] = ()
    may_dial: Destinations = ()
    """Whom this agent may call outside, where a trunk allows it too."""
    outbound_queue: str | None = None
    """Calls to the outside are made for it; without one the agent makes none."""


class Supervisor(Person):
    """Registers a phone to listen with."""
