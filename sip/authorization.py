"""Digest, client side: whose challenges are answered, and how often. RFC 3261 §22.2, §22.3.

A realm we were not told a login for gets nothing: an answer would let it guess a password.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from sip.digest import Account, answerable, authorize, parse_digest
from sip.errors import PeerError
from sip.headers import Headers
from sip.message import Request, Response

Logins = Mapping[str, Account]
"""Who we are in each realm; an Account holds digests, not passwords."""
NO_LOGINS: Final[Logins] = {}
FIELDS: Final = {
    401: ("WWW-Authenticate", "Authorization"),
    407: ("Proxy-Authenticate", "Proxy-Authorization"),
}
MAX_STALE: Final = 1  # times one request is sent again because its nonce was too old


class Authorization:
    """What one session proves. Each of its requests is tried once more, twice if stale."""

    def __init__(self, logins: Logins, tokens: Callable[[], str]) -> None:
        self._logins, self._tokens = logins, tokens
        self._stale: dict[str, tuple[int, int]] = {}  # by method: number of a retry, its stale ones

    def answer(self, request: Request, response: Response, number: int) -> Request | None:
        """`request` under a new CSeq `number` with what a 401 or 407 asks for.

        None when we have no login for it, or our answer was refused already.
        """
        challenge, proof = FIELDS[response.status]
        given = _realms(request.headers, proof)
        asked = self._best(response.headers, challenge)
        stale = self._stale_of(request)
        if any(asked[realm].get("stale", "").lower() == "true" for realm in given & asked.keys()):
            stale += 1
        elif given & asked.keys():
            return None
        if not asked or stale > MAX_STALE:
            return None
        again = Request(request.method, request.uri, request.headers.copy(), request.body)
        again.headers.set("CSeq", f"{number} {request.method}")
        again.headers.set(proof, *(self._prove(again, read) for read in asked.values()))
        self._stale[request.method] = number, stale
        return again

    def _best(self, headers: Headers, challenge: str) -> dict[str, dict[str, str]]:
        """The first challenge of each realm of ours by an algorithm we have a digest for."""
        asked: dict[str, dict[str, str]] = {}
        for text in headers.lines(challenge):
            with suppress(PeerError):
                read = answerable(text)
                login = self._logins.get(read["realm"]) if read else None
                if read and login and read["algorithm"] in login.ha1:
                    asked.setdefault(read["realm"], read)
        return asked

    def _prove(self, request: Request, asked: dict[str, str]) -> str:
        login = self._logins[asked["realm"]]
        stored = login.ha1[asked["algorithm"]]
        return authorize(
            asked,
            login.username,
            stored,
            request.method,
            request.uri,
            cnonce=self._tokens(),
            body=request.body,
        )

    def _stale_of(self, request: Request) -> int:
        number, stale = self._stale.get(request.method, (0, 0))
        return stale if number == request.cseq.number else 0


def _realms(headers: Headers, proof: str) -> set[str]:
    """The realms a request of ours has credentials for."""
    read = (parse_digest(value) for value in headers.lines(proof))
    return {given["realm"] for given in read if given}
