"""The cookie of a session: scripts cannot read it, and over TLS nothing else is told it. Pure."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

NAME = "sid"
SECURE_NAME = "__Host-sid"
"""Browsers take a cookie of this name over TLS only, from the very host (RFC 6265bis, 4.1.3.2)."""


def token_in(cookies: str, scheme: str) -> str | None:
    """The token in a Cookie header; None where there is none."""
    try:
        found = SimpleCookie(cookies).get(name_of(scheme))
    except CookieError:
        return None
    return found.value if found and found.value else None


def cookie_of(token: str, scheme: str) -> str:
    """Set-Cookie for a session of the browser; an empty token ends it."""
    secure = "; Secure" if is_secure(scheme) else ""
    over = "" if token else "; Max-Age=0"
    return f"{name_of(scheme)}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{over}"


def name_of(scheme: str) -> str:
    return SECURE_NAME if is_secure(scheme) else NAME


def is_secure(scheme: str) -> bool:
    return scheme in ("https", "wss")
