"""A whole conversation with the endpoint, read off octets: messages of both roles, wishes, time.

Whatever is said, nothing may raise, everything sent must make sense, each session must end once
and say nothing after, and when all is hung up and all timers have run nothing may be left.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from typing import Any, Final

from config.settings import SipSettings
from sip.actions import Action, Report, Resolve, Send
from sip.endpoint import Endpoint
from sip.errors import PeerError
from sip.events import Ended, InviteReceived, Referred, SessionId
from sip.flow import TCP, TLS, UDP, Flow, Here, Place
from sip.identity import Caller
from sip.kept_binding import KeptBinding
from sip.locate import Answer, Question
from sip.message import Request, Response, parse
from tests.fuzz.dice import Dice
from tests.sip.raw import STRANGER
from tests.sip.scene import SERVER, account, numbered

MAX_STEPS: Final = 40
MAX_TICKS: Final = 20_000
MAX_ACTIONS: Final = 40  # that one message, wish or moment may ask for
REMEMBERED: Final = 6
TRUSTED: Final = "10.0.0.8"
FLOWS: Final = (
    *(Flow(UDP, *STRANGER), Flow(TCP, *STRANGER, 1), Flow(UDP, TRUSTED, 4321)),
    Flow(TLS, *STRANGER, 2, listener=2),
)
NOTHING: Final = Answer((), 60.0)


@dataclass(frozen=True, slots=True)
class Dialog:
    """As the peer knows it; `ours` is the tag of the endpoint."""

    call_id: str
    theirs: str
    ours: str


class Conversation:
    """Use once: `run`. What the steps need to know is public."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked: list[Request] = []  # by the endpoint: the last two of each method
        self.sent: list[Send] = []  # by the endpoint, and waiting for a response
        self.dialogs = [Dialog("c0", "f0", "")]
        self.confirmed = [self.dialogs[0]]  # which the peer has acknowledged
        self.sessions = [SessionId("nobody")]
        self.questions: list[Question] = []
        self.callers: list[Caller | None] = [None]  # as the endpoint understood them
        self.targets: list[str] = []  # of transfers and redirections, as they were asked for
        self.has_trunks = False
        self.last = b"hello"
        self.cseq = self.dialled = 1
        self._tokens = numbered()
        self._kept: dict[str, list[tuple[float, str]]] = {}  # until when, and the facts
        self._open: set[SessionId] = set()
        self._ended: set[SessionId] = set()
        self.endpoint = self._endpoint()

    def run(self, octets: bytes, steps: Sequence[Callable[[Conversation, Dice], None]]) -> None:
        dice = Dice(octets)
        for _ in range(MAX_STEPS):
            if dice.used_up:
                break
            dice.pick(steps)(self, dice)
        self._finish()

    def receive(self, data: bytes, flow: Flow) -> None:
        self.last = data
        self.do(self.endpoint.receive(data, flow, self.now))

    def resolve(self, question: Question, answer: Answer) -> None:
        self.questions.remove(question)
        self.do(self.endpoint.resolved(question, answer, self.now))

    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        for _ in range(MAX_TICKS):
            if self.endpoint.deadline > until:
                break
            self._tick()
        self.now = until

    def calls(self, session: SessionId, actions: list[Action]) -> None:
        """The endpoint calls: this session has begun."""
        self.begins(session)
        self.do(actions)

    def begins(self, session: SessionId) -> None:
        self.sessions.append(session)
        self._open.add(session)

    def need_not_end(self, session: SessionId) -> None:
        """It was challenged, which ends it without a word."""
        self._open.discard(session)

    def restart(self) -> None:
        """The endpoint is gone; another goes on with the registrations that were written down."""
        self.keep()
        self.endpoint = self._endpoint()
        self.questions.clear()
        self.has_trunks = False
        self._open.clear()
        kept = [
            KeptBinding(username, until - self.now, json.loads(facts))
            for username, held in self._kept.items()
            for until, facts in held
        ]
        self.do(self.endpoint.restore_bindings(kept, self.now))

    def keep(self) -> None:
        for username, held in self.endpoint.changed_bindings(self.now).items():
            written = [(self.now + one.seconds, json.dumps(one.facts)) for one in held]
            self._kept[username] = written

    def do(self, actions: list[Action]) -> None:
        assert len(actions) <= MAX_ACTIONS, f"{len(actions)} actions at once"
        for action in actions:
            if isinstance(action, Send):
                self._note(action)
            elif isinstance(action, Resolve):
                assert action.question not in self.questions, "asked twice at once"
                self.questions.append(action.question)
            elif isinstance(action, Report):
                self._hear(action.event)

    def remember(self, memory: list[Any], item: Any) -> None:
        memory.append(item)
        del memory[:-REMEMBERED]

    def _endpoint(self) -> Endpoint:
        settings = SipSettings(
            host=SERVER[0],
            port=SERVER[1],
            max_sessions=8,
            max_transactions=40,
            trusted_sources=(f"{TRUSTED}/32",),
        )
        accounts = {name: account(name) for name in ("agent1", "agent2")}
        here = Here(*SERVER, more=(Place(TLS, SERVER[0], 5061),))
        return Endpoint(settings, accounts, here, self._tokens)

    def _finish(self) -> None:
        self.do(self.endpoint.close_trunks(self.now))
        for session in self.sessions:
            self.do(self.endpoint.hang_up(session, self.now))
        for _ in range(MAX_TICKS):
            while self.questions:
                self.resolve(self.questions[0], NOTHING)
            if self.endpoint.deadline == inf:
                break
            self._tick()
        left = self.endpoint.sessions_open, self.endpoint.transactions_open, self.endpoint.deadline
        assert left == (0, 0, inf), f"left over: sessions, transactions, deadline = {left}"
        assert self.endpoint.trunks_closed
        assert not self._open, f"never ended: {self._open}"

    def _tick(self) -> None:
        self.now = max(self.now, self.endpoint.deadline)
        self.do(self.endpoint.tick(self.now))

    def _hear(self, event: Any) -> None:
        if isinstance(event, InviteReceived):
            self.begins(event.session)
            self.remember(self.callers, event.caller)
        elif isinstance(event, Referred):
            self.remember(self.targets, event.target)
        session = getattr(event, "session", None)
        assert session not in self._ended, f"{event} after the end"
        if isinstance(event, Ended):
            self._ended.add(event.session)
            self.targets.extend(event.contacts[:1])
            self._open.discard(event.session)

    def _note(self, send: Send) -> None:
        if send.data.startswith(b"SIP/2.0 "):
            with suppress(PeerError):  # what was not understood goes back as it came
                answer = parse(send.data)
                self._note_dialog(answer, answer.from_.tag, answer.to.tag)
        elif send.data.strip():
            request = parse(send.data)  # what we ask must be sound
            assert isinstance(request, Request)
            alike = [each for each in self.asked if each.method == request.method]
            self.asked = [each for each in self.asked if each not in alike[:-1]] + [request]
            self._note_dialog(request, request.to.tag or "t0", request.from_.tag)
            if send.request:
                self.remember(self.sent, send)

    def _note_dialog(
        self, message: Request | Response, theirs: str | None, ours: str | None
    ) -> None:
        if ours and message.cseq.method == "INVITE":
            dialog = Dialog(message.call_id, theirs or "", ours)
            if dialog not in self.dialogs:
                self.remember(self.dialogs, dialog)
