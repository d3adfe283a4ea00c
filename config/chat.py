"""Chat contacts: how many, and what is kept of them. Pure."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.section import Section


class ChatSettings(Section):
    max_chats: Annotated[int, Field(ge=0, le=100_000)] = 1000
    """At the same time; one more is refused."""
    transcripts: Literal["always", "never"] = "always"
    """Whether what is written is kept, beside the recordings and as long."""
    slots: Annotated[int, Field(ge=0, le=10)] = 2
    """Chats at a time of an agent of the configuration; 0 gives them none."""
