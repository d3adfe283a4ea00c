"""All phones on the line, of whatever kind: who asks for something need not know which it is.

Where a user's browser is there, it rings and their SIP phones do not.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol, TypeVar, cast

from engine.browser_line import BrowserLine
from engine.browser_lines import BrowserLines
from engine.header_policy import Fields
from engine.line import Line, Party, SipLine
from engine.sip_lines import SipLines
from engine.trunk_call import TrunkCall
from mixer import Farm, MixerFull, NoTelephoneEvents, Port
from sip import (
    Answered,
    Caller,
    Confirmed,
    InviteReceived,
    Reason,
    Reoffered,
    SessionId,
    SipTransport,
)

DIGIT_MS = (40, 8000)
"""How long a telephone event may be."""

L = TypeVar("L", bound=Line, contravariant=True)
AnyLine = TypeVar("AnyLine", bound=Line)


class Kind(Protocol[L]):
    """What is asked of lines of every kind."""

    def ring(self, line: L) -> None:
        """Tell the phone on a line that was taken that somebody's phone rings."""

    def answer(self, line: L) -> None:
        """Answer the call of a line that was taken."""

    def refuse(self, line: L, status: int) -> None:
        """Reject the call of a line that was taken, and give its port back."""

    def refer(self, line: L, target: str) -> None:
        """Have the phone call somebody else; `ReferProgressed` says how far it is."""

    def grant(self, line: L) -> None:
        """The phone asked for a transfer, and is to have it."""

    def deny(self, line: L, status: int) -> None:
        """It asked for one that cannot be."""

    def report(self, line: L, status: int) -> None:
        """Tell the phone that asked for a transfer what became of it."""

    def answered(self, line: L, event: Answered) -> None:
        """The phone we rang answered. Raises PeerError when its answer does not fit our offer."""

    def confirmed(self, line: L, event: Confirmed) -> None:
        """It has our answer. Raises PeerError."""

    def reoffered(self, line: L, event: Reoffered) -> None:
        """It holds, or resumes; what does not fit leaves the session as it was."""

    def drop(self, line: L, reason: Reason | None = None) -> None:
        """Hang up, unless the phone did; nothing the second time."""


class Lines:
    """Opens lines, finds them, and has what is asked of one done by its kind."""

    def __init__(
        self, sip: SipTransport, phones: SipLines, browsers: BrowserLines, mixer: Farm
    ) -> None:
        self._sip, self._phones, self._browsers, self._mixer = sip, phones, browsers, mixer
        self._kinds = {SipLine: phones, BrowserLine: browsers}

    def reaches(self, username: str, party: Party = Party.AGENT) -> bool:
        """Whether any phone of this user would ring."""
        return self._browsers.reaches(username, party) or self._sip.is_registered(username)

    def of_session(self, session: SessionId) -> Line | None:
        return self._phones.of_session(session) or self._browsers.of_session(session)

    def of_port(self, port: Port) -> Line | None:
        return self._phones.of_port(port) or self._browsers.of_port(port)

    def ended(self, session: SessionId) -> Line | None:
        """The phone's session is over: whose line was it? None when we dropped it ourselves."""
        return self._phones.ended(session) or self._browsers.ended(session)

    def accept(
        self,
        invite: InviteReceived,
        contact_id: str,
        beside: Line | None = None,
        party: Party = Party.CUSTOMER,
    ) -> Line:
        """Answer a call at once. Raises as `take` does."""
        line = self.take(invite, contact_id, beside, party)
        self.answer(line)
        return line

    def take(
        self,
        invite: InviteReceived,
        contact_id: str,
        beside: Line | None = None,
        party: Party = Party.CUSTOMER,
    ) -> Line:
        """A line for a call that comes in and waits for `answer` or `refuse`.

        `beside` is a line of another contact that may join this one.
        Raises PeerError (the offer does not fit) or NoLine; then the caller rejects the session.
        """
        kind = self._browsers if self._browsers.dials(invite.session) else self._phones
        return kind.take(invite, contact_id, beside, party)

    def reject(self, session: SessionId, status: int, reason: str = "") -> None:
        """Reject a call for which no line was taken."""
        if self._browsers.dials(session):
            self._browsers.reject(session, status, reason)
        else:
            self._sip.reject(session, status, reason)

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
    ) -> Line:
        """Ring a user's browser, else all their phones, or the one `device`; who answers has the
        line. Raises NoLine; see `SipLines.call`."""
        if not device and self._browsers.reaches(username, party):
            return self._browsers.call(username, contact_id, party, at_once=at_once)
        return self._phones.call(
            username,
            contact_id,
            party,
            caller=caller,
            identity=identity,
            device=device,
            beside=beside,
            fields=fields,
            listen_only=listen_only,
            at_once=at_once,
        )

    def dial(
        self,
        call: TrunkCall,
        contact_id: str,
        beside: Line | None,
        fields: Fields = (),
        party: Party = Party.CUSTOMER,
    ) -> Line:
        """Call somebody outside, for whoever is on `beside`. Raises NoLine."""
        return self._phones.dial(call, contact_id, beside, fields, party)

    def send_digit(self, line: Line, digit: str, duration_ms: int) -> None:
        """As telephone event, if the phone knows them and not too many still wait."""
        low, high = DIGIT_MS
        with suppress(NoTelephoneEvents, MixerFull):
            self._mixer.send_digits(line.port, digit, duration_ms=min(max(duration_ms, low), high))

    def ring(self, line: Line) -> None:
        self._of(line).ring(line)

    def answer(self, line: Line) -> None:
        self._of(line).answer(line)

    def refuse(self, line: Line, status: int) -> None:
        self._of(line).refuse(line, status)

    def refer(self, line: Line, target: str) -> None:
        self._of(line).refer(line, target)

    def grant(self, line: Line) -> None:
        self._of(line).grant(line)

    def deny(self, line: Line, status: int) -> None:
        self._of(line).deny(line, status)

    def report(self, line: Line, status: int) -> None:
        self._of(line).report(line, status)

    def answered(self, line: Line, event: Answered) -> None:
        self._of(line).answered(line, event)

    def confirmed(self, line: Line, event: Confirmed) -> None:
        self._of(line).confirmed(line, event)

    def reoffered(self, line: Line, event: Reoffered) -> None:
        self._of(line).reoffered(line, event)

    def drop(self, line: Line, reason: Reason | None = None) -> None:
        self._of(line).drop(line, reason)

    def _of(self, line: AnyLine) -> Kind[AnyLine]:
        return cast("Kind[AnyLine]", self._kinds[type(line)])
