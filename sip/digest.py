"""Digest authentication: RFC 3261 §22 with the algorithms of RFC 8760 and the rules of RFC 7616.

What both sides compute, and the client's answer to a challenge; the server's side is `verifier`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sip.errors import PeerError
from sip.grammar import TOKEN, quote, unquote

_HASHES = (("SHA-512-256", "sha512_256"), ("SHA-256", "sha256"), ("MD5", "md5"))
ALGORITHMS: Final = {name: each for name, each in _HASHES if each in hashlib.algorithms_available}
"""Name on the wire to name of the hash, best first. Not every OpenSSL has the first one."""
QOPS: Final = ("auth", "auth-int")
"""What we answer, the preferred one first: boxes on the way rewrite bodies that auth-int covers."""

_PARAM = re.compile(
    rf'[ \t]*({TOKEN})[ \t]*=[ \t]*("[^"\\]*(?:\\.[^"\\]*)*"|[^\s",]+)[ \t]*(?:,|\Z)', re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Account:
    """Who may register and call. `ha1` maps each algorithm to the hex digest of `ha1()`."""

    username: str
    ha1: Mapping[str, str] = field(repr=False)  # as good as a password in its realm


def ha1(username: str, realm: str, password: str, algorithm: str) -> str:
    """The hex digest that is stored in place of a password, RFC 7616 §3.4.2."""
    return _hash(algorithm, username, realm, password)


def stand_in(algorithm: str, secret: bytes) -> str:
    """What is computed with where there is no such user, so that it takes as long."""
    return _hash(algorithm, secret.hex())


def credentials(
    challenges: Sequence[str],
    username: str,
    password: str,
    method: str,
    uri: str,
    *,
    cnonce: str,
    nc: int = 1,
    body: bytes = b"",
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
    return authorize(asked, username, stored, method, uri, cnonce=cnonce, nc=nc, body=body)


def authorize(
    asked: Mapping[str, str],
    username: str,
    stored: str,
    method: str,
    uri: str,
    *,
    cnonce: str,
    nc: int = 1,
    body: bytes = b"",
) -> str:
    """The same for one challenge that `answerable` has read; `stored` is the hex of `ha1()`."""
    algorithm = asked["algorithm"]
    given = {"username": username, "realm": asked["realm"], "nonce": asked["nonce"], "uri": uri}
    if "opaque" in asked:
        given["opaque"] = asked["opaque"]
    bare = {"algorithm": algorithm}
    if "qop" in asked:
        given["cnonce"] = cnonce
        bare |= {"qop": asked["qop"], "nc": f"{nc:08x}"}
    given["response"] = response_digest(stored, algorithm, method, given | bare, body)
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
    """A challenge by its parameters, `algorithm` among them; None when we cannot answer it.

    Of the values of `qop` only the one that we take is left.
    """
    asked = parse_digest(text) or {}
    asked["algorithm"] = asked.get("algorithm", "MD5").upper()
    if asked["algorithm"] not in ALGORITHMS or not asked.keys() >= {"realm", "nonce"}:
        return None
    if "qop" in asked:
        offered = {option.strip().lower() for option in asked["qop"].split(",")}
        taken = next((qop for qop in QOPS if qop in offered), None)
        if taken is None:
            return None
        asked["qop"] = taken
    return asked


def response_digest(
    stored: str, algorithm: str, method: str, given: Mapping[str, str], body: bytes = b""
) -> str:
    """RFC 7616 §3.4.1, with qop=auth, qop=auth-int or without any."""
    covered = [method, given["uri"]]
    if given.get("qop", "").lower() == "auth-int":
        covered.append(_digest(algorithm, body))
    request = _hash(algorithm, *covered)
    if "qop" not in given:
        return _hash(algorithm, stored, given["nonce"], request)
    middle = (given[name] for name in ("nonce", "nc", "cnonce", "qop"))
    return _hash(algorithm, stored, *middle, request)


def _hash(algorithm: str, *parts: str) -> str:
    return _digest(algorithm, ":".join(parts).encode("utf-8", "surrogateescape"))


def _digest(algorithm: str, octets: bytes) -> str:
    name = ALGORITHMS[algorithm]
    return hashlib.new(name, octets, usedforsecurity=name != "md5").hexdigest()
