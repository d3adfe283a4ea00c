"""A call that takes the place of another one in a contact: INVITE with Replaces, RFC 3891.

The contact goes on, and so do its recording and its monitors: only the line is another. In the
place of a phone that still rings, the call is the answer to it (call pickup, §5).
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from engine.call import Input
from engine.line import Line, Party
from engine.lines import Lines
from engine.live import LiveContact
from engine.registry import Registry
from sip import ELSEWHERE, InviteReceived, PeerError, SessionId

CALL_GONE, DECLINE = 481, 603
log = structlog.get_logger("engine.replacements")


class Replacements:
    """Takes in every such call. `changed` has the routes of a contact made anew."""

    def __init__(
        self,
        lines: Lines,
        registry: Registry,
        step: Callable[[LiveContact, Input], None],
        changed: Callable[[LiveContact], None],
    ) -> None:
        self._lines, self._registry = lines, registry
        self._step, self._changed = step, changed

    def start(self, invite: InviteReceived) -> None:
        """Answer the call in the place of the one it names. Raises PeerError, NoLine."""
        assert invite.replaces, "only a call with Replaces replaces another"
        old, live = self._found(invite.replaces)
        check(old, invite.username or "")
        line = self._lines.accept(invite, live.contact_id, live.customer, old.party)
        log.info("line replaced", contact_id=live.contact_id, party=old.party.name)
        if old is live.ringing:
            live.ringing = line
            self._lines.drop(old, ELSEWHERE)
            self._step(live, Input.AGENT_ANSWERED)
            return
        if old is live.customer:
            live.customer = line
        else:
            live.agent = line
        self._changed(live)
        self._lines.drop(old)

    def _found(self, session: SessionId) -> tuple[Line, LiveContact]:
        line = self._lines.of_session(session)
        live = self._registry.get(line.contact_id) if line else None
        if line is None or live is None:
            raise PeerError("There is no such call", status=CALL_GONE)
        return line, live


def check(old: Line, username: str) -> None:
    """Raise PeerError unless `username` may take the place of this line; "" is a trusted stranger.

    SIP has let through whoever owns the session and whom we trust: but a network that may speak
    for its callers does not speak for our agents. Who listens was let in as a person, with a phone.
    """
    if old.party is Party.SUPERVISOR or old.username != username:
        raise PeerError("Not yours to replace", status=DECLINE)
