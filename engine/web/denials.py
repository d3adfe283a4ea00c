"""Refused requests, in the audit trail: who asked for what, never what was in it."""

from __future__ import annotations

import time

from starlette.requests import HTTPConnection

from engine.ledger import Ledger
from engine.web.caller import NOBODY, Caller
from sip.buckets import Buckets, source_of

ACTION = "request.denied"
STRANGER_LINES, STRANGER_SECONDS = 10, 60.0
"""So many lines of one address at once, and one more in so many seconds: strangers cannot fill the
audit trail."""


class Denials:
    """Of callers every one is noted, of strangers those that the limit above lets through."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._strangers: Buckets[str] = Buckets(STRANGER_LINES, STRANGER_SECONDS)

    def of_caller(self, caller: Caller, request: HTTPConnection) -> None:
        self._note(caller, request)

    def of_stranger(self, request: HTTPConnection) -> None:
        if self._strangers.take(source_of(host_of(request)), time.monotonic()):
            self._note(NOBODY, request)

    def _note(self, caller: Caller, request: HTTPConnection) -> None:
        what = f"{request.scope.get('method', 'WebSocket')} {request.url.path}"
        self._ledger.audit(caller.name, ACTION, None, f"{what} from {host_of(request)}")


def host_of(request: HTTPConnection) -> str:
    """The address that the request comes from; empty where there is none."""
    return request.client.host if request.client else ""
