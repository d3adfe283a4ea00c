"""Who calls, and over whom: From, the fields of trusted networks, Privacy, what forwarded a call.

RFC 3323 (Privacy), RFC 3325 (P-Asserted-Identity), RFC 5806 (Diversion), RFC 7044 (History-Info).
Values that cannot be read are left out: no call fails for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

from sip.errors import PeerError
from sip.grammar import unquote
from sip.headers import Fields, Headers, NameAddr
from sip.message import Request
from sip.uri import Uri

Network = IPv4Network | IPv6Network

ANONYMOUS: Final = "anonymous"
HIDDEN: Final = NameAddr("Anonymous", "sip:anonymous@anonymous.invalid")  # RFC 3323 §4.1.1.3
MAX_ENTRIES: Final = 20  # diversions, and entries of a history, that are kept

_INDEX = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,19}")
_COUNTER = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. Nothing of it is proven; see `InviteReceived.username`.

    `asserted` means that a network we trust says so. `private` asks that nobody else is told.
    """

    uri: str
    user: str
    display: str
    asserted: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class Diversion:
    """A number that passed the call on, and why: `no-answer`, `user-busy`, `unconditional`, ..."""

    uri: str
    user: str
    display: str = ""
    reason: str = "unknown"
    counter: int = 1
    private: bool = False


@dataclass(frozen=True, slots=True)
class Retargeting:
    """One entry of the History-Info of a call; `reason` is why it left that target, as written."""

    uri: str
    user: str
    index: str
    reason: str = ""
    private: bool = False


class TrustedSources:
    """The networks whose word about identity counts: the trust domain of RFC 3325 §2.3."""

    def __init__(self, networks: Iterable[Network] = ()) -> None:
        self._networks = tuple(networks)
        self._trusts = lru_cache(maxsize=1024)(self._look_up)

    def trusts(self, host: str) -> bool:
        """`host` is an IP address, the source of a message or where one shall go."""
        return bool(self._networks) and self._trusts(host)

    def _look_up(self, host: str) -> bool:
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._networks)


def user_of(address: NameAddr) -> str:
    """The user part, or the number of a tel URI; "" without one."""
    with suppress(PeerError):
        return Uri.parse(address.uri).user or ""
    return ""


def caller_in(request: Request, *, trusted: bool) -> Caller:
    """A trusted source may assert somebody else than From says, or to know who is anonymous."""
    from_, asserted = request.from_, None
    if trusted:
        values = _addresses(request.headers, "P-Asserted-Identity", "P-Preferred-Identity")
        asserted = next(values, None)
    told = asserted or from_
    display = told.display or ("" if user_of(from_) == ANONYMOUS else from_.display)
    private = not _privacy(request.headers).isdisjoint({"id", "user"})
    return Caller(told.uri, user_of(told), display, asserted is not None, private)


def diversions_in(headers: Headers) -> tuple[Diversion, ...]:
    """The last one to pass the call on comes first, RFC 5806 §4."""
    return tuple(_diversion(address) for address in _addresses(headers, "Diversion"))


def history_in(headers: Headers) -> tuple[Retargeting, ...]:
    """From the first target to the present one, as written; entries need their index."""
    if "History-Info" not in headers:
        return ()
    hidden = "history" in _privacy(headers)
    entries = (_retargeting(address, hidden) for address in _addresses(headers, "History-Info"))
    return tuple(entry for entry in entries if entry)


def from_for(display: str, caller: Caller | None, authority: str) -> NameAddr:
    """Our From on behalf of `caller`, who may be hidden; the host is always ours."""
    if caller is None:
        return NameAddr(display, f"sip:{authority}")
    return HIDDEN if caller.private else NameAddr(display, _at(caller, authority))


def identity_fields(caller: Caller, authority: str, *, trusted: bool) -> Fields:
    """What a request on behalf of `caller` says: who it is only to those whom we trust."""
    privacy = (("Privacy", "id"),) if caller.private else ()
    if not trusted or not caller.user:
        return privacy
    uri = caller.uri if caller.uri.startswith("tel:") else _at(caller, authority)
    return (("P-Asserted-Identity", str(NameAddr(caller.display, uri))), *privacy)


def _at(caller: Caller, authority: str) -> str:
    bare = Uri.parse(f"sip:{authority}")
    return str(Uri("sip", caller.user, bare.host, bare.port)) if caller.user else str(bare)


def _addresses(headers: Headers, *names: str) -> Iterator[NameAddr]:
    for name in names:
        if name not in headers:
            continue
        with suppress(PeerError):
            for value in headers.all(name)[:MAX_ENTRIES]:
                with suppress(PeerError):
                    yield NameAddr.parse(value)


def _privacy(headers: Headers) -> set[str]:
    """RFC 3323 §4.2 separates by ";", others by ","."""
    return {part.strip().lower() for line in headers.all("Privacy") for part in line.split(";")}


def _diversion(address: NameAddr) -> Diversion:
    params = address.params
    counter = params["counter"] if "counter" in params else "1"
    return Diversion(
        address.uri,
        user_of(address),
        address.display,
        unquote(params["reason"]).lower() if "reason" in params else "unknown",
        int(counter) if _COUNTER.fullmatch(counter) else 1,
        "privacy" in params and unquote(params["privacy"]).lower() not in ("off", "none", ""),
    )


def _retargeting(address: NameAddr, hidden: bool) -> Retargeting | None:
    """Reason and Privacy of an entry stand in the headers of its URI, RFC 7044 §5."""
    index = address.params["index"] if "index" in address.params else ""
    with suppress(PeerError):
        uri = Uri.parse(address.uri)
        inside = {name.lower(): value for name, value in uri.headers}
        private = hidden or "history" in inside.get("privacy", "").lower()
        if _INDEX.fullmatch(index):
            bare = address.uri.partition("?")[0]
            return Retargeting(bare, uri.user or "", index, inside.get("reason", ""), private)
    return None
