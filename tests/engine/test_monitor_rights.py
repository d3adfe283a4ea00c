from datetime import UTC, datetime

import pytest

from engine.directory import Kind, Origin, Resource, Resources
from engine.monitor_rights import ENHANCED, MonitorRights
from mixer import Mode

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ARN = "arn:aws:connect:local:000000000000:instance/earshot"
EVERY = frozenset(Mode)


def resources(permissions: list[str], attributes: dict[str, str]) -> Resources:
    facts = {
        Kind.INSTANCE: ("earshot", {"Attributes": attributes}),
        Kind.SECURITY_PROFILE: ("profile", {"Permissions": permissions}),
        Kind.USER: ("ann", {"SecurityProfileIds": ["profile"]}),
    }
    return Resources(
        ARN,
        [Resource(kind, name, name, said, Origin.API, NOW) for kind, (name, said) in facts.items()],
    )


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        ([], frozenset[Mode]()),
        (["ManagerListenIn"], frozenset[Mode]()),  # and no CCP
        (["ManagerBargeIn", "BasicAgentAccess"], frozenset[Mode]()),
        (["ManagerListenIn", "BasicAgentAccess"], frozenset({Mode.LISTEN})),
        (["ManagerListenIn", "BasicAgentAccess", "ManagerBargeIn"], EVERY),
    ],
)
def test_to_listen_takes_the_permission_and_the_ccp_and_to_speak_one_more(
    permissions: list[str], allowed: frozenset[Mode]
) -> None:
    rights = MonitorRights(resources(permissions, {}))
    assert rights.allowed("ann") == allowed
    assert not rights.allowed("nobody")


def test_an_attribute_of_the_instance_lifts_the_need_of_a_recording() -> None:
    assert not MonitorRights(resources([], {})).enhanced
    assert MonitorRights(resources([], {ENHANCED: "true"})).enhanced
