"""Login, logout, and what everybody may do about their own password; below /earshot/v1.

POST   /login                        Username, Password, Code; the answer brings the cookie
POST   /logout
GET    /me                           who I am and what I may do
POST   /me/password                  Password, NewPassword, Code: log in again afterwards
GET    /me/session                   where I am logged in
DELETE /me/session/{id}
POST   /me/authenticator             Secret and Address for an app
PUT    /me/authenticator             Code: from now on one is asked for at login
DELETE /me/authenticator             Code
POST   /user/{user_id}/password      a one-time password for somebody else
DELETE /user/{user_id}/session       end all sessions of somebody
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response
from typing_extensions import TypedDict

from engine.directory import Directory, Kind, Resource
from engine.login import Login, Session, check_password
from engine.login.login import Attempt
from engine.login.passwords import MAX_CHARACTERS
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.denials import host_of
from engine.web.dispatch import Handler
from engine.web.permitted import Permitted
from engine.web.session_cookie import cookie_of
from engine.web.shapes import Json

PasswordText = Annotated[str, Field(min_length=1, max_length=4 * MAX_CHARACTERS)]
CodeText = Annotated[str, Field(pattern=r"^([0-9]{6})?$")]


class LoginRequest(BaseModel):
    Username: str = Field(min_length=1, max_length=100)
    Password: PasswordText
    Code: CodeText = ""


class PasswordRequest(BaseModel):
    Password: PasswordText
    NewPassword: PasswordText
    Code: CodeText = ""


class CodeRequest(BaseModel):
    Code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class Me(TypedDict):
    UserId: str
    Username: str
    InstanceId: str
    Permissions: list[str]
    MustChangePassword: bool


class OneTimePassword(TypedDict):
    Password: str


def own(request: Request) -> tuple[Session, Resource]:
    """The session that asks, and its user. Raises Refused."""
    if "session" not in request.scope:
        raise Refused.invalid("This is for whoever is logged in with a browser")
    return request.scope["session"], request.scope["user"]


Own = Annotated[tuple[Session, Resource], Depends(own)]


class LoginApi:
    """Every route raises Refused or RecordError."""

    def __init__(self, login: Login, directory: Directory) -> None:
        self._login, self._resources = login, directory.resources

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/earshot/v1")
        router.add_api_route("/login", self.enter, methods=["POST"], response_model=Me)
        reset = "/user/{user_id}/password"
        router.add_api_route(reset, self.reset, methods=["POST"], response_model=OneTimePassword)
        for path, method, route in (
            ("/logout", "POST", self.leave),
            ("/me", "GET", self.me),
            ("/me/password", "POST", self.change_password),
            ("/me/session", "GET", self.sessions),
            ("/me/session/{session_id}", "DELETE", self.close),
            ("/me/authenticator", "POST", self.begin_codes),
            ("/me/authenticator", "PUT", self.confirm_codes),
            ("/me/authenticator", "DELETE", self.end_codes),
            ("/user/{user_id}/session", "DELETE", self.revoke),
        ):
            router.add_api_route(path, route, methods=[method])
        return router

    def handlers(self) -> dict[str, Handler]:
        return {"GetFederationToken": self.federate}

    async def federate(self, caller: Caller, given: Mapping[str, Any]) -> Json:
        """AccessToken is the value of the cookie of a new session, which nothing refreshes."""
        user = self._resources.named(Kind.USER, caller.name)
        if user is None:
            raise Refused(404, "UserNotFoundException", f"{caller.name} is no user")
        token, over = await self._login.federate(user)
        return {
            "UserId": user.id,
            "UserArn": self._resources.arn(user),
            "Credentials": {"AccessToken": token, "AccessTokenExpiration": over},
        }

    def creating(self, create: Handler) -> Handler:
        """CreateUser, whose Password is good for one login of a browser too."""

        async def both(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
            if "Password" in given:
                check_password(given["Username"], given["Password"])
            answer = await create(caller, given)
            if "Password" in given:
                user = self._resources.get(Kind.USER, answer["UserId"])
                await self._login.give_password(user, given["Password"], caller.name)
            return answer

        return both

    async def enter(
        self,
        request: Request,
        asked: LoginRequest,
        caller: Permitted,
        user_agent: str = Header(default=""),
    ) -> Response:
        entered = await self._login.enter(
            Attempt(asked.Username, asked.Password, asked.Code, host_of(request), user_agent)
        )
        told = self._who(entered.user, limited=entered.limited)
        return _no_store(told, cookie_of(entered.token, request.url.scheme))

    async def leave(self, request: Request, own: Own, caller: Permitted) -> Response:
        await self._login.leave(own[0], caller.name)
        return _no_store({}, cookie_of("", request.url.scheme))

    async def me(self, own: Own, caller: Permitted) -> Me:
        return self._who(own[1], limited=own[0].limited)

    async def change_password(
        self, request: Request, asked: PasswordRequest, own: Own, caller: Permitted
    ) -> Response:
        attempt = Attempt(own[1].name, asked.Password, asked.Code, host_of(request))
        await self._login.change_password(own[1], attempt, asked.NewPassword)
        return _no_store({}, cookie_of("", request.url.scheme))

    async def sessions(self, own: Own, caller: Permitted) -> Json:
        found = await self._login.sessions.of(own[1].id)
        return {"Sessions": [_shape(one, own[0]) for one in found]}

    async def close(self, session_id: str, own: Own, caller: Permitted) -> Json:
        for one in await self._login.sessions.of(own[1].id):
            if one.id == session_id:
                await self._login.leave(one, caller.name)
                return {}
        raise Refused.not_found(f"There is no session {session_id}")

    async def begin_codes(self, own: Own, caller: Permitted) -> Response:
        secret, address = await self._login.begin_codes(own[1])
        return _no_store({"Secret": secret, "Address": address})

    async def confirm_codes(self, asked: CodeRequest, own: Own, caller: Permitted) -> Json:
        await self._login.confirm_codes(own[1], asked.Code)
        return {}

    async def end_codes(self, asked: CodeRequest, own: Own, caller: Permitted) -> Json:
        await self._login.end_codes(own[1], asked.Code)
        return {}

    async def reset(self, user_id: str, caller: Permitted) -> Response:
        """Whoever could log in as somebody may do what they may: so nobody gets more by it."""
        user = self._resources.get(Kind.USER, user_id)
        caller.check_acts_for(user, self._resources)
        return _no_store({"Password": await self._login.reset(user, caller.name)})

    async def revoke(self, user_id: str, caller: Permitted) -> Json:
        user = self._resources.get(Kind.USER, user_id)
        caller.reach.check(user)
        await self._login.revoke(user, caller.name)
        return {}

    def _who(self, user: Resource, *, limited: bool) -> Me:
        return {
            "UserId": user.id,
            "Username": user.name,
            "InstanceId": self._resources.instance_arn.rpartition("/")[2],
            "Permissions": sorted(self._resources.permissions(user)),
            "MustChangePassword": limited,
        }


def _shape(session: Session, own: Session) -> Json:
    return {
        "Id": session.id,
        "Created": session.created.isoformat(),
        "Seen": session.seen.isoformat(),
        "Source": session.source,
        "UserAgent": session.agent,
        "Current": session.digest == own.digest,
    }


def _no_store(told: Mapping[str, Any], cookie: str | None = None) -> Response:
    headers = {"Cache-Control": "no-store"} | ({"Set-Cookie": cookie} if cookie else {})
    return JSONResponse(dict(told), headers=headers)
