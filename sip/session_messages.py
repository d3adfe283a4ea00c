"""What a session writes into its messages besides what its dialog and its transactions need."""

from __future__ import annotations

from sip.arrival import Arrival
from sip.dialog import Dialog
from sip.exchange import Fields
from sip.flow import Here
from sip.message import Request, Response
from sip.refusal import ACCEPT, ALLOW, SDP, SUPPORTED_FIELD
from sip.sdp import SessionDescription


def invite(
    dialog: Dialog, here: Here, offer: SessionDescription | None, fields: Fields = ()
) -> Request:
    """The next INVITE or re-INVITE of ours; a field of ours gives way to one in `fields`."""
    request = dialog.request("INVITE", here)
    request.headers.put({"Allow": ALLOW, "Supported": SUPPORTED_FIELD, "Accept": ACCEPT})
    if offer:
        describe(request, offer)
    for name, value in fields:
        request.headers.set(name, value)
    return request


def respond(
    arrival: Arrival,
    status: int,
    reason: str,
    dialog: Dialog,
    here: Here,
    fields: Fields = (),
) -> Response:
    """A response in this dialog; one that may make it says how we can be reached, §12.1.1."""
    request, response = arrival.request, arrival.response(status, reason, tag=dialog.local_tag)
    if 100 < status < 300 and request.method != "BYE":  # §11.2 wants Allow
        response.headers.take(request.headers, "Record-Route")
        contact = here.contact(arrival.reply, secure=dialog.secure)
        ours = {"Contact": contact, "Allow": ALLOW, "Supported": SUPPORTED_FIELD}
        response.headers.put(ours)
    response.headers.set("Session-ID", str(dialog.identifier))
    for name, value in fields:
        response.headers.add(name, value)
    return response


def describe(message: Request | Response, sdp: SessionDescription) -> None:
    """Make `sdp` the body."""
    message.headers.set("Content-Type", SDP)
    message.body = sdp.encode()
