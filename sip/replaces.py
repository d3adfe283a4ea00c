"""A dialog named in another: the Replaces field, RFC 3891, and the same inside of a Refer-To."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sip.dialog import Dialog
from sip.errors import PeerError
from sip.grammar import Params
from sip.message import Request
from sip.uri import Uri

OPTION = "replaces"


@dataclass(frozen=True, slots=True)
class Replaces:
    """A dialog as the one who is to be called in it knows it: `to_tag` is its own."""

    call_id: str
    to_tag: str
    from_tag: str
    early_only: bool = False

    @classmethod
    def parse(cls, text: str) -> Replaces:
        call_id, mark, rest = text.partition(";")
        params = Params.parse(mark + rest)
        if not call_id.strip() or not {"to-tag", "from-tag"} <= params.keys():
            raise PeerError("Broken Replaces")
        early_only = "early-only" in params
        return cls(call_id.strip(), params["to-tag"], params["from-tag"], early_only)

    @classmethod
    def of(cls, dialog: Dialog) -> Replaces:
        """A dialog of ours as our peer in it knows it."""
        return cls(dialog.call_id, dialog.remote_tag or "0", dialog.local_tag or "0")

    @classmethod
    def in_invite(cls, invite: Request) -> Replaces | None:
        """Raises PeerError when it is broken or there are several, or a Join beside it: §3."""
        if OPTION not in invite.headers:
            return None
        if "Join" in invite.headers:
            raise PeerError("Replaces and Join")
        return invite.headers.read("Replaces", cls.parse)

    def within(self, uri: Uri) -> Uri:
        """`uri` as the target of an attended transfer: an INVITE to it shall carry this."""
        return replace(uri, headers=(("Replaces", str(self)),))

    def __str__(self) -> str:
        early_only = ";early-only" if self.early_only else ""
        return f"{self.call_id};to-tag={self.to_tag};from-tag={self.from_tag}{early_only}"
