"""What `Endpoint` asks of the driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sip.events import Event
from sip.flow import Flow
from sip.locate import Question

ClientKey = tuple[str, str]
"""Branch and method: RFC 3261 §17.1.3."""


class Send(NamedTuple):
    """Put these octets on the wire.

    `request` names the client transaction they belong to; when it is not None and they cannot be
    sent, the driver hands the action back through `Endpoint.undelivered`. So it does with one that
    has a `spare`: another way, for a response whose connection is gone.
    """

    data: bytes
    flow: Flow
    request: ClientKey | None = None
    spare: Flow | None = None


class Report(NamedTuple):
    """Tell the user of the endpoint."""

    event: Event


@dataclass(frozen=True, slots=True)
class Resolve:
    """Ask DNS; whatever comes of it, `Endpoint.resolved` must be told."""

    question: Question


@dataclass(frozen=True, slots=True)
class Alias:
    """The peer of a connection wants requests for this port of its sent there: RFC 5923 §8."""

    flow: Flow
    port: int


Action = Send | Report | Resolve | Alias
