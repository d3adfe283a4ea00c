"""Digest authentication: RFC 3261 §22 with the algorithms of RFC 8760 and the rules of RFC 7616.

Server side `Verifier`, which offers and takes qop=auth only; client side `credentials`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sip.errors import PeerError
from sip.grammar import TOKEN, quote, unquote
from sip.message import Request
from sip.uri import Uri

ALGORITHMS: Final = {"SHA-256": "sha256", "MD5": "md5"}
"""Name on the wire to name of the hash, best first: the order of our challenges, RFC 8760 §2.4."""
MAX_NONCES: Final = 20_000  # nonces whose use is remembered

_PARAM = re.compile(
    rf'[ \t]*({TOKEN})[ \t]*=[ \t]*("[^"\\]*(?:\\.[^"\\]*)*"|[^\s",]+)[ \t]*(?:,|\Z)', re.DOTALL
)
_NONCE = re.compile(r"([0-9a-f]{12})\.([A-Za-z0-9_-]{1,64})\.[0-9a-f]{32}")
_COUNT = re.compile(r"[0-9A-Fa-f]{8}")
_NEEDED = ("username", "uri", "response", "nonce", "cnonce", "nc", "qop")


@dataclass(frozen=True, slots=True)
class Account:
    """Who may register and call. `ha1` maps each algorithm to the hex digest of `ha1()`."""

    username: str
    ha1: Mapping[str, str]


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


def ha1(username: str, realm: str, password: str, algorithm: str) -> str:
    """The hex digest that is stored in place of a password, RFC 7616 §3.4.2."""
    return _hash(algorithm, username, realm, password)


class Verifier:
    """Makes challenges and judges what comes back. Nonces carry their own proof: only used ones
    are remembered, at most MAX_NONCES.

    `secret` signs the nonces; after a restart it may be another one. `algorithms` are offered in
    this order, the preferred one first (RFC 8760 §2.3); an answer by another is wrong.
    """

    def __init__(
        self,
        realm: str,
        accounts: Mapping[str, Account],
        secret: bytes,
        nonce_seconds: float = 300.0,
        algorithms: Sequence[str] = tuple(ALGORITHMS),
    ) -> None:
        self._realm, self._accounts, self._secret = realm, accounts, secret
        self._algorithms = algorithms
        self._lifetime = int(nonce_seconds * 1000)  # ms
        self._used: dict[str, int] = {}  # nonce to its highest nc so far
        self._floor = -1  # ms; what was issued up to here and is not in _used is too old
        self._nobody = {name: _hash(name, secret.hex()) for name in ALGORITHMS}

    def challenges(self, now: float, salt: str, *, stale: bool = False) -> list[str]:
        """Values for WWW-Authenticate, one an algorithm; `salt` is a token never used before."""
        nonce = self._nonce(int(now * 1000), salt)
        assert _NONCE.fullmatch(nonce), salt
        return [
            f'Digest realm={quote(self._realm)}, nonce="{nonce}", algorithm={algorithm}, '
            f'qop="auth"{", stale=true" if stale else ""}'
            for algorithm in self._algorithms
        ]

    def verify(self, request: Request, now: float) -> Verdict:
        """Judge the Authorization of a request. Raises PeerError(400) when it cannot be read.

        A user we do not know costs as much work as one we know.
        """
        given = self._credentials_for_us(request)
        if given is None:
            return Verdict(Outcome.ABSENT)
        if not self._proves_password(given, request):
            return Verdict(Outcome.WRONG)
        if not self._use(given["nonce"], int(given["nc"], 16), now):
            return Verdict(Outcome.STALE)
        return Verdict(Outcome.ACCEPTED, given["username"])

    def _credentials_for_us(self, request: Request) -> dict[str, str] | None:
        read = [parse_digest(value) for value in request.headers.lines("Authorization")]
        return next((given for given in read if given and given.get("realm") == self._realm), None)

    def _proves_password(self, given: dict[str, str], request: Request) -> bool:
        algorithm = given.get("algorithm", "MD5").upper()
        if algorithm not in self._algorithms or not all(name in given for name in _NEEDED):
            return False
        if given["qop"].lower() != "auth" or not _COUNT.fullmatch(given["nc"]):
            return False
        account = self._accounts.get(given["username"])
        stored = account.ha1.get(algorithm) if account else None
        expected = _response(stored or self._nobody[algorithm], algorithm, request.method, given)
        equal = hmac.compare_digest(expected.encode(), _octets(given["response"].lower()))
        return equal and stored is not None and _same_target(given["uri"], request.uri)

    def _use(self, nonce: str, count: int, now: float) -> bool:
        """Count a use of a nonce; False when it is not ours, too old, or was used like this."""
        parts = _NONCE.fullmatch(nonce)
        if parts is None:
            return False
        issued = int(parts[1], 16)
        genuine = hmac.compare_digest(self._nonce(issued, parts[2]), nonce)
        seen = self._used.get(nonce, 0 if issued > self._floor else count)
        current = 0 <= int(now * 1000) - issued <= self._lifetime
        if not genuine or not current or count <= seen:
            return False
        self._used[nonce] = count
        self._forget(now)
        return True

    def _forget(self, now: float) -> None:
        """Drop the nonces first used, as far as they expired or are too many.

        Replay stays impossible: whatever is as old as a dropped one is refused from now on.
        """
        while self._used:
            oldest = next(iter(self._used))
            issued = int(oldest.partition(".")[0], 16)
            if int(now * 1000) - issued <= self._lifetime and len(self._used) <= MAX_NONCES:
                return
            del self._used[oldest]
            self._floor = max(self._floor, issued)

    def _nonce(self, issued: int, salt: str) -> str:
        """`issued` in ms of the clock of `now`; hex time, salt, proof."""
        stem = f"{issued:012x}.{salt}"
        proof = hmac.new(self._secret, f"{stem}.{self._realm}".encode(), hashlib.sha256)
        return f"{stem}.{proof.hexdigest()[:32]}"


def credentials(
    challenges: Sequence[str],
    username: str,
    password: str,
    method: str,
    uri: str,
    *,
    cnonce: str,
    nc: int = 1,
) -> str:
    """The value of Authorization (401) or Proxy-Authorization (407) for the first challenge we can
    answer; the order is the server's wish, RFC 8760 §2.4.

    `cnonce` is a fresh token, `nc` counts the uses of one nonce from 1. A challenge without qop
    gets the older form (RFC 2069). Raises PeerError when none can be answered.
    """
    asked = next((read for text in challenges if (read := answerable(text))), None)
    if asked is None:
        raise PeerError("No challenge we can answer")
    stored = ha1(username, asked["realm"], password, asked["algorithm"])
    return authorize(asked, username, stored, method, uri, cnonce=cnonce, nc=nc)


def authorize(
    asked: Mapping[str, str],
    username: str,
    stored: str,
    method: str,
    uri: str,
    *,
    cnonce: str,
    nc: int = 1,
) -> str:
    """The same for one challenge that `answerable` has read; `stored` is the hex of `ha1()`."""
    algorithm = asked["algorithm"]
    given = {"username": username, "realm": asked["realm"], "nonce": asked["nonce"], "uri": uri}
    if "opaque" in asked:
        given["opaque"] = asked["opaque"]
    bare = {"algorithm": algorithm}
    if "qop" in asked:
        given["cnonce"] = cnonce
        bare |= {"qop": "auth", "nc": f"{nc:08x}"}
    given["response"] = _response(stored, algorithm, method, given | bare)
    quoted = [f"{name}={quote(value)}" for name, value in given.items()]
    return "Digest " + ", ".join(quoted + [f"{name}={value}" for name, value in bare.items()])


def parse_digest(text: str) -> dict[str, str] | None:
    """The unquoted parameters of a challenge or of credentials, names in lower case.

    None when the scheme is another one. Raises PeerError(400) when the parameters are broken.
    """
    scheme, _, rest = text.strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    params: dict[str, str] = {}
    position = 0
    while position < len(rest):
        param = _PARAM.match(rest, position)
        if param is None or param[1].lower() in params:
            raise PeerError("Broken digest parameters")
        params[param[1].lower()] = unquote(param[2])
        position = param.end()
    return params


def answerable(text: str) -> dict[str, str] | None:
    """A challenge by its parameters, `algorithm` among them; None when we cannot answer it."""
    asked = parse_digest(text) or {}
    asked["algorithm"] = asked.get("algorithm", "MD5").upper()
    qop = [option.strip().lower() for option in asked.get("qop", "auth").split(",")]
    known = asked["algorithm"] in ALGORITHMS
    return asked if known and "auth" in qop and asked.keys() >= {"realm", "nonce"} else None


def _response(stored: str, algorithm: str, method: str, given: Mapping[str, str]) -> str:
    """RFC 7616 §3.4.1, with qop=auth or without any."""
    request = _hash(algorithm, method, given["uri"])
    if "qop" not in given:
        return _hash(algorithm, stored, given["nonce"], request)
    middle = (given[name] for name in ("nonce", "nc", "cnonce", "qop"))
    return _hash(algorithm, stored, *middle, request)


def _same_target(given: str, actual: str) -> bool:
    """Whether a digest-uri means the Request-URI. Port and parameters may differ: phones differ."""
    if given == actual:
        return True
    try:
        one, two = Uri.parse(given), Uri.parse(actual)
    except PeerError:
        return False
    return (one.scheme, one.user, one.host.lower()) == (two.scheme, two.user, two.host.lower())


def _hash(algorithm: str, *parts: str) -> str:
    name = ALGORITHMS[algorithm]
    return hashlib.new(name, _octets(":".join(parts)), usedforsecurity=name != "md5").hexdigest()


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
