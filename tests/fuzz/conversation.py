"""A whole conversation with the endpoint, read off octets: messages of both roles, wishes, time.

Whatever is said, nothing may raise, everything sent must make sense, and when all is hung up and
all timers have run nothing may be left.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any, Final

from config.settings import SipSettings
from sip.actions import Action, Report, Send
from sip.digest import credentials
from sip.endpoint import Endpoint
from sip.events import InviteReceived, SessionId
from sip.flow import TCP, UDP, Flow, Here
from sip.message import Request, parse
from sip.sdp import SessionDescription
from sip.sessions import SessionsFull
from tests.fuzz.dice import Dice
from tests.fuzz.mutation import mutate
from tests.fuzz.seeds import BODIES, CHALLENGE, EXTRAS, MESSAGES, METHODS
from tests.rig.virtual_phone import audio
from tests.sip.raw import STRANGER, request, response
from tests.sip.scene import SERVER, account, numbered

MAX_STEPS: Final = 40
MAX_TICKS: Final = 20_000
MAX_ACTIONS: Final = 40  # that one message, wish or moment may ask for
REMEMBERED: Final = 6
FLOWS: Final = (Flow(UDP, *STRANGER), Flow(TCP, *STRANGER, 1), Flow(UDP, "10.0.0.8", 4321))
STATUSES: Final = (100, 180, 183, 200, 202, 302, 401, 407, 408, 422, 481, 486, 487, 491, 503, 699)
WAITS: Final = (0.0, 0.01, 0.2, 0.5, 2.0, 4.0, 16.0, 33.0, 181.0, 950.0)
OURS: Final = tuple(
    SessionDescription.parse(audio(20000, SERVER[0], direction, version))
    for version, direction in enumerate(("sendrecv", "sendonly", "inactive"), 1)
)


class Conversation:
    """Use once: `run`."""

    def __init__(self) -> None:
        settings = SipSettings(host=SERVER[0], port=SERVER[1], max_sessions=8, max_transactions=40)
        accounts = {name: account(name) for name in ("agent1", "agent2")}
        self.endpoint = Endpoint(settings, accounts, Here(*SERVER), numbered())
        self.now = 0.0
        self._asked: list[Request] = []  # by the endpoint
        self._sent: list[Send] = []  # by the endpoint, and waiting for a response
        self._tags = [""]
        self._sessions = [SessionId("nobody")]
        self._last = b"hello"

    def run(self, octets: bytes) -> None:
        dice = Dice(octets)
        for _ in range(MAX_STEPS):
            if dice.used_up:
                break
            dice.pick(STEPS)(self, dice)
        self._finish()

    def _finish(self) -> None:
        for session in self._sessions:
            self._do(self.endpoint.hang_up(session, self.now))
        for _ in range(MAX_TICKS):
            if self.endpoint.deadline == inf:
                break
            self.now = max(self.now, self.endpoint.deadline)
            self._do(self.endpoint.tick(self.now))
        left = self.endpoint.sessions_open, self.endpoint.transactions_open, self.endpoint.deadline
        assert left == (0, 0, inf), f"left over: sessions, transactions, deadline = {left}"

    # What may happen

    def ask(self, dice: Dice) -> None:
        """A request of the peer, in some dialog or none, whole or damaged."""
        fields = [dice.pick(EXTRAS) for _ in range(dice.below(4))]
        data = request(
            dice.pick(METHODS),
            *fields,
            branch=f"b{dice.below(4)}",
            cseq=dice.below(6),
            call_id=dice.pick([*(asked.call_id for asked in self._asked), "c0", "c1"]),
            from_tag=dice.pick([*(asked.to.tag or "" for asked in self._asked), "f0", "f1"]),
            to_tag=dice.pick(self._tags),
            body=dice.pick(BODIES),
        )
        self._receive(mutate(data, dice) if dice.below(4) == 0 else data, dice)

    def reply(self, dice: Dice) -> None:
        """A response to something the endpoint asked."""
        if self._asked:
            fields = [dice.pick(EXTRAS).partition(": ")[::2] for _ in range(dice.below(4))]
            data = response(
                dice.pick(self._asked),
                dice.pick(STATUSES),
                *((name, value) for name, value in fields),
                to_tag=f"t{dice.below(3)}",
                body=dice.pick(BODIES),
            )
            self._receive(mutate(data, dice) if dice.below(4) == 0 else data, dice)

    def again(self, dice: Dice) -> None:
        """The last message once more."""
        self._receive(self._last, dice)

    def noise(self, dice: Dice) -> None:
        self._receive(mutate(dice.pick(MESSAGES), dice), dice)

    def wish(self, dice: Dice) -> None:
        """Something the engine may ask of a session, whether it fits or not."""
        command, values = dice.pick(WISHES)
        session = dice.pick(self._sessions)
        given = [dice.pick(OURS) if value is OURS else value for value in values]
        method: Callable[..., list[Action]] = getattr(self.endpoint, command)
        self._do(method(session, *given, now=self.now))

    def call(self, dice: Dice) -> None:
        """The endpoint calls the peer, which registers for it."""
        if not self.endpoint.is_registered("agent1"):
            self._register(dice)
        try:
            session, actions = self.endpoint.invite(
                "agent1",
                caller="Customer",
                offer=dice.pick(OURS),
                logins={"earshot": account("agent1")},
                now=self.now,
            )
        except SessionsFull:
            return
        self._sessions.append(session)
        self._do(actions)

    def wait(self, dice: Dice) -> None:
        until = self.now + dice.pick(WAITS)
        for _ in range(MAX_TICKS):
            if self.endpoint.deadline > until:
                break
            self.now = max(self.now, self.endpoint.deadline)
            self._do(self.endpoint.tick(self.now))
        self.now = until

    def undelivered(self, dice: Dice) -> None:
        """A request of the endpoint did not reach the wire."""
        if self._sent:
            self._do(self.endpoint.undelivered(dice.pick(self._sent), self.now))

    # What comes of it

    def _receive(self, data: bytes, dice: Dice) -> None:
        self._last = data
        self._do(self.endpoint.receive(data, dice.pick(FLOWS), self.now))

    def _do(self, actions: list[Action]) -> None:
        assert len(actions) <= MAX_ACTIONS, f"{len(actions)} actions at once"
        for action in actions:
            if isinstance(action, Send):
                self._note(action)
            elif isinstance(action, Report) and isinstance(action.event, InviteReceived):
                self._sessions.append(action.event.session)

    def _note(self, send: Send) -> None:
        if send.data.startswith(b"SIP/2.0 "):
            tag = send.data.partition(b"\r\nTo: ")[2].partition(b"\r\n")[0].rpartition(b";tag=")[2]
            self._remember(self._tags, tag.decode("latin-1")[:20])
            return
        message = parse(send.data)  # what we ask must be sound
        assert isinstance(message, Request)
        self._remember(self._asked, message)
        if send.request:
            self._remember(self._sent, send)

    @staticmethod
    def _remember(memory: list[Any], item: Any) -> None:
        memory.append(item)
        del memory[:-REMEMBERED]

    def _register(self, dice: Dice) -> None:
        plain = request("REGISTER", "Expires: 3600", branch="r1", call_id="r", uri="sip:10.0.0.1")
        plain = plain.replace(b"<sip:stranger@10.0.0.9>;", b"<sip:agent1@10.0.0.9>;")
        plain = plain.replace(b"<sip:support@10.0.0.1>", b"<sip:agent1@10.0.0.1>")
        (challenge, *_) = self.endpoint.receive(plain, FLOWS[0], self.now)
        assert isinstance(challenge, Send)
        offered = parse(challenge.data).headers.lines("WWW-Authenticate") or (CHALLENGE,)
        proof = credentials(offered, "agent1", "secret", "REGISTER", "sip:10.0.0.1", cnonce="c")
        proven = plain.replace(b"CSeq: 1", f"Authorization: {proof}\r\nCSeq: 2".encode())
        flow = dice.pick(FLOWS[:2])
        self._do(self.endpoint.receive(proven.replace(b"z9hG4bKr1", b"z9hG4bKr2"), flow, self.now))


WISHES: Final[tuple[tuple[str, tuple[Any, ...]], ...]] = (
    *(("ring", ()), ("answer", (OURS,)), ("answer", (OURS,)), ("reject", (486,))),
    *(("challenge", ()), ("hang_up", ()), ("accept_reoffer", (OURS,)), ("reject_reoffer", (488,))),
    *(("reoffer", (OURS,)), ("accept_refer", ()), ("reject_refer", (603,))),
    *(("notify_refer", (180,)), ("notify_refer", (200,))),
)
STEPS: Final[tuple[Callable[[Conversation, Dice], None], ...]] = (
    *(Conversation.ask, Conversation.ask, Conversation.ask, Conversation.reply, Conversation.reply),
    *(Conversation.wish, Conversation.wish, Conversation.wait, Conversation.again),
    *(Conversation.noise, Conversation.call, Conversation.undelivered),
)
