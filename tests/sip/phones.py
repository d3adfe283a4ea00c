"""An endpoint and several phones of one user."""

from __future__ import annotations

from typing import Any

from config.settings import SipSettings
from sip.endpoint import Endpoint
from sip.events import SessionId
from sip.flow import Here
from sip.message import Request
from sip.sdp import SessionDescription
from tests.rig.virtual_phone import Called, HungUp, VirtualPhone, audio
from tests.rig.wire import Address, Side, Wire
from tests.sip.scene import OURS, SERVER, account, numbered


class Desk:
    """Phone `n` is at 10.0.0.(10+n) and has registered with the n-th of `contacts`, in which `{}`
    is its URI; the last to register is called first among equals.
    """

    def __init__(self, *contacts: str) -> None:
        self.wire = Wire()
        self.node = Endpoint(
            SipSettings(host=SERVER[0], port=SERVER[1], keepalive_seconds=0),
            {"agent1": account("agent1")},
            Here(*SERVER),
            numbered(),
        )
        self.server = self.wire.attach(self.node, SERVER)
        self.machines: list[VirtualPhone] = []
        self.sides: list[Side] = []
        for number, contact in enumerate(contacts):
            address: Address = (f"10.0.0.{10 + number}", 5070)
            machine = VirtualPhone("agent1", "secret", SERVER, address)
            side = self.wire.attach(machine, address)
            uri = f"<sip:agent1@{address[0]}:{address[1]}>"
            side.do(machine.register(self.now, contact=contact.format(uri)))
            self.machines.append(machine)
            self.sides.append(side)
            self.run(1.0)

    @property
    def now(self) -> float:
        return self.wire.now

    @property
    def is_empty(self) -> bool:
        return self.node.sessions_open == self.node.transactions_open == 0

    def run(self, seconds: float) -> None:
        self.wire.run(self.now + seconds)

    def call(self, device: str = "", offer: SessionDescription | None = OURS) -> SessionId:
        session, actions = self.node.invite(
            "agent1", device, caller="Customer", offer=offer, now=self.now
        )
        self.server.do(actions)
        self.run(0.1)
        return session

    def hang_up(self, session: SessionId) -> None:
        self.server.do(self.node.hang_up(session, self.now))
        self.run(0.1)

    def do(self, phone: int, command: str, *values: Any) -> None:
        self.sides[phone].do(getattr(self.machines[phone], command)(*values))
        self.run(0.1)

    def answer(self, phone: int) -> None:
        self.do(phone, "answer", audio(4000 + phone, self.machines[phone].address[0]), self.now)

    def rung(self) -> list[int]:
        """Which phones were called, and how often."""
        return [len(side.reported(Called)) for side in self.sides]

    def ended(self, phone: int) -> list[HungUp]:
        return self.sides[phone].reported(HungUp)

    def invites(self) -> list[Request]:
        passed = [each.message for each in self.wire.passed if each.name == "INVITE"]
        return [each for each in passed if isinstance(each, Request)]
