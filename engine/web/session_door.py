"""The way in of browsers: the cookie of a session, on requests of our own pages."""

from __future__ import annotations

from collections.abc import Collection

from starlette.requests import HTTPConnection
from starlette.types import Scope

from engine.directory import Directory
from engine.login import Login
from engine.refused import Refused
from engine.web.caller import Caller, calling
from engine.web.origin import is_ours
from engine.web.session_cookie import token_in

READS = frozenset({"GET", "HEAD"})
LIMITED = frozenset({"/earshot/v1/me", "/earshot/v1/me/password", "/earshot/v1/logout"})
"""All that is open to a session whose password is to be changed."""


class SessionDoor:
    """Puts the session into the scope, as `session`, and its user as `user`."""

    def __init__(self, login: Login, directory: Directory, origins: Collection[str]) -> None:
        self._login, self._resources, self._origins = login, directory.resources, origins

    def token(self, scope: Scope) -> str | None:
        return token_in(HTTPConnection(scope).headers.get("cookie", ""), scope["scheme"])

    def check_origin(self, scope: Scope) -> None:
        """Raises Refused for what a page of strangers has a browser send; programs say nothing."""
        headers = HTTPConnection(scope).headers
        told = "origin" in headers or "sec-fetch-site" in headers
        if told and not is_ours(headers, self._origins):
            raise foreign()

    async def caller(self, scope: Scope) -> Caller:
        """Whose session it is, with what they may do now. Raises Refused or RecordError."""
        headers = HTTPConnection(scope).headers
        changes = scope["type"] == "websocket" or scope["method"] not in READS
        if changes and not is_ours(headers, self._origins):
            raise foreign()
        found = await self._login.session(self.token(scope) or "")
        if found is None:
            raise Refused(401, "AccessDeniedException", "The session is over: log in")
        session, user = found
        if session.limited and scope["path"] not in LIMITED:
            raise Refused(403, "AccessDeniedException", "The password is to be changed first")
        scope["session"], scope["user"] = session, user
        return calling(user, self._resources)

    async def lasts(self, scope: Scope) -> bool:
        """Whether the session that a connection was opened in does. Raises RecordError."""
        return "session" not in scope or bool(await self._login.session(self.token(scope) or ""))


def foreign() -> Refused:
    return Refused(403, "AccessDeniedException", "A page of somebody else sends this request")
