"""Digest, server side: makes challenges and judges what comes back. RFC 3261 §22.4, RFC 8760.

No `opaque` is sent: a nonce carries all there is to know. `userhash` is not offered: From and To
name the user in the clear.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sip.digest import ALGORITHMS, QOPS, Account, parse_digest, response_digest, stand_in
from sip.errors import PeerError
from sip.grammar import quote
from sip.message import Request
from sip.nonces import Nonces
from sip.uri import Uri

_COUNT = re.compile(r"[0-9A-Fa-f]{8}")
_NEEDED: Final = ("uri", "response", "nonce", "cnonce", "nc", "qop")


class Outcome(Enum):
    ABSENT = "no credentials for our realm"
    WRONG = "unknown user, wrong password, or not an answer to our challenge"
    STALE = "right password, nonce too old or used before: challenge with stale=true"
    ACCEPTED = "proven"


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    username: str | None = None
    """Whose credentials they are; None unless accepted."""


class Verifier:
    """`algorithms` and `qops` are offered in this order, the preferred one first (RFC 8760 §2.3);
    an answer by another is wrong.
    """

    def __init__(
        self,
        realm: str,
        accounts: Mapping[str, Account],
        secret: bytes,
        nonce_seconds: float = 300.0,
        algorithms: Sequence[str] = tuple(ALGORITHMS),
        qops: Sequence[str] = ("auth",),
    ) -> None:
        assert set(algorithms) <= ALGORITHMS.keys() and set(qops) <= set(QOPS), "checked settings"
        self._realm, self._accounts = realm, accounts
        self._algorithms, self._qops = algorithms, qops
        self._nonces = Nonces(realm, secret, nonce_seconds)
        self._nobody = Account("", {name: stand_in(name, secret) for name in algorithms})

    def challenges(self, now: float, salt: str, *, stale: bool = False) -> list[str]:
        """Values for WWW-Authenticate, one an algorithm; `salt` is a token never used before."""
        nonce, qops = self._nonces.mint(now, salt), quote(", ".join(self._qops))
        return [
            f'Digest realm={quote(self._realm)}, nonce="{nonce}", algorithm={algorithm}, '
            f"qop={qops}{', stale=true' if stale else ''}"
            for algorithm in self._algorithms
        ]

    def read(self, request: Request) -> dict[str, str] | None:
        """The credentials for our realm; None without any.

        Raises PeerError(400) when they cannot be read, or do not even say whose they are.
        """
        lines = [parse_digest(value) for value in request.headers.lines("Authorization")]
        ours = next((given for given in lines if given and given.get("realm") == self._realm), None)
        if ours is not None and "username" not in ours:
            raise PeerError("Broken digest parameters")
        return ours

    def verify(self, request: Request, now: float) -> Verdict:
        """Judge the Authorization of a request. Raises PeerError(400) as `read` does."""
        given = self.read(request)
        return Verdict(Outcome.ABSENT) if given is None else self.judge(given, request, now)

    def judge(self, given: Mapping[str, str], request: Request, now: float) -> Verdict:
        """The same for what `read` returned.

        A user we do not know costs as much work as one we know.
        """
        if not self._proves_password(given, request):
            return Verdict(Outcome.WRONG)
        if not self._nonces.use(given["nonce"], int(given["nc"], 16), now):
            return Verdict(Outcome.STALE)
        return Verdict(Outcome.ACCEPTED, given["username"])

    def _proves_password(self, given: Mapping[str, str], request: Request) -> bool:
        algorithm = given.get("algorithm", "MD5").upper()
        if algorithm not in self._algorithms or not all(name in given for name in _NEEDED):
            return False
        if given["qop"].lower() not in self._qops or not _COUNT.fullmatch(given["nc"]):
            return False
        account, nobody = self._accounts.get(given["username"], self._nobody), self._nobody.ha1
        stored = account.ha1.get(algorithm, nobody[algorithm])
        expected = response_digest(stored, algorithm, request.method, given, request.body)
        equal = hmac.compare_digest(expected.encode(), _octets(given["response"].lower()))
        known = stored is not nobody[algorithm]
        return equal and known and _same_target(given["uri"], request.uri)


def _same_target(given: str, actual: str) -> bool:
    """Whether a digest-uri means the Request-URI, RFC 3261 §22.4 item 7.

    Only scheme and user count: a proxy on the way puts our address for our name, and phones differ
    in ports and parameters.
    """
    if given == actual:
        return True
    try:
        one, two = Uri.parse(given), Uri.parse(actual)
    except PeerError:
        return False
    return (one.scheme, one.user) == (two.scheme, two.user)


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
