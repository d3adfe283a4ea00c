"""The SIP stack and nothing else: `sip.SipTransport`, and the fewest lines that bridge two legs.

    python -m bench.bridge PORT

Every call that comes in goes to the phone that registered as CALLEE; its ringing, its answer and
its end are passed on. What the stack reads of a description is what the other leg gets: there is
no media. A line on stdin is answered with one on stdout: a JSON object of what is open.
"""

from __future__ import annotations

import asyncio
import json
import sys

from config import SipSettings
from engine.collector import settle
from engine.staff import digested
from sip import (
    Account,
    Answered,
    Ended,
    Event,
    InviteReceived,
    NotRegistered,
    Progressed,
    SessionId,
    SipTransport,
)

HOST = "127.0.0.1"
CALLEE, PASSWORD = "callee", "of the bench"
MANY = 1_000_000  # sessions, and transactions: here the load is the only limit


class Bridge:
    """Two sessions for each call; each knows the other until one of them ends."""

    def __init__(self, port: int) -> None:
        settings = SipSettings(
            host=HOST,
            port=port,
            digest_algorithms=("SHA-256",),
            max_sessions=MANY,
            max_transactions=MANY,
        )
        accounts = {CALLEE: Account(CALLEE, digested(CALLEE, PASSWORD, settings))}
        self.sip = SipTransport(settings, accounts, self._on_event)
        self._others: dict[SessionId, SessionId] = {}

    def _on_event(self, event: Event) -> None:
        match event:
            case InviteReceived(session=session, offer=offer) if offer:
                try:
                    leg = self.sip.invite(CALLEE, caller=event.caller.display, offer=offer)
                except NotRegistered:
                    self.sip.reject(session, 480)
                    return
                self._others[session], self._others[leg] = leg, session
            case Progressed(session=session):
                self.sip.ring(self._others[session])
            case Answered(session=session, answer=answer) if answer:
                self.sip.answer(self._others[session], answer)
            case Ended(session=session):
                if other := self._others.pop(session, None):
                    del self._others[other]
                    self.sip.hang_up(other)

    def open(self) -> dict[str, int]:
        endpoint = self.sip.endpoint
        return {
            "dialogs": endpoint.sessions_open,
            "transactions": endpoint.transactions_open,
            "failures": self.sip.failures,
        }


async def serve(port: int) -> None:
    """Until stdin is closed."""
    bridge = Bridge(port)
    await bridge.sip.start()
    settle()
    loop, questions = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(questions), sys.stdin)
    print("Ready", flush=True)
    while await questions.readline():
        print(json.dumps(bridge.open()), flush=True)
    await bridge.sip.stop()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
