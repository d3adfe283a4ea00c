"""Browsers as phones: where their media comes and goes, and in what they speak."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.section import CodecName, OwnAddress, Port, Seconds, Section


class BrowserSettings(Section):
    host: OwnAddress | None = None
    """Address under which browsers reach us, as written into SDP; None: that of [media]."""
    port: Port = 0
    """The one UDP port of all browsers; 0 takes any that is free."""
    codecs: Annotated[tuple[CodecName, ...], Field(min_length=1)] = ("PCMU", "PCMA", "opus")
    """The first of these that a browser offers is spoken. With PCMU or PCMA first nothing is
    transcoded where the caller speaks the same; opus first is for agents on lossy networks."""
    keep_seconds: Seconds = 20.0
    """A call waits so long for a page that is gone to come back."""
