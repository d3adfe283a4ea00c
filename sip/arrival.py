"""A request as it came: its way in, the way of its responses, and what tells it from others."""

from __future__ import annotations

from typing import Final, NamedTuple

from sip.flow import Flow, behind_nat, received_from, reopened, reply_to
from sip.headers import CSeq, NameAddr, Via
from sip.message import Request, Response, response_to

MAGIC_COOKIE: Final = "z9hG4bK"  # RFC 3261 §8.1.1.7

TransactionKey = tuple[str, str, str]
"""Branch, sent-by and method: §17.2.3."""
MergeKey = tuple[str, str, str]
"""Call-ID, From tag and CSeq: §8.2.2.2."""


class Arrival(NamedTuple):
    """The fields a message was checked for are read here once, since many ask for them."""

    request: Request
    flow: Flow
    reply: Flow
    spare: Flow | None
    """The way of the responses when the connection is gone."""
    behind_nat: bool
    from_: NameAddr
    to_tag: str | None
    cseq: int
    key: TransactionKey
    merge_key: MergeKey
    now: float  # when it came

    @classmethod
    def of(cls, request: Request, flow: Flow, now: float) -> Arrival:
        """Notes in the top Via where the request really came from, for its responses."""
        via, cseq, from_ = request.via, request.cseq, request.from_
        merge_key = request.call_id, from_.tag or "", str(cseq)
        request.via = received_from(via, flow)
        return cls(
            request,
            flow,
            reply_to(via, flow),
            reopened(via, flow),
            behind_nat(via, flow),
            from_,
            request.to.tag,
            cseq.number,
            (_branch(via, merge_key, cseq), via.sent_by, _transaction_method(request.method)),
            merge_key,
            now,
        )

    @property
    def is_rfc2543(self) -> bool:
        """Whether the sender is of the time before branches told transactions apart."""
        return not self.key[0].startswith(MAGIC_COOKIE)

    @property
    def invite_key(self) -> TransactionKey:
        """Of the INVITE that a CANCEL is for: §9.2."""
        branch, sent_by, _ = self.key
        return branch, sent_by, "INVITE"

    def response(self, status: int, reason: str = "", *, tag: str) -> Response:
        """A response with our `tag`, unless the request has one of ours already."""
        return response_to(self.request, status, reason, None if self.to_tag else tag)


def _branch(via: Via, merge_key: MergeKey, cseq: CSeq) -> str:
    if via.branch.startswith(MAGIC_COOKIE) and via.branch != MAGIC_COOKIE:
        return via.branch
    call_id, tag, _ = merge_key  # a peer of RFC 2543
    return f"{call_id} {tag} {cseq.number}"


def _transaction_method(method: str) -> str:
    """The ACK of a refusal belongs to its INVITE."""
    return "INVITE" if method == "ACK" else method
