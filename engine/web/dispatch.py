"""Connect's operations over HTTP: found by the service model, read, carried out, answered by it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Set
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from engine.directory import Resources
from engine.refused import Refused
from engine.web.answer_shape import write
from engine.web.caller import Caller
from engine.web.gate import answer_to
from engine.web.named import check_named
from engine.web.pace import Pace
from engine.web.repeats import Repeats
from engine.web.request_shape import read, refusal
from engine.web.required import REQUIRED
from engine.web.service_model import Found, Operation, Service

Handler = Callable[[Caller, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Who asks and the operation's input, by the names of the model, to its output. Raises Refused."""

log = structlog.get_logger("engine.web")


class Dispatch:
    """An ASGI application behind the gate, which says who calls.

    An operation without a handler is refused by its name.
    """

    def __init__(
        self,
        service: Service,
        handlers: Mapping[str, Handler],
        is_instance: Callable[[str], bool],
        resources: Resources,
        pace: Pace,
    ) -> None:
        unknown = handlers.keys() - (service.operations.keys() & REQUIRED.keys())
        assert not unknown, f"not in the service, or open to all: {', '.join(sorted(unknown))}"
        self._service, self._handlers = service, handlers
        self._is_instance, self._resources = is_instance, resources
        self._pace, self._repeats = pace, Repeats()

    @property
    def operations(self) -> Set[str]:
        """Names of those that are carried out."""
        return self._handlers.keys()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self._answer(Request(scope, receive))
        except Refused as refused:
            answer = answer_to(refused)
        except Exception as error:
            log.error("request failed", path=scope["path"], exc_info=error)
            answer = answer_to(
                Refused(500, "InternalServiceException", "Internal error; see the log")
            )
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        found = self._find(request)
        operation, caller = found.operation, request.scope["caller"]
        try:
            given = self._read(found, caller, request.url.query, await request.body())
            carry_out = partial(self._handler(operation), caller, given)
            output = await self._repeats.once(caller.name, operation.name, given, carry_out)
        except Refused as refused:
            raise operation.listed(refused) from refused
        return JSONResponse(write(operation, output))

    def _read(self, found: Found, caller: Caller, query: str, body: bytes) -> dict[str, Any]:
        """The input of somebody who may ask, as often as this and for this. Raises Refused."""
        operation = found.operation
        self._handler(operation)
        self._pace.check(caller.name, asyncio.get_running_loop().time())
        if permission := REQUIRED[operation.name]:
            caller.need(permission, operation.name)
        values = parse_qs(query, keep_blank_values=True)
        given = read(operation, found.labels, values, parsed(operation, body))
        if "InstanceId" in given and not self._is_instance(given["InstanceId"]):
            raise Refused.not_found(f"There is no instance {given['InstanceId']} here")
        check_named(caller, given, self._resources)
        return given

    def _find(self, request: Request) -> Found:
        path = request.scope["raw_path"].decode("ascii", "replace")
        found = self._service.find(request.method, path)
        if found is None:
            text = f"No operation has the method {request.method} and this path"
            raise Refused(404, "UnknownOperationException", text)
        return found

    def _handler(self, operation: Operation) -> Handler:
        handler = self._handlers.get(operation.name)
        if handler is None:
            text = f"{operation.name} is not implemented by Earshot"
            raise Refused(501, "NotImplementedException", text)
        return handler


def parsed(operation: Operation, body: bytes) -> object:
    """An empty body is an empty object: GET and DELETE have none."""
    if not body:
        return {}
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise refusal(operation, [f": not JSON, {error}"]) from error
