"""What is kept of the SIP messages of contacts, and where copies of them go."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from config.section import Section


def ip(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError("an IP address") from None


class TraceSettings(Section):
    max_contacts: Annotated[int, Field(ge=0)] = 1000
    """The last so many are kept; 0 keeps none, and costs nothing."""
    max_contact_bytes: Annotated[int, Field(ge=1024)] = 500_000
    """Of the messages of one contact; what comes later is left out."""
    max_total_bytes: Annotated[int, Field(ge=1024)] = 100_000_000
    """On disk, compressed; the oldest make room."""
    directory: Path = Path("var/traces")
    hep_host: Annotated[str, AfterValidator(ip)] | None = None
    """A HEP3 capture server that gets every message, by UDP."""
    hep_port: Annotated[int, Field(ge=1, le=65535)] = 9060
    hep_capture_id: Annotated[int, Field(ge=0, le=2**32 - 1)] = 2001
    hep_key: Annotated[SecretStr, Field(min_length=1)] | None = None
