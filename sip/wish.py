"""What one Contact of a REGISTER asks for: RFC 3261 §10.2.1, RFC 5626 §4.2, RFC 5627 §3.1."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from sip.binding import Binding
from sip.errors import PeerError
from sip.grammar import unquote
from sip.headers import NameAddr
from sip.message import Request
from sip.refusal import Refusal
from sip.uri import Uri

MIN_EXPIRES: Final = 60  # seconds; less gets 423
MAX_CONTACTS: Final = 10  # in one REGISTER
MAX_PATH: Final = 8  # proxies between a phone and us

_SECONDS = re.compile(r"[0-9]{1,10}")
_Q = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_INSTANCE = re.compile(r"<([A-Za-z0-9:._-]{1,128})>")
_REG_ID = re.compile(r"[1-9][0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class Wish:
    """`seconds` is None where the phone leaves it to us, 0 to remove the binding."""

    uri: str
    seconds: int | None
    q: float
    instance: str
    reg_id: int

    @classmethod
    def of(cls, contact: NameAddr, expires: str | None) -> Self:
        """`expires` is the header. Raises PeerError; what cannot be read of the parameters counts
        as not given, §10.2.1.1."""
        Uri.parse(contact.uri)
        params = contact.params
        seconds = params.get("expires", expires) or ""
        q = params.get("q", "")
        instance = _INSTANCE.fullmatch(unquote(params.get("+sip.instance", "")))
        reg_id = params.get("reg-id", "") if instance else ""
        return cls(
            contact.uri,
            int(seconds) if _SECONDS.fullmatch(seconds) else None,
            float(q) if _Q.fullmatch(q) else 1.0,
            instance[1] if instance else "",
            int(reg_id) if _REG_ID.fullmatch(reg_id) else 0,
        )

    def is_about(self, binding: Binding) -> bool:
        """Whether it takes the place of a binding.

        The same URI does (RFC 3261 §10.3), and the same flow of the same device, which may have
        another address now (RFC 5626 §6).
        """
        if self.instance and (self.instance, self.reg_id) == (binding.instance, binding.reg_id):
            return True
        same = self.uri == binding.uri or Uri.parse(self.uri).matches(Uri.parse(binding.uri))
        return same and not (self.reg_id and binding.reg_id)


def wishes_in(request: Request) -> list[Wish] | None:
    """Each Contact of a REGISTER; None for `*`, which removes all there are. Raises PeerError."""
    contacts, expires = request.headers.all("Contact"), request.headers.get("Expires")
    if "*" in contacts:
        if contacts != ["*"] or expires != "0":
            raise PeerError("Contact * needs Expires 0 and no other Contact")
        return None
    if len(contacts) > MAX_CONTACTS:
        raise PeerError("Too many contacts")
    wishes = [Wish.of(NameAddr.parse(contact), expires) for contact in contacts]
    if any(wish.seconds and wish.seconds < MIN_EXPIRES for wish in wishes):
        raise Refusal(423, "", ("Min-Expires", str(MIN_EXPIRES)))
    if sum(1 for wish in wishes if wish.reg_id and wish.seconds != 0) > 1:
        raise PeerError("A REGISTER makes one flow")
    return list({wish.uri: wish for wish in wishes}.values())


def path_in(request: Request) -> tuple[str, ...]:
    """The proxies a REGISTER came by, the nearest to us first: RFC 3327. Raises PeerError."""
    path = tuple(request.headers.all("Path"))
    if len(path) > MAX_PATH:
        raise PeerError("Too long a Path")
    for hop in path:
        Uri.parse(NameAddr.parse(hop).uri)
    return path
