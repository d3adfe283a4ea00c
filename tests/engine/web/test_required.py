from itertools import chain
from pathlib import Path

from engine.directory.permission import PERMISSIONS
from engine.web.access_keys import AccessKeys
from engine.web.pace import Pace
from engine.web.permitted import permitted
from engine.web.required import OF_ITS_KIND, OWN_REQUIRED, REQUIRED
from engine.web.server import connect, login_to, own_apis
from engine.web.session_door import SessionDoor
from tests.rig.house import engine


def test_every_permission_that_is_asked_for_can_be_granted() -> None:
    asked = {*REQUIRED.values(), *chain.from_iterable(OWN_REQUIRED.values())} - {OF_ITS_KIND}
    assert asked <= PERMISSIONS


def test_only_tags_need_what_their_resource_needs_and_a_token_of_ones_own_needs_nothing() -> None:
    by_kind = {name for name, permission in REQUIRED.items() if permission == OF_ITS_KIND}
    tags = {"TagResource", "UntagResource", "ListTagsForResource"}
    assert by_kind == tags | {"GetFederationToken"}


async def test_every_operation_and_every_route_needs_a_permission(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        login = login_to(one.house, bytes(32))
        assert set(connect(one.house, login, Pace(1, 1)).operations) == set(REQUIRED)
        keys = AccessKeys(one.house.directory, bytes(32))
        routers = own_apis(
            *(one.house, keys, login, SessionDoor(login, one.house.directory, []), None)
        )
        routes = [route for router in routers for route in router.routes]
        assert {route.path for route in routes} == set(OWN_REQUIRED)
        for route in routes:
            assert permitted in [each.call for each in route.dependant.dependencies]
