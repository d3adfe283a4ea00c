"""A request turned down, with the headers its status calls for."""

from __future__ import annotations

from typing import Final

from sip.arrival import Arrival
from sip.errors import PeerError
from sip.message import Response

METHODS: Final = (
    *("INVITE", "ACK", "CANCEL", "BYE", "PRACK", "UPDATE", "REFER"),
    *("NOTIFY", "INFO", "OPTIONS", "REGISTER"),
)
ALLOW: Final = ", ".join(METHODS)
SUPPORTED: Final = ("100rel", "norefersub", "replaces", "timer")
SUPPORTED_FIELD: Final = ", ".join(SUPPORTED)
OF_REGISTER: Final = ("path", "outbound", "gruu")
"""What a registrar supports besides: RFC 3327, 5626 and 5627."""
SDP: Final = "application/sdp"
ACCEPT: Final = f"{SDP}, multipart/mixed, multipart/alternative"
RETRY_AFTER: Final = "5"  # seconds, with a 503

_CALLED_FOR: Final = {
    405: ("Allow", ALLOW),  # RFC 3261 §8.2.1
    406: ("Accept", ACCEPT),  # §21.4.7
    415: ("Accept", ACCEPT),  # §8.2.3
    501: ("Allow", ALLOW),
    503: ("Retry-After", RETRY_AFTER),  # §21.5.4
}


class Refusal(PeerError):
    """A PeerError whose response needs fields of its own besides those its status calls for."""

    def __init__(self, status: int, reason: str = "", *fields: tuple[str, str]) -> None:
        super().__init__(reason, status)
        self.fields = fields


class Silence(PeerError):
    """A request that is not answered at all: whoever sent it shall learn nothing."""


def refuse(arrival: Arrival, error: PeerError, tag: str) -> Response:
    """The final response that says what was wrong."""
    return with_fields(arrival.response(error.status, error.reason, tag=tag), error)


def with_fields(response: Response, error: PeerError) -> Response:
    """`response` with the fields its status calls for."""
    if isinstance(error, Refusal):
        for name, value in error.fields:
            response.headers.add(name, value)
    name, value = _CALLED_FOR.get(error.status, ("", ""))
    if name and name not in response.headers:
        response.headers.set(name, value)
    return response
