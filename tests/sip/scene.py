"""An endpoint and a phone on a wire, as most tests of this folder need them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from config.settings import SipSettings
from sip.digest import ALGORITHMS, Account, ha1
from sip.endpoint import Endpoint
from sip.events import Cause, Ended, Event, InviteReceived, SessionId
from sip.flow import Here
from sip.message import Request, Response
from sip.sdp import SessionDescription
from sip.session_responses import TRYING_AFTER
from tests.rig.virtual_phone import Finished, VirtualPhone, audio
from tests.rig.wire import Address, Passed, Wire
from tests.sip.raw import STRANGER

SERVER: Address = ("10.0.0.1", 5060)
PHONE: Address = ("10.0.0.2", 5070)
OURS = SessionDescription.parse(audio(20000, SERVER[0]))
THEIRS = audio(4000, PHONE[0])

RESENDS_OF_A_2XX = [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]


def account(username: str, password: str = "secret") -> Account:
    realm = SipSettings().realm
    return Account(username, {name: ha1(username, realm, password, name) for name in ALGORITHMS})


def numbered() -> Callable[[], str]:
    """Tokens that are the same in every run."""
    numbers = count(1)
    return lambda: f"{next(numbers):016x}"


class Scene:
    """`server` is the endpoint under test, `phone` calls it and is called as agent1."""

    def __init__(self, wire: Wire | None = None, **settings: Any) -> None:
        self.wire = wire or Wire()
        accounts = {name: account(name) for name in ("agent1", "agent2")}
        self.endpoint = Endpoint(
            SipSettings(host=SERVER[0], port=SERVER[1], **settings),
            accounts,
            Here(*SERVER),
            numbered(),
        )
        self.machine = VirtualPhone("agent1", "secret", SERVER, PHONE)
        self.server = self.wire.attach(self.endpoint, SERVER)
        self.phone = self.wire.attach(self.machine, PHONE)

    @property
    def now(self) -> float:
        return self.wire.now

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left over in the endpoint."""
        return self.endpoint.sessions_open == self.endpoint.transactions_open == 0

    def answers(self) -> None:
        """From here on the endpoint answers each call at once."""
        self.server.react = self._answer

    def dial(self, offer: str = THEIRS) -> None:
        """The phone calls."""
        self.phone.do(self.machine.invite("support", offer, self.now))

    def register(self) -> None:
        self.phone.do(self.machine.register(self.now))
        self.run(1.0)

    def call(self) -> SessionId:
        """The endpoint calls the phone."""
        session, actions = self.endpoint.invite(
            "agent1", caller="Customer", offer=OURS, now=self.now
        )
        self.server.do(actions)
        return session

    def run(self, seconds: float) -> None:
        self.wire.run(self.now + seconds)

    def incoming(self) -> InviteReceived:
        """The last call that came in."""
        event: InviteReceived = self.server.reported(InviteReceived)[-1]
        return event

    def events(self) -> list[Event]:
        return [event for _, event in self.server.events]

    def stranger(self, data: bytes) -> list[Request | Response]:
        """A datagram from the stranger; returns what the endpoint sends back at once."""
        before = len(self.wire.passed)
        self.wire.inject(data, STRANGER, SERVER)
        self.run(0.0)
        return self._back_to_stranger(before)

    def statuses(self, data: bytes) -> list[int]:
        """The same, when only responses are expected, or a 100 where nothing comes at once."""
        before = len(self.wire.passed)
        heard = self.stranger(data)
        if not heard and data.startswith(b"INVITE"):
            self.run(TRYING_AFTER)
            heard = self._back_to_stranger(before)
        return [each.status for each in heard if isinstance(each, Response)]

    def _back_to_stranger(self, before: int) -> list[Request | Response]:
        return [
            passed.message
            for passed in self.wire.passed[before:]
            if (passed.source, passed.target) == (SERVER, STRANGER)
        ]

    def sent(self, name: str) -> list[float]:
        """When the endpoint sent messages of this name."""
        return [
            passed.at
            for passed in self.wire.passed
            if passed.source == SERVER and passed.name == name
        ]

    def _answer(self, event: Event) -> None:
        if isinstance(event, InviteReceived):
            self.server.do(self.endpoint.answer(event.session, OURS, self.now))


def causes(scene: Scene) -> list[Cause]:
    return [event.cause for event in scene.server.reported(Ended)]


def statuses(scene: Scene, method: str = "INVITE") -> list[int]:
    """Final responses the phone got."""
    return [done.status for done in scene.phone.reported(Finished) if done.method == method]


def losing(scene: Scene, name: str, times: int = 1_000_000) -> None:
    """The wire loses the first so many messages of this name."""
    left = [times]

    def drop(passed: Passed) -> bool:
        if passed.name != name or not left[0]:
            return False
        left[0] -= 1
        return True

    scene.wire.drop = drop
