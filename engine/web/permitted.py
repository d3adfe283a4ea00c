"""Who may use our own routes: each depends on it, and has its permissions in `required`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from engine.web.caller import Caller
from engine.web.required import OWN_REQUIRED


def permitted(request: HTTPConnection) -> Caller:
    """Who calls, if they may. Raises Refused."""
    caller: Caller = request.scope["caller"]
    path = request.scope["route"].path
    for permission in OWN_REQUIRED[path]:
        caller.need(permission, path)
    return caller


Permitted = Annotated[Caller, Depends(permitted)]
