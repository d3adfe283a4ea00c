"""Phones that speak SIP: a session, its offer and answer, and the RTP port that belongs to it.

The one place where SDP meets the mixer. Nothing here knows what a contact or an agent is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import ip_address
from itertools import count

from config import MediaSettings
from engine.codecs import offered, wishes
from engine.header_policy import Fields
from engine.line import Line, NoLine, Party, SipLine
from engine.trunk_call import TrunkCall
from mixer import Farm, MixerFull, NoFreePort, Port, Remote, RtpPort, SrtpKeys
from sip import (
    Answered,
    Caller,
    Confirmed,
    InviteReceived,
    Negotiation,
    NotRegistered,
    PeerError,
    Reason,
    Reoffered,
    Sdes,
    SessionId,
    SessionsFull,
    SipTransport,
    Srtp,
    SrtpAgreement,
    Unlocated,
    ip_version,
)
from sip.flow import TLS, Flow

AUTO_ANSWER = (
    ("Answer-Mode", "Auto"),  # RFC 5373; phones that do not know it know one of the others
    ("Call-Info", "<sip:auto-answer.invalid>;answer-after=0"),
    ("Alert-Info", "<urn:alert:service:normal>;info=alert-autoanswer;delay=0"),
)


class SipLines:
    """Opens lines, joins them to the mixer, drops them."""

    def __init__(
        self,
        sip: SipTransport,
        mixer: Farm,
        media: MediaSettings,
        on_open: Callable[[SipLine], None] = lambda line: None,
    ) -> None:
        self._sip, self._mixer, self._settings = sip, mixer, media
        self._on_open = on_open
        self._sdp_ids = count(1)
        self._by_session: dict[SessionId, SipLine] = {}
        self._by_port: dict[Port, SipLine] = {}

    def of_session(self, session: SessionId) -> SipLine | None:
        return self._by_session.get(session)

    def of_port(self, port: Port) -> SipLine | None:
        return self._by_port.get(port)

    def take(
        self,
        invite: InviteReceived,
        contact_id: str,
        beside: Line | None = None,
        party: Party = Party.CUSTOMER,
    ) -> SipLine:
        """A line for a call that comes in and waits for `answer` or `refuse`.

        `beside` is a line of another contact that may join this one.
        Raises PeerError (the offer does not fit) or NoLine; then the caller rejects the session.
        """
        srtp = self._srtp(secure=invite.secure)
        version = ip_version(invite.offer) if invite.offer else ip_address(invite.source[0]).version
        rtp, negotiation = self._media(beside, srtp, version)
        try:
            if invite.offer is None:
                sdp = negotiation.offer()  # the phone answers in its ACK (RFC 3261 §13.2.1)
            else:
                sdp = negotiation.answer(invite.offer)
        except PeerError:
            self._mixer.close_port(rtp.port)
            raise
        return self._add(
            SipLine(
                contact_id,
                party,
                invite.session,
                rtp,
                negotiation,
                username=invite.username or "",
                peer_ip=invite.source[0],
                answer=sdp,
            )
        )

    def ring(self, line: SipLine) -> None:
        """Tell the phone on a line that was taken that somebody's phone rings."""
        self._sip.ring(line.session)

    def answer(self, line: SipLine) -> None:
        """Answer the call of a line that was taken."""
        assert line.answer, "a call is answered once"
        sdp, line.answer = line.answer, None
        self._join(line)
        self._sip.answer(line.session, sdp)

    def refuse(self, line: SipLine, status: int) -> None:
        """Reject the call of a line that was taken, and give the RTP port back."""
        if self._by_session.pop(line.session, None) is not None:
            self._sip.reject(line.session, status)
        self.drop(line)

    def refer(self, line: SipLine, target: str) -> None:
        """Have the phone call somebody else; `ReferProgressed` says how far it is."""
        self._sip.refer(line.session, target)

    def report(self, line: SipLine, status: int) -> None:
        """Tell the phone that asked for a transfer what became of it."""
        self._sip.notify_refer(line.session, status)

    def call(
        self,
        username: str,
        contact_id: str,
        party: Party,
        *,
        caller: str,
        identity: Caller | None = None,
        device: str = "",
        beside: Line | None,
        fields: Fields = (),
        listen_only: bool = False,
        at_once: bool = False,
    ) -> SipLine:
        """Ring all phones of a user, or the one `device`; who answers has the line.

        `caller` is the name it shows, `beside` a line of the contact, if it has one. `identity` is
        for whom, and whether that may be told; `fields` join those of the INVITE. What a phone
        sends that is to listen only is heard by nobody: the media core drops it. Those that are to
        answer `at_once` are asked to, without anybody's doing. Raises NoLine.
        """
        try:
            srtp, version = self._for_all(self._sip.flows_to(username, device))
        except (NotRegistered, PeerError) as error:
            raise NoLine(str(error)) from error
        rtp, negotiation = self._media(beside, srtp, version, listen_only=listen_only)
        try:
            session = self._sip.invite(
                username,
                device,
                caller=caller,
                offer=negotiation.offer(),
                extra_headers=(*fields, *(AUTO_ANSWER if at_once else ())),
                identity=identity,
                on_behalf_of=beside.session if beside and party is Party.AGENT else None,
            )
        except (NotRegistered, SessionsFull) as error:
            self._mixer.close_port(rtp.port)
            raise NoLine(str(error)) from error
        return self._add(SipLine(contact_id, party, session, rtp, negotiation, username=username))

    def dial(
        self,
        call: TrunkCall,
        contact_id: str,
        beside: Line | None,
        fields: Fields = (),
        party: Party = Party.CUSTOMER,
    ) -> SipLine:
        """Call somebody outside, for whoever is on `beside`. Raises NoLine."""
        try:
            srtp = self._srtp(secure=call.secure)
        except PeerError as error:
            raise NoLine(str(error)) from error
        rtp, negotiation = self._media(beside, srtp, call.ip_version)
        try:
            session = self._sip.invite_uri(
                call.uri,
                from_uri=call.from_.uri,
                from_display=call.from_.display,
                offer=negotiation.offer(),
                routes=call.routes,
                extra_headers=(*call.fields, *fields),
                logins=call.logins,
                patience=call.patience,
                on_behalf_of=beside.session if beside else None,
            )
        except (Unlocated, SessionsFull, PeerError) as error:
            self._mixer.close_port(rtp.port)
            raise NoLine(str(error)) from error
        return self._add(SipLine(contact_id, party, session, rtp, negotiation))

    def grant(self, line: SipLine) -> None:
        """The phone asked for a transfer, and is to have it."""
        self._sip.accept_refer(line.session)

    def deny(self, line: SipLine, status: int) -> None:
        """It asked for one that cannot be."""
        self._sip.reject_refer(line.session, status)

    def answered(self, line: SipLine, event: Answered) -> None:
        """The phone we rang answered. Raises PeerError when its answer does not fit our offer."""
        line.peer_ip = event.source[0]
        if event.plain:
            line.negotiation.forget_keys()
        if event.answer:
            line.negotiation.accept(event.answer)
        elif not event.settled:
            raise PeerError("200 without an SDP answer", status=488)
        self._join(line)

    def confirmed(self, line: SipLine, event: Confirmed) -> None:
        """The ACK came, with the answer when our 200 carried the offer. Raises PeerError."""
        if event.answer is not None:
            line.negotiation.accept(event.answer)
            self._join(line)
        elif line.negotiation.remote is None:
            raise PeerError("ACK without the SDP answer to our offer", status=488)

    def reoffered(self, line: SipLine, event: Reoffered) -> None:
        """Answer a re-INVITE; what does not fit leaves the session as it was."""
        try:
            if event.offer is None:
                sdp = line.negotiation.offer()
            else:
                sdp = line.negotiation.answer(event.offer)
        except PeerError as error:
            self._sip.reject_reoffer(line.session, error.status)
            return
        self._join(line)
        self._sip.accept_reoffer(line.session, sdp)

    def drop(self, line: SipLine, reason: Reason | None = None) -> None:
        """Hang up, unless the phone did, and give the RTP port back; nothing the second time."""
        if self._by_port.pop(line.rtp.port, None) is None:
            return
        if self._by_session.pop(line.session, None) is not None:
            self._sip.hang_up(line.session, reason)
        self._mixer.close_port(line.rtp.port)

    def ended(self, session: SessionId) -> SipLine | None:
        """The phone's session is over: whose line was it? None when we dropped it ourselves."""
        return self._by_session.pop(session, None)

    def _add(self, line: SipLine) -> SipLine:
        self._by_session[line.session] = line
        self._by_port[line.rtp.port] = line
        self._on_open(line)
        return line

    def _for_all(self, flows: Sequence[Flow]) -> tuple[Srtp, int]:
        """For one offer to several phones: the IP version that all speak. Raises PeerError."""
        secure = any(flow.transport == TLS for flow in flows)
        return self._srtp(secure=secure), min(flow.ip_version for flow in flows)

    def _srtp(self, *, secure: bool) -> Srtp:
        """What is wished of a leg; `secure`: its signalling is. Raises PeerError."""
        if self._settings.srtp == "always" and not secure:
            raise PeerError("Only calls with SRTP, over TLS", status=488)
        wishes = {"never": Srtp.NEVER, "secure": Srtp.OFFERED, "always": Srtp.REQUIRED}
        return wishes[self._settings.srtp] if secure else Srtp.NEVER

    def _media(
        self,
        beside: Line | None,
        srtp: Srtp,
        version: int | None,
        *,
        listen_only: bool = False,
    ) -> tuple[RtpPort, Negotiation]:
        """In IPv6 where that is the version of the phone, and we have an address in it."""
        host6 = self._settings.host6 if version == 6 else None
        try:
            rtp = self._mixer.open_rtp(
                beside=beside.port if beside else None,
                ipv6=host6 is not None,
                listen_only=listen_only,
            )
        except (MixerFull, NoFreePort) as error:
            raise NoLine(str(error)) from error
        codecs = offered(self._settings.codecs, beside.codec if beside else None)
        negotiation = Negotiation(
            host6 or self._settings.host,
            rtp.rtp_port,
            codecs,
            next(self._sdp_ids),
            sdes=Sdes(srtp),
            rtcp_mux=self._settings.rtcp_mux == "offered",
        )
        return rtp, negotiation

    def _join(self, line: SipLine) -> None:
        """Tell the mixer where the phone is, once it is known."""
        remote = line.negotiation.remote
        if remote is None:
            return
        self._mixer.set_remote(
            line.rtp.port,
            Remote(
                address=remote.address,
                rtp_port=remote.port,
                codec=remote.codec.name,
                payload_type=remote.codec.payload_type,
                receive_payload_type=remote.receive_payload_type,
                telephone_event=remote.telephone_event,
                receive_telephone_event=remote.receive_telephone_event,
                learn_from=_seen_elsewhere(line.peer_ip, remote.address),
                srtp=_keys(remote.srtp),
                clock_rate=remote.codec.clock_rate,
                ptime_ms=remote.ptime,
                rtcp_mux=remote.rtcp_mux,
                **wishes(remote.codec),
            ),
        )
        if self._settings.inband_dtmf == "fallback" and line.party is Party.CUSTOMER:
            self._mixer.detect_tones(line.rtp.port, remote.receive_telephone_event is None)


def _seen_elsewhere(peer_ip: str | None, address: str) -> str | None:
    """Where the RTP of a phone behind NAT comes from: where its signalling does, in that family."""
    if peer_ip is None:
        return None
    seen, said = ip_address(peer_ip.partition("%")[0]), ip_address(address)
    return str(seen) if seen.version == said.version and seen != said else None


def _keys(agreed: SrtpAgreement | None) -> SrtpKeys | None:
    if agreed is None:
        return None
    return SrtpKeys(agreed.suite, send=agreed.ours.key, receive=agreed.theirs.key)
