"""Where the sound of contacts goes while they talk, for flows that ask for it. Pure."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.section import Seconds, Secret, Section


class StreamingSettings(Section):
    url: Annotated[str, Field(pattern=r"^wss?://[^\s/?#]+[^\s?#]*$")] | None = None
    """Of a WebSocket server; what is streamed is told in the query. None: flows stream nothing."""
    token: Secret | None = None
    """Sent as bearer token."""
    connect_seconds: Seconds = 2.0
    """A server that does not take the connection in time has the flow take its error branch."""
    buffer_seconds: Annotated[float, Field(ge=1, le=60)] = 5.0
    """So much waits for a server that is slow; then it loses the newest."""
    max_streams: Annotated[int, Field(ge=1)] = 200
    """At the same time, each direction of a contact is one."""
