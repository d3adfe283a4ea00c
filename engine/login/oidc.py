"""Log in by a provider of identities: the browser is sent there and comes back with a code.

Whoever the provider vouches for has to be a user already. Neither the password nor the
authenticator app they have here is asked for: how people are known is the provider's business then.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from config import OidcSettings
from engine.login.login import MAX_TOLD, Login
from engine.login.oidc_ticket import fresh_ticket, ticket_in
from engine.refused import Refused

if TYPE_CHECKING:
    from engine.login.oidc_provider import Provider

NEEDED = ("authlib", "joserfc")
STRAYED = "This browser was not sent to the provider of identities, or too long ago"


class ExtraMissing(Exception):
    """[oidc] is configured, and what it needs is not installed."""


def check_extra(settings: OidcSettings) -> None:
    """Raises ExtraMissing."""
    try:
        for name in NEEDED if settings.issuer else ():
            importlib.import_module(name)
    except ImportError as error:
        raise ExtraMissing("[oidc] needs more: pip install 'earshot[oidc]'") from error


@dataclass(frozen=True, slots=True)
class Returned:
    """What a browser brings back. Of `code` and `error` the provider sends one; `issuer` is its
    own name (RFC 9207), where it tells it."""

    ticket: str
    state: str
    code: str
    error: str
    issuer: str
    source: str
    agent: str = ""


class SingleSignOn:
    """Every method raises Refused: 401 where nobody is vouched for, 403 where the browser was not
    sent by us, 404 where it is no user, 429 too often, 503 where the provider does not answer."""

    def __init__(
        self, settings: OidcSettings, provider: Provider, login: Login, master: bytes
    ) -> None:
        self._settings, self._provider = settings, provider
        self._login, self._master = login, master
        self.name = settings.name

    async def begin(self, source: str) -> tuple[str, str]:
        """Where the browser is to go, and what it is to keep meanwhile."""
        self._login.check_source(source)
        ticket = fresh_ticket(self._master, datetime.now(UTC))
        return await self._provider.address(ticket), ticket.text

    async def enter(self, returned: Returned) -> str:
        """The token of a session. Raises RecordError too."""
        self._login.check_source(returned.source)
        now = datetime.now(UTC)
        ticket = ticket_in(self._master, returned.ticket, returned.state, now)
        if ticket is None:  # a page of strangers may have it sent: nobody is blamed
            raise Refused(403, "AccessDeniedException", STRAYED)
        try:
            self._check(returned)
            username = await self._provider.username(returned.code, ticket)
        except Refused as refused:
            if refused.status == 401:
                self._login.not_vouched(returned.source, refused.message)
            raise
        return await self._login.enter_vouched(username, returned.source, returned.agent)

    def _check(self, returned: Returned) -> None:
        if returned.issuer not in ("", self._settings.issuer):
            raise Refused(401, "AccessDeniedException", "another provider sent the browser back")
        if returned.error or not returned.code:
            why = returned.error[:MAX_TOLD] or "no code"
            raise Refused(401, "AccessDeniedException", f"the provider refuses: {why!r}")


def single_sign_on(settings: OidcSettings, login: Login, master: bytes) -> SingleSignOn | None:
    """None where no provider is configured. Raises OSError: the file of certificates."""
    if settings.issuer is None:
        return None
    from engine.login.oidc_provider import Provider

    return SingleSignOn(settings, Provider(settings), login, master)
