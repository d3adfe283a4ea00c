from typing import Any

import pytest
from starlette.requests import HTTPConnection

from engine.refused import Refused
from engine.web.caller import NOBODY, Caller
from engine.web.pace import Pace
from engine.web.paced import Paced


def asked(caller: Caller, host: str = "192.0.2.1", kind: str = "http") -> HTTPConnection:
    scope: dict[str, Any] = {"type": kind, "caller": caller, "client": (host, 5060)}
    return HTTPConnection(scope)


async def test_each_caller_has_a_pace_and_strangers_have_that_of_their_address() -> None:
    paced, ann = Paced(Pace(per_second=0.001, burst=1)), Caller("ann", frozenset())
    for request in (asked(ann), asked(NOBODY), asked(NOBODY, "192.0.2.2")):
        await paced(request)
        with pytest.raises(Refused) as refused:
            await paced(request)
        assert refused.value.error == "ThrottlingException"
    await paced(asked(ann, kind="websocket"))
