"""The cookie of a session, and that of a login which is under way elsewhere: scripts cannot read
them, and over TLS nothing else is told them. Pure."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

NAME = "sid"
TICKET = "oidc"
"""Comes along when another site sends the browser back here, by a link only (SameSite=Lax)."""


def token_in(cookies: str, scheme: str, name: str = NAME) -> str | None:
    """The token in a Cookie header; None where there is none."""
    try:
        found = SimpleCookie(cookies).get(name_of(scheme, name))
    except CookieError:
        return None
    return found.value if found and found.value else None


def cookie_of(token: str, scheme: str) -> str:
    """Set-Cookie for a session of the browser; an empty token ends it."""
    return _cookie(NAME, token, "Strict", scheme)


def ticket_cookie(ticket: str, scheme: str, seconds: int) -> str:
    """Set-Cookie for a login under way that is good for so long; an empty ticket ends it."""
    lasts = f"; Max-Age={seconds}" if ticket else ""
    return _cookie(TICKET, ticket, "Lax", scheme) + lasts


def _cookie(name: str, value: str, site: str, scheme: str) -> str:
    secure = "; Secure" if is_secure(scheme) else ""
    over = "" if value else "; Max-Age=0"
    return f"{name_of(scheme, name)}={value}; Path=/; HttpOnly; SameSite={site}{secure}{over}"


def name_of(scheme: str, name: str = NAME) -> str:
    """Browsers take a cookie of such a name over TLS only, from the very host (RFC 6265bis,
    4.1.3.2)."""
    return f"__Host-{name}" if is_secure(scheme) else name


def is_secure(scheme: str) -> bool:
    return scheme in ("https", "wss")
