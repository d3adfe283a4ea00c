"""Which headers of a call that comes in are let through the house: a table. Pure.

Two may want one: flows, as $.Media.Sip.Headers.<Name>, and the phone that is called because of the
call. What is not in the table is neither shown nor sent on, so the topology of each side is hidden
from the other; of X- headers flows may read every one, and phones get those the settings name.
Why a party goes (Reason, RFC 3326) the other one is told as a number: words may name hosts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from sip import Reason
from sip.headers import Headers, canonical

Fields = tuple[tuple[str, str], ...]

MAX_VALUE_CHARS: Final = 1024
"""A longer value counts as absent: one that is cut off would be another value."""
MAX_TOTAL_CHARS: Final = 8192
"""Of all values of one call together; those that come first are kept."""
MAX_X_HEADERS: Final = 32
"""X- headers of one call; those that come first are kept."""
DEFAULT_MAX_FORWARDS: Final = 70  # RFC 3261 §8.1.1.6
PREFIX: Final = "Media.Sip.Headers."

Shown = Enum("Shown", "NO YES IF_TRUSTED")  # to flows; the last: only of a trusted source
Onward = Enum("Onward", "DROPPED ANEW KEPT ONE_LESS")  # to the phone; ANEW: each leg has its own


@dataclass(frozen=True, slots=True)
class Policy:
    shown: Shown
    onward: Onward


HIDDEN: Final = Policy(Shown.NO, Onward.DROPPED)
OF_THE_LEG: Final = Policy(Shown.NO, Onward.ANEW)
FOR_FLOWS: Final = Policy(Shown.YES, Onward.DROPPED)

TABLE: Final[Mapping[str, Policy]] = {
    canonical(name): policy
    for name, policy in {
        **dict.fromkeys(("Via", "Call-ID", "CSeq", "Contact"), OF_THE_LEG),
        **dict.fromkeys(("Content-Type", "Content-Length", "Content-Disposition"), OF_THE_LEG),
        **dict.fromkeys(("Allow", "Supported", "Require", "Accept"), OF_THE_LEG),
        **dict.fromkeys(("Session-Expires", "Min-SE", "Session-ID"), OF_THE_LEG),
        **dict.fromkeys(("Route", "Record-Route", "Path", "Service-Route"), HIDDEN),
        **dict.fromkeys(("User-Agent", "Server", "Organization", "Warning"), HIDDEN),
        **dict.fromkeys(("Authorization", "Proxy-Authorization"), HIDDEN),
        "From": Policy(Shown.YES, Onward.ANEW),
        "To": Policy(Shown.YES, Onward.ANEW),
        "Max-Forwards": Policy(Shown.NO, Onward.ONE_LESS),  # or a loop through us never ends
        "User-to-User": Policy(Shown.YES, Onward.KEPT),  # RFC 7433
        "P-Asserted-Identity": Policy(Shown.IF_TRUSTED, Onward.DROPPED),  # RFC 3325 §7
        "P-Charge-Info": Policy(Shown.IF_TRUSTED, Onward.DROPPED),  # RFC 8496
        **dict.fromkeys(("ISUP-OLI", "JIP", "Hop-Counter"), FOR_FLOWS),
        **dict.fromkeys(("Originating-Switch", "Originating-Trunk"), FOR_FLOWS),
        **dict.fromkeys(("Calling-Party-Address", "Called-Party-Address"), FOR_FLOWS),
        "Call-Forwarding-Indicator": FOR_FLOWS,
    }.items()
}
"""By the names of `sip.headers`."""

WANTED: Final = tuple(
    name
    for name, policy in TABLE.items()
    if policy.shown is not Shown.NO or policy.onward is Onward.KEPT
)

FAREWELLS: Final = frozenset({"SIP", "Q.850"})
"""Protocols whose reasons cross from the leg that ends, by BYE or CANCEL, to the other."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a contact keeps of the headers it came with."""

    shown: Mapping[str, str] = field(default_factory=dict)
    """For flows, by the dotted name of the reference."""
    onward: Fields = ()
    """For the phones that are called because of it."""


@dataclass(frozen=True, slots=True)
class HeaderPolicy:
    """The table, and what the settings add to it."""

    passed: Collection[str] = ()
    """X- headers that phones get, in whatever case."""
    contact_id_header: str | None = None
    """X- header that tells phones which contact it is."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "passed", frozenset(map(canonical, self.passed)))

    def read(self, headers: Headers, *, trusted: bool) -> Carried:
        """`trusted`: the source is one whose word about identities counts."""
        readable = {Shown.YES, Shown.IF_TRUSTED} if trusted else {Shown.YES}
        kept = [(name, value, self._policy(name)) for name, value in self._values(headers)]
        return Carried(
            {
                PREFIX + name: _printable(value)
                for name, value, policy in kept
                if policy.shown in readable
            },
            (
                ("Max-Forwards", _one_less(headers)),
                *((name, value) for name, value, policy in kept if policy.onward is Onward.KEPT),
            ),
        )

    def fields(self, carried: Carried, contact_id: str) -> Fields:
        """What the INVITE of a leg says besides what every INVITE says."""
        named = ((self.contact_id_header, contact_id),) if self.contact_id_header else ()
        return (*carried.onward, *named)

    def farewell(self, reasons: Iterable[Reason]) -> Reason | None:
        """What the other leg is told of them: the first that may cross."""
        crossing = (one for one in reasons if one.cause and one.protocol.upper() in FAREWELLS)
        return next((Reason(one.protocol, one.cause) for one in crossing), None)

    def outside(self, carried: Carried) -> Fields:
        """What the INVITE to a trunk says besides: nothing of whoever else is in the call."""
        return tuple(field for field in carried.onward if field[0] == "Max-Forwards")

    def _policy(self, name: str) -> Policy:
        if not name.startswith("X-"):
            return TABLE.get(name, HIDDEN)
        return Policy(Shown.YES, Onward.KEPT if name in self.passed else Onward.DROPPED)

    def _values(self, headers: Headers) -> Iterator[tuple[str, str]]:
        """Every field that somebody may want, within the limits; repeated ones as one list."""
        extra = [name for name in dict(headers.items()) if name.startswith("X-")]
        room = MAX_TOTAL_CHARS
        for name in (*WANTED, *extra[:MAX_X_HEADERS]):
            value = ", ".join(headers.lines(name)).strip()
            if value and len(value) <= min(MAX_VALUE_CHARS, room):
                room -= len(value)
                yield name, value


def _one_less(headers: Headers) -> str:
    written = (headers.get("Max-Forwards") or "").strip()
    return str(max(0, (int(written) if written.isdecimal() else DEFAULT_MAX_FORWARDS) - 1))


def _printable(value: str) -> str:
    """Octets that are no UTF-8 would fit into no document and no database."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
