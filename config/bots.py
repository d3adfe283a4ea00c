"""Bots that flows let a caller talk with: a grammar of keys and words, or a service. Pure."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from config.section import Name, Seconds, Secret, Section, WebUrl


def compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"a regular expression: {error}") from None
    return pattern


class Slot(Section):
    """What has to be known before an intent is fulfilled."""

    name: Name
    prompt: Name
    pattern: Annotated[str, AfterValidator(compiles), Field(max_length=200)] = ".+"
    """The whole of what is entered has to match."""


class Intent(Section):
    """What the caller wants, who presses one of the keys and no more, or says one of the words."""

    name: Name
    keys: tuple[Annotated[str, Field(pattern="^[0-9*#]{1,20}$")], ...] = ()
    words: tuple[Name, ...] = ()
    slots: tuple[Slot, ...] = ()
    closing: str = ""
    """Said once it is understood."""


class Bot(Section):
    """By its alias ARN or its name, as flows have it: `intents`, or the `url` of a service."""

    name: Name
    intents: tuple[Intent, ...] = ()
    again: str = "Please try again."
    """Said after what nobody understood."""
    tries: Annotated[int, Field(ge=1, le=10)] = 3
    """Then it is the intent FallbackIntent."""
    url: WebUrl | None = None
    token: Secret | None = None
    """Sent to that URL as bearer token."""
    seconds: Seconds = 5.0
    """Within which the service answers, for each thing that is said."""

    @model_validator(mode="after")
    def _one_way_to_understand(self) -> Self:
        if bool(self.intents) == (self.url is not None):
            raise ValueError("either intents or a url")
        if self.token and not self.url:
            raise ValueError("a token only where there is a url")
        return self
