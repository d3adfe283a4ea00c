"""The requests one session sends in its dialog, and how a refused one is put right."""

from __future__ import annotations

from sip.acks import Acks
from sip.authorization import FIELDS, Authorization, Logins
from sip.dialog import Dialog
from sip.exchange import Fields
from sip.flow import Flow
from sip.headers import Headers
from sip.message import Request, Response
from sip.outgoing import ClientUser, Outgoing
from sip.reason import Reason
from sip.referral import SIPFRAG, Notice
from sip.refusal import SUPPORTED_FIELD
from sip.reliable import EarlyResponses
from sip.sdp import SessionDescription
from sip.session_messages import describe, invite
from sip.session_timer import SessionTimer
from sip.transaction import TIMEOUT
from sip.transaction_layer import TransactionLayer


class SessionRequests:
    """`user` hears what becomes of them. The dialog is the session's: it may be replaced."""

    __slots__ = (
        "_acks",
        "_authorization",
        "_early",
        "_invite",
        "_invited",
        "_layer",
        "_logins",
        "_meant",
        "_timer",
        "_update",
        "_user",
        "farewell",
    )

    def __init__(
        self, layer: TransactionLayer, user: ClientUser, timer: SessionTimer, logins: Logins
    ) -> None:
        self._layer, self._timer = layer, timer
        self._user: ClientUser | None = user
        self._logins = logins
        self._authorization: Authorization | None = None  # until we are challenged
        self._acks = Acks(layer)
        self._early: EarlyResponses | None = None  # until there is a reliable one
        self._invite: Outgoing | None = None  # on its way, the last one
        self._invited: Request | None = None  # what it asks for
        self._update: Request | None = None
        self._meant: set[str] = set()  # hosts
        self.farewell: Fields = ()
        """Goes into the BYE or the CANCEL that ends the session."""

    def release(self) -> None:
        """The session is over: what still comes is nobody's, and it is freed without a search."""
        self._user = self._invite = None

    @property
    def acks(self) -> Acks:
        return self._acks

    def is_last_invite(self, request: Request) -> bool:
        return self._invited is request

    def is_outdated(self, request: Request) -> bool:
        """Whether a later refresh has been sent: what becomes of this one tells nothing."""
        return request.method == "UPDATE" and request is not self._update

    def invite(
        self,
        dialog: Dialog,
        offer: SessionDescription | None,
        now: float,
        fields: Fields = (),
        patience: float = TIMEOUT,
    ) -> None:
        """INVITE or re-INVITE."""
        if self._invited is None:
            self._meant = {hop.host for hop in dialog.hops()}
        self._invite = self._send_invite(dialog, offer, now, fields, patience)

    def fork(
        self, root: Dialog, offer: SessionDescription | None, now: float, fields: Fields
    ) -> Outgoing:
        """The INVITE of the session once more, to another phone."""
        self._meant |= {hop.host for hop in root.hops()}
        return self._send_invite(root, offer, now, fields)

    def _send_invite(
        self,
        dialog: Dialog,
        offer: SessionDescription | None,
        now: float,
        fields: Fields,
        patience: float = TIMEOUT,
    ) -> Outgoing:
        wishes = (*self._timer.proposal(), *fields)
        request = self._invited = invite(dialog, self._layer.here, offer, wishes)
        return self._layer.clients.send(request, dialog.hops(), self._user, now, patience)

    def update(self, dialog: Dialog, now: float, offer: SessionDescription | None = None) -> None:
        """An UPDATE, RFC 3311; without an offer it only refreshes, RFC 4028 §7.4."""
        request = dialog.request("UPDATE", self._layer.here)
        _write(request, (("Supported", SUPPORTED_FIELD), *self._timer.proposal()))
        self._update = request
        if offer:
            describe(request, offer)
        self._layer.clients.send(request, dialog.hops(), self._user, now)

    def expected(self, response: Response) -> str | None:
        """The RAck of a reliable response that comes in its turn; None for any other."""
        self._early = self._early or EarlyResponses()
        return self._early.acknowledge(response)

    def prack(
        self, dialog: Dialog, rack: str, now: float, answer: SessionDescription | None = None
    ) -> None:
        """PRACK, in the early dialog of the response it is for: RFC 3262 §4."""
        request = dialog.request("PRACK", self._layer.here)
        request.headers.set("RAck", rack)
        if answer:
            describe(request, answer)
        self._layer.clients.send(request, dialog.hops(), self._user, now)

    def refer(self, dialog: Dialog, fields: Fields, now: float) -> Request:
        """The peer is asked to call somebody else, RFC 3515 §2.4.1."""
        request = dialog.request("REFER", self._layer.here)
        _write(request, fields)
        self._layer.clients.send(request, dialog.hops(), self._user, now)
        return request

    def notify(self, dialog: Dialog, notice: Notice, now: float) -> None:
        """How the transfer goes that the peer asked for, RFC 3515 §2.4.4."""
        request = dialog.request("NOTIFY", self._layer.here)
        _write(request, (("Event", notice.event), ("Subscription-State", notice.state)))
        _write(request, (("Content-Type", f"{SIPFRAG};version=2.0"),))
        request.body = notice.body.encode()
        self._layer.clients.send(request, dialog.hops(), self._user, now)

    def bye(self, dialog: Dialog, now: float, *, unheard: bool = False) -> None:
        request = dialog.request("BYE", self._layer.here)
        if not unheard:
            _write(request, self.farewell)
        self._layer.clients.send(request, dialog.hops(), None if unheard else self._user, now)

    def again(self, dialog: Dialog, request: Request, now: float) -> Outgoing:
        """Send what `corrected` returned."""
        sent = self._layer.clients.send(request, dialog.hops(), self._user, now)
        if request.method == "INVITE":
            self._invite, self._invited = sent, request
        elif request.method == "UPDATE":
            self._update = request
        return sent

    def cancel(self, now: float) -> None:
        """The last INVITE, which has had a provisional response."""
        assert self._invite
        self._invite.cancel(now, self.farewell)

    def withdraw(self, fork: Outgoing, now: float, why: Reason | None) -> None:
        """The same for one of several; `why` where it is not our user who has hung up."""
        fork.cancel(now, (("Reason", str(why)),) if why else self.farewell)

    def chosen(self, request: Request) -> None:
        """Of several INVITEs this one makes the session."""
        self._invited = request

    def ack(
        self,
        dialog: Dialog,
        success: Response,
        now: float,
        answer: SessionDescription | None = None,
        invited: Request | None = None,
    ) -> None:
        """`invited` is what had success, where it was not the last INVITE."""
        asked = invited or self._invited
        assert asked
        proofs = asked.headers if self._is_meant(dialog) else Headers()
        self._acks.send(dialog, success, proofs, now, answer)

    def corrected(
        self, dialog: Dialog, request: Request, response: Response, source: Flow
    ) -> Request | None:
        """`request` as a 401, 407 or 422 wants it; None when it may not be sent once more."""
        again, number = None, dialog.local_cseq + 1
        challenged = response.status in FIELDS
        from_elsewhere = source.host not in self._meant and request.to.tag is None
        meant = (challenged or from_elsewhere) and self._is_meant(dialog)
        if meant and from_elsewhere:
            self._meant.add(source.host)
        if challenged and meant:
            self._authorization = self._authorization or Authorization(
                self._logins, self._layer.tokens
            )
            again = self._authorization.answer(request, response, number)
        elif response.status == 422:
            again = self._timer.corrected(request, response, number)
        if again:
            dialog.local_cseq = number
        return again

    def _is_meant(self, dialog: Dialog) -> bool:
        """Whether requests in `dialog` go to where our user wanted the first one to go, or to the
        host that answered it from there: these may see proofs.

        One that only a Contact or a 3xx leads to may not: it could claim any realm, and take its
        time to find the password behind what it got.
        """
        hops = dialog.hops()
        return bool(hops) and hops[0].host in self._meant


def _write(request: Request, fields: Fields) -> None:
    for name, value in fields:
        request.headers.set(name, value)
