from typing import Any

import pytest
from starlette.requests import Request

from engine.refused import Refused
from engine.web.caller import OPERATOR, Caller
from engine.web.permitted import permitted
from engine.web.required import OWN_REQUIRED


class Route:
    def __init__(self, path: str) -> None:
        self.path = path


def asked(path: str, caller: Caller) -> Request:
    scope: dict[str, Any] = {"type": "http", "route": Route(path), "caller": caller}
    return Request(scope)


@pytest.mark.parametrize("path", OWN_REQUIRED)
def test_each_of_the_permissions_of_a_route_is_needed(path: str) -> None:
    assert permitted(asked(path, OPERATOR)) is OPERATOR
    for missing in OWN_REQUIRED[path]:
        ann = Caller("ann", set(OWN_REQUIRED[path]) - {missing})
        with pytest.raises(Refused, match=missing.replace(".", r"\.")):
            permitted(asked(path, ann))
