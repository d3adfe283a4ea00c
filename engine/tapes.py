"""Which captured message belongs to which contact. Pure: captures and news in, entries out.

A message says its Call-ID, the switchboard says later whose that is; until then it waits. What
nobody claims (registrations, calls that were refused) is forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from sip.flow import Flow
from sip.grammar import format_host_port
from sip.trace import Captured, call_id_of, masked

MAX_WAITING: Final = 2000  # Call-IDs that nobody has claimed yet
MAX_EARLY: Final = 32  # messages of one of them
MAX_CLAIMED: Final = 20_000  # Call-IDs of contacts, those heard of last

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Claim:
    """This Call-ID is the leg of `party` in a contact."""

    call_id: str
    contact_id: str
    party: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as it is kept: masked, text, with who said it (not us when not `sent`)."""

    contact_id: str
    at: float  # seconds, epoch
    party: str
    peer: str  # address and port
    transport: str
    sent: bool
    message: str


class Tapes:
    """Sorts captures by contact; each contact keeps its first `max_bytes` of messages."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._waiting: OrderedDict[str, list[Captured]] = OrderedDict()
        self._claims: OrderedDict[str, Claim] = OrderedDict()
        self._bytes: OrderedDict[str, int] = OrderedDict()  # taken by each contact

    def sort(self, news: Iterable[Captured | Claim]) -> Iterator[Entry]:
        """The entries that are now known to belong somewhere, in order for each leg."""
        for one in news:
            if isinstance(one, Claim):
                yield from self._claim(one)
            elif call_id := call_id_of(one.data):
                yield from self._take(call_id, one)

    def _claim(self, claim: Claim) -> Iterator[Entry]:
        _remember(self._claims, claim.call_id, claim, MAX_CLAIMED)
        for captured in self._waiting.pop(claim.call_id, ()):
            yield from self._keep(claim, captured)

    def _take(self, call_id: str, captured: Captured) -> Iterator[Entry]:
        if claim := self._claims.get(call_id):
            self._claims.move_to_end(call_id)
            yield from self._keep(claim, captured)
            return
        early = self._waiting.get(call_id, [])
        if len(early) < MAX_EARLY:
            _remember(self._waiting, call_id, [*early, captured], MAX_WAITING)

    def _keep(self, claim: Claim, captured: Captured) -> Iterator[Entry]:
        taken = self._bytes.get(claim.contact_id, 0) + len(captured.data)
        _remember(self._bytes, claim.contact_id, taken, MAX_CLAIMED)
        if taken <= self._max_bytes:
            yield Entry(
                claim.contact_id,
                captured.at,
                claim.party,
                _shown(captured.flow),
                captured.flow.transport,
                captured.sent,
                masked(captured.data).decode("utf-8", "backslashreplace"),
            )


def _shown(flow: Flow) -> str:
    return format_host_port(flow.host, flow.port)


def _remember(table: OrderedDict[str, V], key: str, value: V, limit: int) -> None:
    """As the newest; the oldest make room."""
    table[key] = value
    table.move_to_end(key)
    while len(table) > limit:
        table.popitem(last=False)
