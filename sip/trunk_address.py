"""How a trunk is addressed: URIs, the way there, and who we are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from config.trunks import Trunk
from sip.authorization import NO_LOGINS, Logins
from sip.digest import ALGORITHMS, Account, ha1
from sip.exchange import Fields
from sip.flow import Here
from sip.headers import NameAddr
from sip.next_hop import Hop
from sip.outside import by_way_of, hops_to
from sip.uri import Uri

_TRANSPORTS: Final = {"udp": "", "tcp": ";transport=tcp", "tls": ";transport=tls"}


@dataclass(frozen=True, slots=True)
class TrunkAddress:
    """`authority` is host and port, `routes` are values of Route, `logins` what we may prove."""

    authority: str
    transport: str
    routes: tuple[str, ...]
    username: str | None
    logins: Logins

    @classmethod
    def of(cls, trunk: Trunk, preloaded: tuple[str, ...] = ()) -> Self:
        """A trunk without a proxy of its own takes the `preloaded` routes."""
        port = f":{trunk.port}" if trunk.port else ""
        return cls(
            trunk.host + port,
            _TRANSPORTS[trunk.transport],
            by_way_of([trunk.proxy]) if trunk.proxy else preloaded,
            trunk.username,
            _logins(trunk),
        )

    def uri(self, user: str | None = None) -> str:
        """Where requests go: `user` at the trunk, or the trunk itself."""
        return f"sip:{_user(user)}{self.authority}{self.transport}"

    def party(self, user: str | None, display: str = "") -> NameAddr:
        """Someone as From and To name them there."""
        return NameAddr(display, f"sip:{_user(user)}{self.authority}")

    def hops(self) -> tuple[Hop, ...]:
        """Where to send. Raises Unlocated."""
        return hops_to(NameAddr.parse(self.routes[0]).uri if self.routes else self.uri())

    def contact(self, here: Here) -> Fields:
        """Where we are reached; the address is that of the flow it goes by, written as it goes."""
        ours = Uri.parse(NameAddr.parse(here.contact(None)).uri)
        whole = Uri(ours.scheme, self.username, ours.host, ours.port, ours.params)
        return (("Contact", f"<{whole}>"),)


def _user(user: str | None) -> str:
    return "" if user is None else f"{user}@"


def _logins(trunk: Trunk) -> Logins:
    if trunk.username is None or trunk.password is None or trunk.realm is None:
        return NO_LOGINS
    password = trunk.password.get_secret_value()
    proofs = {name: ha1(trunk.username, trunk.realm, password, name) for name in ALGORITHMS}
    return {trunk.realm: Account(trunk.username, proofs)}
