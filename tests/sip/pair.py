"""Two endpoints that call each other: both sides of what sessions do, on one wire."""

from __future__ import annotations

from typing import Any

from config.settings import SipSettings
from sip.endpoint import Endpoint
from sip.events import Answered, Ended, InviteReceived, SessionId
from sip.flow import Here
from sip.sdp import SessionDescription
from tests.rig.virtual_phone import VirtualPhone, audio
from tests.rig.wire import Address, Side, Wire
from tests.sip.scene import account, numbered

CALLER: Address = ("10.0.0.1", 5060)
CALLEE: Address = ("10.0.0.2", 5060)
OFFER = SessionDescription.parse(audio(20000, CALLER[0]))
ANSWER = SessionDescription.parse(audio(30000, CALLEE[0]))


def described(side: Side, direction: str, version: int = 2) -> SessionDescription:
    """What one side says when it changes its mind."""
    port = 20000 if side.address == CALLER else 30000
    return SessionDescription.parse(audio(port, side.address[0], direction, version))


class Pair:
    """`caller` has called `callee`; `calling` and `called` are their ids of that session."""

    calling: SessionId

    def __init__(self, wire: Wire | None = None) -> None:
        self.wire = wire or Wire()
        self.caller, self.callee = self._endpoint(CALLER), self._endpoint(CALLEE)
        registering = VirtualPhone("agent1", "secret", CALLER, ("10.0.0.3", 5060))
        phone = self.wire.attach(registering, ("10.0.0.3", 5060))
        phone.do(registering.register(0.0, contact=f"<sip:agent1@{CALLEE[0]}:{CALLEE[1]}>"))
        self.run(1.0)
        self.wire.passed.clear()

    @property
    def now(self) -> float:
        return self.wire.now

    @property
    def called(self) -> SessionId:
        session: SessionId = self.callee.reported(InviteReceived)[-1].session
        return session

    @property
    def is_empty(self) -> bool:
        sides = (self.caller.node, self.callee.node)
        return all(each.sessions_open == each.transactions_open == 0 for each in sides)

    def call(self, **options: Any) -> None:
        """The caller's INVITE reaches the callee."""
        self.calling, actions = self.caller.node.invite(
            "agent1", **{"caller": "Customer", "offer": OFFER, "now": self.now, **options}
        )
        self.caller.do(actions)
        self.run(0.2)

    def up(self, **options: Any) -> Pair:
        """The call is answered and confirmed, and the wire forgets what passed."""
        self.call(**options)
        self.callee.do(self.callee.node.answer(self.called, ANSWER, self.now))
        self.run(1.0)
        assert self.caller.reported(Answered)
        self.wire.passed.clear()
        return self

    def session_of(self, side: Side) -> SessionId:
        return self.calling if side is self.caller else self.called

    def do(self, side: Side, command: str, *values: Any, **options: Any) -> None:
        """A method of one endpoint on its session."""
        method = getattr(side.node, command)
        side.do(method(self.session_of(side), *values, now=self.now, **options))

    def run(self, seconds: float) -> None:
        self.wire.run(self.now + seconds)

    def ended(self) -> list[Any]:
        """How the session ended, the caller's end of it first."""
        return [event for side in (self.caller, self.callee) for event in side.reported(Ended)]

    def _endpoint(self, address: Address) -> Side:
        settings = SipSettings(host=address[0], port=address[1])
        node = Endpoint(settings, {"agent1": account("agent1")}, Here(*address), numbered())
        return self.wire.attach(node, address)
