"""The answer to a request that breaks the grammar: stateless, from whatever can be read of it.

RFC 4475 §3.1.2 and §3.3 ask for a response even where From, To, Call-ID, CSeq or the parameters of
the Via are broken or missing. They are copied as they were written; what is not there is left out.
"""

from __future__ import annotations

import hmac

from sip.errors import PeerError
from sip.flow import Flow, received_from, reply_to
from sip.message import Request, Response, response_to
from sip.refusal import with_fields

_COPIED = ("Via", "From", "To", "Call-ID", "CSeq")


def refuse_malformed(
    request: Request, error: PeerError, flow: Flow, secret: bytes
) -> tuple[Response, Flow]:
    """The response, and the way it takes: back to where the request came from."""
    reply = _way_back(request, flow)
    response = response_to(request, error.status, error.reason, _tag(request, secret))
    return with_fields(response, error), reply


def _way_back(request: Request, flow: Flow) -> Flow:
    """Notes the source in the top Via, as for any request, as far as the Via can be read."""
    try:
        via = request.via
        request.via = received_from(via, flow)
    except PeerError:
        return flow
    return reply_to(via, flow)


def _tag(request: Request, secret: bytes) -> str | None:
    """The same for each copy; None where To has one, or cannot be read and so takes none."""
    try:
        if request.to.tag is not None:
            return None
    except PeerError:
        return None
    copied = "\n".join(line for name in _COPIED for line in request.headers.lines(name))
    return hmac.digest(secret, copied.encode("utf-8", "surrogateescape"), "sha256")[:8].hex()
