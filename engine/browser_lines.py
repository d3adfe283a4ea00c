"""Browsers on the line: what `sip_lines` is for phones that speak SIP.

What the page does is told in the words in which a phone's doing is told, so that calls, queues,
transfers and monitors know no difference. Where a browser is there, it rings instead of the user's
SIP phones. Nothing here knows what a contact or an agent is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from engine.browser_line import BrowserLine, Leg, Stage
from engine.line import Line, NoLine, Party
from mixer import Port
from sip import (
    Answered,
    Caller,
    Cause,
    Confirmed,
    Ended,
    Event,
    InviteReceived,
    PeerError,
    Progressed,
    Reason,
    ReferProgressed,
    Registered,
    Reoffered,
    SessionId,
    Unregistered,
)
from sip.headers import Headers

RINGING, DECLINE, GONE, NOT_ALLOWED = 180, 603, 480, 405
NOWHERE = ("", 0)
"""The source of what a page does: it came by the API, which knows who asked."""


class BrowserLines:
    """The legs that are there, and their lines. `on_event` is told what the pages do."""

    def __init__(self, on_event: Callable[[Event], None]) -> None:
        self._on_event = on_event
        self._legs: dict[str, Leg] = {}
        self._by_session: dict[SessionId, BrowserLine] = {}
        self._dialled: dict[SessionId, PeerError | None] = {}  # and why it cannot be
        self._listeners: list[Callable[[str], None]] = []
        self._loop = asyncio.get_running_loop()

    def listen(self, listener: Callable[[str], None]) -> None:
        """It is told of a user whose browser may be other than before: it looks later."""
        self._listeners.append(listener)

    def changed(self, username: str) -> None:
        for listener in self._listeners:
            listener(username)

    # The legs

    def leg(self, username: str) -> Leg | None:
        return self._legs.get(username)

    def join(self, leg: Leg) -> None:
        """A browser has come: from now on it rings, unless it has no microphone."""
        self._legs[leg.username] = leg
        self.told(leg)

    def told(self, leg: Leg) -> None:
        """Whether this user can be rung may have changed."""
        self.changed(leg.username)
        if self.reaches(leg.username, Party.AGENT):
            self._on_event(Registered(leg.username, "", 0))
        else:
            self._on_event(Unregistered(leg.username))

    def leave(self, leg: Leg, cause: Cause) -> None:
        """The browser is gone, and the calls on it with it."""
        self._legs.pop(leg.username, None)
        self.changed(leg.username)
        for line in tuple(leg.lines):
            self._end(line, cause)
        self._on_event(Unregistered(leg.username))

    def reaches(self, username: str, party: Party) -> bool:
        """Whether a browser of this user would ring; who only listens needs no microphone."""
        leg = self._legs.get(username)
        if leg is None or not leg.is_up:
            return False
        return party is Party.SUPERVISOR or not leg.listen_only

    # What the page does; each line belongs to the user who asks

    def of(self, username: str, contact_id: str) -> BrowserLine | None:
        """The user's line in a contact."""
        leg = self._legs.get(username)
        mine = leg.lines if leg else ()
        return next((line for line in mine if line.contact_id == contact_id), None)

    def accept(self, line: BrowserLine) -> None:
        """The page takes the call that rings."""
        line.stage, line.since = Stage.UP, datetime.now(UTC)
        self._on_event(Answered(line.session, None, NOWHERE))

    def hang_up(self, line: BrowserLine) -> None:
        """The page ends the call, gives up calling, or does not take what rings."""
        causes = {Stage.RINGING: Cause.REFUSED, Stage.DIALLING: Cause.CANCELLED}
        self._end(line, causes.get(line.stage, Cause.REMOTE_BYE))

    def hold(self, line: BrowserLine, held: bool) -> None:
        """The page holds or resumes."""
        if held is not line.held:
            line.held, line.since = held, datetime.now(UTC)
        self.moved(line.leg)  # on the others, too, another may be heard now

    def mute(self, leg: Leg, muted: bool) -> None:
        leg.muted = muted
        self.moved(leg)

    def moved(self, leg: Leg) -> None:
        """Its media is on another port, or other parties are heard."""
        self.changed(leg.username)
        for one in tuple(leg.lines):
            self._on_event(Reoffered(one.session, None))

    def dial(self, username: str, number: str, name: str) -> None:
        """The page calls a number, or a colleague; `name` is what they see. Raises PeerError."""
        leg = self._legs.get(username)
        if leg is None or not self.reaches(username, Party.AGENT):
            raise PeerError("There is no browser to call from", status=GONE)
        session = SessionId(f"browser-{uuid4()}")
        caller = Caller(f"sip:{username}@browser.invalid", username, name)
        self._dialled[session] = None
        self._on_event(
            InviteReceived(session, number, caller, username, None, NOWHERE, Headers(()))
        )
        if refused := self._dialled.pop(session):
            raise refused

    def dials(self, session: SessionId) -> bool:
        """Whether a page has just dialled this."""
        return session in self._dialled

    # What Lines asks of every kind

    def of_session(self, session: SessionId) -> BrowserLine | None:
        return self._by_session.get(session)

    def of_port(self, port: Port) -> BrowserLine | None:
        """The line that is talked on there."""
        lines = (line for line in self._by_session.values() if line.port == port)
        return next((line for line in lines if line.stage is Stage.UP and not line.held), None)

    def take(
        self, invite: InviteReceived, contact_id: str, beside: Line | None, party: Party
    ) -> BrowserLine:
        """A line for what the page dials. Raises NoLine."""
        leg = self._legs.get(invite.username or "")
        if leg is None:
            raise NoLine("the browser is gone")
        for one in tuple(leg.lines):
            if one.stage is Stage.UP and one.party is not Party.SUPERVISOR:
                self.hold(one, True)
        return self._add(
            BrowserLine(
                contact_id, party, invite.session, leg, Stage.DIALLING, username=leg.username
            )
        )

    def call(self, username: str, contact_id: str, party: Party, *, at_once: bool) -> BrowserLine:
        """Ring in the page. Who asked to listen has answered already."""
        leg = self._legs[username]
        session = SessionId(f"browser-{uuid4()}")
        line = BrowserLine(contact_id, party, session, leg, username=username)
        answers = at_once or party is Party.SUPERVISOR
        self._loop.call_soon(self._answers if answers else self._rings, line)
        return self._add(line)

    def reject(self, session: SessionId, status: int, reason: str = "") -> None:
        """What the page dialled cannot be."""
        if session in self._dialled:
            self._dialled[session] = PeerError(reason or "Not available", status=status)

    def ring(self, line: BrowserLine) -> None:
        """The page sees by itself that somebody's phone rings."""

    def answer(self, line: BrowserLine) -> None:
        line.stage, line.since = Stage.UP, datetime.now(UTC)
        self._loop.call_soon(self._on_event, Confirmed(line.session, None))

    def refuse(self, line: BrowserLine, status: int) -> None:
        self.reject(line.session, status)
        self.drop(line)

    def refer(self, line: BrowserLine, target: str) -> None:
        """A browser calls nobody elsewhere."""
        refused = ReferProgressed(line.session, NOT_ALLOWED, over=True)
        self._loop.call_soon(self._on_event, refused)

    def grant(self, line: BrowserLine) -> None:
        """The API has answered the page."""

    def deny(self, line: BrowserLine, status: int) -> None:
        """The same."""

    def report(self, line: BrowserLine, status: int) -> None:
        """How a transfer goes the page sees by itself."""

    def answered(self, line: BrowserLine, event: Answered) -> None:
        """There is nothing to agree on: the leg is up."""

    def confirmed(self, line: BrowserLine, event: Confirmed) -> None:
        """The same."""

    def reoffered(self, line: BrowserLine, event: Reoffered) -> None:
        """The page's wish is done already."""

    def drop(self, line: BrowserLine, reason: Reason | None = None) -> None:
        """The line is over; the leg stays. Nothing the second time."""
        line.stage = Stage.ENDED
        self._by_session.pop(line.session, None)
        if line in line.leg.lines:
            line.leg.lines.remove(line)
            line.leg.muted = line.leg.muted and bool(line.leg.lines)
            self.changed(line.username)

    def ended(self, session: SessionId) -> BrowserLine | None:
        return self._by_session.pop(session, None)

    def _answers(self, line: BrowserLine) -> None:
        if line.stage is Stage.RINGING:
            self.accept(line)

    def _rings(self, line: BrowserLine) -> None:
        if line.stage is Stage.RINGING:
            self._on_event(Progressed(line.session, RINGING, None))

    def _end(self, line: BrowserLine, cause: Cause) -> None:
        status = DECLINE if cause is Cause.REFUSED else None
        self._on_event(Ended(line.session, cause, status))
        self.drop(line)

    def _add(self, line: BrowserLine) -> BrowserLine:
        line.since = datetime.now(UTC)
        line.leg.lines.append(line)
        self._by_session[line.session] = line
        self.changed(line.username)
        return line
