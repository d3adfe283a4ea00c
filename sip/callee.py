"""Whom an INVITE of ours goes to, and as whom: what its dialog begins with, RFC 3261 §8.1.1."""

from __future__ import annotations

from typing import NamedTuple, Self

from sip.binding import Binding
from sip.dialog import Dialog
from sip.flow import Flow, Here
from sip.headers import NameAddr
from sip.identity import Caller, from_for
from sip.next_hop import Hop
from sip.outside import hops_to
from sip.session_identifier import SessionIdentifier
from sip.uri import request_uri


class Callee(NamedTuple):
    """`uri` is what is called and `hop` the way there; `routes` are values of Route."""

    uri: str
    hop: Hop
    from_: NameAddr
    to: NameAddr
    routes: tuple[str, ...] = ()
    behind_nat: bool = False
    username: str | None = None
    """The registered user who is called; None for anybody else."""

    @classmethod
    def phone(
        cls, username: str, binding: Binding, display: str, caller: Caller | None, here: Here
    ) -> Self:
        """A registered phone; it shows the name `display`, and `caller` unless that is private."""
        return cls(
            binding.uri,
            binding.flow,
            from_for(display, caller, here.authority(binding.flow)),
            NameAddr("", f"sip:{username}@{here.authority(binding.flow)}"),
            binding.path,
            binding.behind_nat,
            username=username,
        )

    @classmethod
    def anywhere(cls, uri: str, from_: NameAddr, routes: tuple[str, ...] = ()) -> Self:
        """Any URI, by the first of `routes` where there are some. Raises Unlocated, PeerError."""
        next_hop = NameAddr.parse(routes[0]).uri if routes else uri
        return cls(uri, hops_to(next_hop)[0], from_, NameAddr("", uri), routes)

    def dialog(self, call_id: str, tag: str, identifier: SessionIdentifier) -> Dialog:
        """Before its first request; `tag` is ours."""
        return Dialog(
            call_id,
            f"{self.from_};tag={tag}",
            tag,
            str(self.to),
            "",
            request_uri(self.uri),
            self.hop if isinstance(self.hop, Flow) else None,
            self.behind_nat,
            self.routes,
            identifier=identifier,
        )
