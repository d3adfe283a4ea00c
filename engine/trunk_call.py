"""An INVITE as a trunk wants it: whom it goes to, who calls, who we are there. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from config import Trunk
from engine.header_policy import Fields
from engine.hunt import Shown, Way
from engine.numbering import written
from sip import Caller, TrunkAddress
from sip.authorization import Logins
from sip.flow import Flow
from sip.headers import NameAddr
from sip.identity import from_for, identity_fields
from sip.next_hop import is_secure


@dataclass(frozen=True, slots=True)
class TrunkCall:
    """`from_` hides a caller who is private; only a trusted trunk is told who that is (RFC 3325).

    `patience`: seconds until a trunk that shows no sign of life is passed over.
    """

    uri: str
    from_: NameAddr
    routes: tuple[str, ...]
    fields: Fields
    logins: Logins
    patience: float
    secure: bool
    """Whether the trunk is spoken to over TLS, so that keys may be told."""
    ip_version: int = 4
    """Of its address; what a name stands for is not known yet, and taken for IPv4."""

    @classmethod
    def by(cls, way: Way, shown: Shown, *, private: bool) -> Self:
        """The called see what is `shown`; nothing of who dialled."""
        trunk, address = way.trunk, TrunkAddress.of(way.trunk)
        number = written(caller_id(shown, trunk), trunk)
        party = address.party(number, shown.caller_name)
        caller = Caller(party.uri, number, shown.caller_name, private=private)
        trusted = trunk.asserted_identity == "trust"
        hops = address.hops()
        return cls(
            address.uri(written(way.number, trunk)),
            from_for(shown.caller_name, caller, address.authority),
            address.routes,
            identity_fields(caller, address.authority, trusted=trusted),
            address.logins,
            trunk.first_response_seconds,
            all(is_secure(hop) for hop in hops),
            hops[0].ip_version if isinstance(hops[0], Flow) else 4,
        )


def caller_id(shown: Shown, trunk: Trunk) -> str:
    """What the called see, in E.164."""
    number = shown.caller_id or trunk.caller_id
    assert number, "a trunk that allows calls has a number"
    return number
