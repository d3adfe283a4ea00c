"""The server's side above the transactions: what a request must pass, and where it goes (§8.2).

A request that has not been found worth keeping costs no memory: it is refused statelessly, with a
To-tag that is the same for each copy (§8.2.7).
"""

from __future__ import annotations

import hmac
from typing import Final

from sip.arrival import Arrival
from sip.authentication import Authentication
from sip.dialog import Dialog
from sip.dtmf_relay import key_in
from sip.errors import PeerError
from sip.events import InviteReceived, SessionId
from sip.exchange import Asked, description_in
from sip.flow import TLS, Flow
from sip.gruu import instance_in
from sip.identity import (
    ANONYMOUS,
    TrustedSources,
    caller_in,
    diversions_in,
    history_in,
    user_of,
)
from sip.malformed import refuse_malformed
from sip.message import Request
from sip.overload import Overload
from sip.referral import Wish
from sip.refusal import (
    ACCEPT,
    ALLOW,
    METHODS,
    OF_REGISTER,
    SDP,
    SUPPORTED,
    SUPPORTED_FIELD,
    Refusal,
    Silence,
    refuse,
)
from sip.registrar import Registrar
from sip.registration import Registration
from sip.replaces import Replaces
from sip.session import Session
from sip.session_timer import check_interval
from sip.sessions import Sessions
from sip.transaction_layer import TransactionLayer
from sip.uri import Uri

OF_OTHER_RFCS: Final = ("MESSAGE", "PUBLISH", "SUBSCRIBE")
"""Methods we know and do not allow: 405, where one we never heard of gets 501."""
OFFERING: Final = ("INVITE", "PRACK", "UPDATE")  # methods whose body is for us


class UserAgentServer:
    """Takes every request that comes in; what it knows of calls and phones is in its tables."""

    def __init__(
        self,
        layer: TransactionLayer,
        sessions: Sessions,
        registrar: Registrar,
        authentication: Authentication,
        secret: bytes,
        trusted: TrustedSources,
        overload: Overload,
    ) -> None:
        self._layer, self._sessions, self._trusted = layer, sessions, trusted
        self._overload, self._registrar = overload, registrar
        self._authentication, self._secret = authentication, secret
        self._registration = Registration(layer, registrar, authentication, self._tag)
        self._outside = {
            "INVITE": self._invite,
            "REGISTER": self._register,
            "OPTIONS": self._options,
        }

    def receive(self, request: Request, flow: Flow, now: float) -> None:
        arrival = Arrival.of(request, flow, now)
        known = self._layer.servers.find(arrival.key)
        if known and known.absorb(request.method, now):
            return
        if request.method == "ACK":
            self._ack(arrival)
            return
        try:
            self._handle(arrival)
        except Silence:
            return
        except PeerError as error:
            self._refuse(arrival, error)

    def refuse_malformed(self, request: Request, error: PeerError, flow: Flow) -> None:
        """Answer a request that could be read just far enough to be answered."""
        if request.method == "ACK":
            return
        if request.uri and error.status == 400:  # a method of the future may have its own rules
            error = _unserved(request.method) or error
        self._layer.send(*refuse_malformed(request, error, flow, self._secret))

    def _handle(self, arrival: Arrival) -> None:
        request = arrival.request
        if request.method == "CANCEL":
            self._cancel(arrival)
            return
        _check(request)
        if request.method == "REGISTER" or arrival.to_tag is None:
            self._outside_of_dialogs(arrival)
        else:
            self._in_dialog(arrival)

    def _outside_of_dialogs(self, arrival: Arrival) -> None:
        request = arrival.request
        if request.method == "REFER":
            raise Refusal(403)  # whoever wants to be transferred must be in a call
        if request.method not in self._outside:
            raise Refusal(481)
        self._overload.check(arrival.now, self._layer.draw)
        if request.max_forwards == 0 and request.method != "OPTIONS":
            raise Refusal(483)
        if self._layer.servers.is_merged(arrival):
            raise Refusal(482)
        self._outside[request.method](arrival)

    def _in_dialog(self, arrival: Arrival) -> None:
        request = arrival.request
        session = self._sessions.of(arrival)
        if session is None:
            raise Refusal(481)
        dialog = session.dialog_of(arrival)
        dialog.check(arrival)
        offer = description_in(request) if request.method in OFFERING else None
        self._make_room(in_dialog=True)
        if request.method == "PRACK":
            session.check_prack(arrival, offer)
        if request.method == "NOTIFY":
            session.notified(arrival)
        if request.method == "REFER":
            self._refer(arrival, session, dialog)
            return
        key = key_in(request) if request.method == "INFO" else None
        dialog.follow(arrival)
        session.receive(self._open(arrival), offer, key)

    def _refer(self, arrival: Arrival, session: Session, dialog: Dialog) -> None:
        """Raises PeerError; 404 when the dialog to be replaced is not one of ours.

        481 would mean that this very dialog is gone, and end the call: RFC 3261 §12.2.1.2.
        """
        wish, other = Wish.of(arrival.request), None
        if wish.replaces:
            other = self._sessions.replaced(wish.replaces)
            if other is None or other is session:
                raise Refusal(404)
        dialog.follow(arrival)
        session.referred(self._open(arrival), wish, other.id if other else None)

    def _ack(self, arrival: Arrival) -> None:
        """The ACK of a 2xx; one that fits nothing is dropped, as an ACK is never answered."""
        session = self._sessions.of(arrival)
        if session:
            session.acknowledged(arrival)

    def _cancel(self, arrival: Arrival) -> None:
        """§9.2. The 200 carries the tag of the INVITE's responses."""
        invite = self._layer.servers.find(arrival.invite_key)
        if invite is None or not invite.tag:
            raise Refusal(481)
        self._layer.send(arrival.response(200, tag=invite.tag), arrival.reply)
        if invite.session:
            invite.session.cancelled(invite, arrival)

    def _invite(self, arrival: Arrival) -> None:
        request = arrival.request
        if not self._sessions.has_room:
            raise Refusal(503)
        self._make_room(in_dialog=False)
        offer = description_in(request)
        dialog = Dialog.from_invite(arrival, self._layer.tokens())
        username = self._authentication.proven(arrival)
        if username is not None and user_of(arrival.from_) not in (username, ANONYMOUS):
            raise Refusal(403)
        trusted = self._trusted.trusts(arrival.flow.host)
        if username is None and self._registrar.has_phone_at(arrival.flow):
            raise Refusal(401, "", *self._authentication.challenge(arrival.now))  # one of us calls
        replaced = self._replaced(request, username, trusted=trusted, now=arrival.now)
        session = self._sessions.offer(dialog, username, arrival.now)
        session.offered(self._open(arrival), offer)
        self._layer.report(
            InviteReceived(
                session.id,
                Uri.parse(request.uri).user or "",
                caller_in(request, trusted=trusted),
                username,
                offer,
                (arrival.flow.host, arrival.flow.port),
                request.headers,
                trusted,
                diversions_in(request.headers),
                history_in(request.headers),
                replaced,
                arrival.flow.transport == TLS,
                instance_in(request.uri),
            )
        )

    def _replaced(
        self, invite: Request, username: str | None, *, trusted: bool, now: float
    ) -> SessionId | None:
        """The session an INVITE takes over, RFC 3891 §3: its own user may, and whom we trust.

        Raises Refusal; 401 lets a phone prove who it is.
        """
        replaces = Replaces.in_invite(invite)
        if replaces is None:
            return None
        if username is None and not trusted:
            raise Refusal(401, "", *self._authentication.challenge(now))
        found = self._sessions.replaced(replaces)
        if found is None:
            raise Refusal(481)
        if not trusted and found.username != username:
            raise Refusal(403)
        found.check_replaceable(early_only=replaces.early_only)
        return found.id

    def _register(self, arrival: Arrival) -> None:
        self._make_room(in_dialog=False)
        self._registration.receive(arrival)

    def _options(self, arrival: Arrival) -> None:
        """What we can do, §11.2."""
        response = arrival.response(200, tag=self._tag(arrival))
        response.headers.set("Allow", ALLOW)
        response.headers.set("Accept", ACCEPT)
        response.headers.set("Supported", SUPPORTED_FIELD)
        self._layer.send(response, arrival.reply)

    def _open(self, arrival: Arrival) -> Asked:
        return Asked(arrival, self._layer.servers.open(arrival))

    def _make_room(self, *, in_dialog: bool) -> None:
        if not self._layer.has_room(in_dialog):
            raise Refusal(503)

    def _refuse(self, arrival: Arrival, error: PeerError) -> None:
        self._layer.send(refuse(arrival, error, self._tag(arrival)), arrival.reply)

    def _tag(self, arrival: Arrival) -> str:
        """A To-tag that a copy of the request gets as well."""
        identity = " ".join((*arrival.merge_key, *arrival.key))
        digest = hmac.digest(self._secret, identity.encode("utf-8", "surrogateescape"), "sha256")
        return digest[:8].hex()


def _check(request: Request) -> None:
    """What holds inside and outside of dialogs, in the order of §8.2.1 to §8.2.3."""
    if unserved := _unserved(request.method):
        raise unserved
    Uri.parse(request.uri)
    known = OF_REGISTER if request.method == "REGISTER" else SUPPORTED
    wanted = [name for name in request.headers.all("Require") if name.lower() not in known]
    if wanted:
        raise Refusal(420, "", ("Unsupported", ", ".join(wanted)))
    if request.method in OFFERING:
        check_interval(request)
    if request.method in OFFERING and not _takes_sdp(request):
        raise Refusal(406)


def _unserved(method: str) -> Refusal | None:
    if method in METHODS:
        return None
    return Refusal(405 if method in OF_OTHER_RFCS else 501)


def _takes_sdp(request: Request) -> bool:
    """Whether our answer may have a description, §20.1; without Accept it may."""
    if "Accept" not in request.headers:
        return True
    ranges = (value.partition(";")[0].strip() for value in request.headers.all("Accept"))
    return any(each.lower() in (SDP, "application/*", "*/*") for each in ranges)
