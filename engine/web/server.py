"""The HTTP server, on the engine's own loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from functools import partial
from importlib.metadata import version
from typing import Any

import structlog
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from engine.audit_trail import AuditTrail
from engine.house import House
from engine.login import Login
from engine.login.oidc import SingleSignOn, single_sign_on
from engine.refused import Refused
from engine.staff import digested
from engine.web.access_keys import AccessKeys, master_key
from engine.web.agents_api import AgentsApi
from engine.web.associations_api import AssociationsApi
from engine.web.audit_api import AuditApi
from engine.web.audited import audited
from engine.web.ccp_api import CcpApi
from engine.web.ccp_feed import CcpFeed
from engine.web.chat_api import ChatApi
from engine.web.contact_details_api import ContactDetailsApi
from engine.web.contacts_api import ContactsApi
from engine.web.denials import Denials
from engine.web.directory_api import DirectoryApi
from engine.web.dispatch import Dispatch
from engine.web.flows_api import FlowsApi
from engine.web.gate import Gate, answer_to
from engine.web.hours_api import HoursApi
from engine.web.instance_api import InstanceApi
from engine.web.live import Hub
from engine.web.live.event_topics import event_topics
from engine.web.live.hub import SESSION_CLOSED
from engine.web.live.metrics import LiveMetrics
from engine.web.live.socket import MAX_MESSAGE_BYTES, LiveApi
from engine.web.live.viewers import Viewers
from engine.web.login_api import LoginApi
from engine.web.metrics_api import MetricsApi
from engine.web.monitoring_api import MonitoringApi
from engine.web.oidc_api import OidcApi
from engine.web.outbound_api import OutboundApi
from engine.web.own_api import OwnApi
from engine.web.pace import Pace
from engine.web.paced import Paced
from engine.web.pages import Pages
from engine.web.participant_api import PREFIX, SOCKET, ParticipantApi
from engine.web.participant_socket import ParticipantSocket
from engine.web.phone_numbers_api import PhoneNumbersApi
from engine.web.playback_api import PlaybackApi
from engine.web.prompts_api import PromptsApi
from engine.web.recording_api import RecordingApi
from engine.web.resource_rows import rows
from engine.web.review_api import ReviewApi
from engine.web.search_api import SearchApi
from engine.web.service_model import connect_service
from engine.web.session_door import SessionDoor
from engine.web.tags_api import TagsApi
from engine.web.transcript_api import TranscriptApi

OPENAPI = "/earshot/v1/openapi.json"
STOP_SECONDS = 5.0
DATE_SECONDS = 1.0  # how often the Date of answers is written anew
PING_SECONDS, PONG_SECONDS = 10.0, 5.0
"""A browser on a WebSocket is asked so often, and is gone when it does not answer in time."""
log = structlog.get_logger("engine.web")


class Problem(BaseModel):
    """Every refusal; the header x-amzn-ErrorType names it."""

    Message: str


ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": description}
    for status, description in (
        (400, "what was asked for is malformed, or does not fit"),
        (401, "there is no session, or no such password or code"),
        (403, "not permitted"),
        (404, "there is none"),
        (409, "it is in the way of another"),
        (429, "too much or too often"),
    )
}


class WebServer(uvicorn.Server):
    """Uvicorn without its signal handlers: the engine decides when to stop."""

    def __init__(self, house: House) -> None:
        web = house.settings.web
        super().__init__(
            uvicorn.Config(
                application(house),
                host=web.host,
                port=web.port,
                lifespan="off",
                ws="websockets-sansio",
                ws_max_size=MAX_MESSAGE_BYTES,
                ws_per_message_deflate=False,  # it costs more than the network does
                ws_ping_interval=PING_SECONDS,
                ws_ping_timeout=PONG_SECONDS,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=int(STOP_SECONDS),
            )
        )
        self._up, self._over = asyncio.Event(), asyncio.Event()
        self.url = ""
        """Where the API is, once it is open."""

    async def open(self) -> None:
        """Raises OSError when the address cannot be bound."""
        listener = socket.create_server((self.config.host, self.config.port))
        self.url = "http://{}:{}".format(*listener.getsockname())
        self._serving = asyncio.create_task(self.serve([listener]), name="web")
        await self._up.wait()

    async def close(self) -> None:
        self.should_exit = True
        self._over.set()
        await self._serving

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._up.set()

    async def main_loop(self) -> None:
        """Uvicorn's own asks ten times a second whether it is over; this one is told."""
        while not await self.on_tick(counter=0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), DATE_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Uvicorn's own gives connections a moment to end, even where there is none."""
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
        else:
            for door in (*self.servers, *(sockets or ())):
                door.close()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def application(house: House) -> ASGIApp:
    """The API of a house, behind its gate, and the console before it.

    Raises OSError: the key file, that of certificates.
    """
    app = FastAPI(
        title="Earshot",
        version=version("earshot"),
        docs_url=None,
        redoc_url=None,
        openapi_url=OPENAPI,
        responses=ERRORS,
    )
    master = master_key(house.settings.web.key_file)
    keys, login = AccessKeys(house.directory, master), login_to(house, master)
    door = SessionDoor(login, house.directory, house.settings.login.origins)
    pace = Pace(house.settings.web.requests_per_second, house.settings.web.request_burst)
    sign_on = single_sign_on(house.settings.oidc, login, master)
    for each in own_apis(house, keys, login, door, sign_on):
        app.include_router(each, dependencies=[Depends(Paced(pace))])
    app.add_api_websocket_route(SOCKET, ParticipantSocket(house).serve)
    app.mount(PREFIX, ParticipantApi(house, pace))
    app.mount("/", connect(house, login, pace))  # whatever is not our own is Connect's
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _unrouted)
    app.add_exception_handler(Exception, _failed)
    token = house.settings.web.token
    said = token.get_secret_value() if token else None
    return Pages(Gate(app, said, keys, door, Denials(house.ledger)))


def own_apis(
    house: House, keys: AccessKeys, login: Login, door: SessionDoor, sign_on: SingleSignOn | None
) -> list[APIRouter]:
    """All that is below /earshot."""
    return [
        OwnApi(house, keys).router(),
        PlaybackApi(house).router(),
        ReviewApi(house).router(),
        TranscriptApi(house).router(),
        MonitoringApi(house).router(),
        CcpApi(house).router(),
        LoginApi(login, house.directory).router(),
        OidcApi(sign_on, Denials(house.ledger)).router(),
        AuditApi(AuditTrail(house.records), house.ledger).router(),
        PromptsApi(house).router(),
        live(house, login, door).router(),
    ]


def live(house: House, login: Login, door: SessionDoor) -> LiveApi:
    """The socket of browsers, with all its topics."""
    viewers = Viewers(house.directory)
    hub, metrics = Hub(house.bus, viewers.of), LiveMetrics(house)
    for feed in (metrics.agents, metrics.queues, CcpFeed(house).feed):
        hub.add(feed.topic)
    for topic in event_topics(house.bus, house.directory.resources):
        hub.add(topic)
    viewers.listen(hub.review)
    login.sessions.listen(lambda closed: house.bus.publish(SESSION_CLOSED, {"of": closed}))
    return LiveApi(hub, viewers.of, door.lasts, Denials(house.ledger))


def login_to(house: House, master: bytes) -> Login:
    return Login(
        *(house.directory, house.records, house.ledger, house.staff.accounts),
        *(house.settings.login, house.settings.sip, master),
    )


def connect(house: House, login: Login, pace: Pace) -> Dispatch:
    """Connect's operations on a house."""
    service, resources = connect_service(), house.directory.resources
    digests = partial(digested, sip=house.settings.sip)
    kinds = rows(resources, digests, house.router.floor.contacts_in)
    changes = {
        **DirectoryApi(service, house.directory, kinds).handlers(),
        **AssociationsApi(house.directory).handlers(),
        **FlowsApi(service, house.directory).handlers(),
        **PhoneNumbersApi(service, house.directory, house.numbers).handlers(),
        **PromptsApi(house).handlers(),
        **TagsApi(house.directory, kinds).handlers(),
        **InstanceApi(house.directory).handlers(),
    }
    logins = LoginApi(login, house.directory)
    changes["CreateUser"] = logins.creating(changes["CreateUser"])
    handlers = {
        **AgentsApi(house).handlers(),
        **ChatApi(house).handlers(),
        **ContactsApi(house).handlers(),
        **ContactDetailsApi(house).handlers(),
        **HoursApi(resources).handlers(),
        **logins.handlers(),
        **MetricsApi(house).handlers(),
        **MonitoringApi(house).handlers(),
        **OutboundApi(house).handlers(),
        **RecordingApi(house).handlers(),
        **audited(changes, house.ledger.audit),
        **SearchApi(house.directory, house.records, house.ledger).handlers(),
    }
    web = house.settings.web
    return Dispatch(service, handlers, web.is_instance, resources, pace)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return answer_to(error)


async def _malformed(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = [f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors()]
    return answer_to(Refused.invalid("; ".join(problems)))


async def _unrouted(_: Request, error: Exception) -> Response:
    """What the framework refuses by itself: a body that is no JSON, a method without a route."""
    assert isinstance(error, HTTPException)
    name = "ResourceNotFoundException" if error.status_code == 404 else "InvalidRequestException"
    return answer_to(Refused(error.status_code, name, str(error.detail)))


async def _failed(request: Request, error: Exception) -> Response:
    log.error("request failed", path=request.url.path, exc_info=error)
    return answer_to(Refused(500, "InternalServiceException", "Internal error; see the log"))
