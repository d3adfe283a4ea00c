"""Log in by a provider of identities; below /earshot/v1.

GET /login                           the ways in besides a password: what buttons are to say
GET /login/oidc                      sends the browser to the provider
GET /login/oidc/return               where it comes back, to be sent to the console
"""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse

from engine.login.oidc import Returned, SingleSignOn
from engine.login.oidc_ticket import LASTS_SECONDS
from engine.refused import Refused
from engine.web.denials import Denials, host_of
from engine.web.pages import ROOT
from engine.web.permitted import Permitted
from engine.web.session_cookie import TICKET, cookie_of, ticket_cookie, token_in

BEGIN = "/earshot/v1/login/oidc"
WHY = {401: "refused", 403: "refused", 404: "unknown", 429: "busy", 503: "unavailable"}
"""What the login page is told, by the status that another route would answer."""
MAX_CHARACTERS = 4096
"""Of a code: providers put much into it."""


class Provider(BaseModel):
    Name: str
    Path: str
    """Where the browser goes to log in by it."""


class WaysIn(BaseModel):
    Providers: list[Provider]


class OidcApi:
    """Every route raises Refused or RecordError."""

    def __init__(self, sign_on: SingleSignOn | None, denials: Denials) -> None:
        self._sign_on, self._denials = sign_on, denials

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/earshot/v1")
        router.add_api_route("/login", self.ways_in, methods=["GET"])
        for path, route in (("/login/oidc", self.begin), ("/login/oidc/return", self.enter)):
            router.add_api_route(
                path, route, methods=["GET"], status_code=303, response_class=RedirectResponse
            )
        return router

    async def ways_in(self, caller: Permitted) -> WaysIn:
        found = [Provider(Name=self._sign_on.name, Path=BEGIN)] if self._sign_on else []
        return WaysIn(Providers=found)

    async def begin(self, request: Request, caller: Permitted) -> RedirectResponse:
        sign_on = self._configured()
        try:
            address, ticket = await sign_on.begin(host_of(request))
        except Refused as refused:
            return _told(refused)
        return _sent(address, ticket_cookie(ticket, request.url.scheme, LASTS_SECONDS))

    async def enter(
        self,
        request: Request,
        caller: Permitted,
        state: str = Query("", max_length=MAX_CHARACTERS),
        code: str = Query("", max_length=MAX_CHARACTERS),
        error: str = Query("", max_length=MAX_CHARACTERS),
        iss: str = Query("", max_length=MAX_CHARACTERS),
        cookie: str = Header(""),
        user_agent: str = Header(""),
    ) -> RedirectResponse:
        sign_on = self._configured()
        ticket = token_in(cookie, request.url.scheme, TICKET) or ""
        brought = Returned(ticket, state, code, error, iss, host_of(request), user_agent)
        over = ticket_cookie("", request.url.scheme, 0)
        try:
            token = await sign_on.enter(brought)
        except Refused as refused:
            if refused.status == 403:
                self._denials.of_stranger(request)
            return _told(refused, over)
        return _sent(ROOT, cookie_of(token, request.url.scheme), over)

    def _configured(self) -> SingleSignOn:
        if self._sign_on is None:
            raise Refused.not_found("No provider of identities is configured")
        return self._sign_on


def _told(refused: Refused, *cookies: str) -> RedirectResponse:
    """Back to the login page, which says what went wrong."""
    return _sent(f"{ROOT}?{urlencode({'login': WHY[refused.status]})}", *cookies)


def _sent(address: str, *cookies: str) -> RedirectResponse:
    answer = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    for cookie in cookies:
        answer.headers.append("Set-Cookie", cookie)
    return answer
