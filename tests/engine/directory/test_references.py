import pytest

from engine.directory import Kind, Origin, Resource, Resources
from engine.directory.references import REFERENCES, referring, resolved
from engine.refused import Refused
from tests.engine.directory.desk import ARN, NOON


def resource(kind: Kind, identifier: str, **facts: object) -> Resource:
    return Resource(kind, identifier, f"the {identifier}", facts, Origin.API, NOON)


def served(reference: str) -> dict[str, object]:
    return {"QueueReference": {"QueueId": reference, "Channel": "VOICE"}, "Priority": 1}


QUEUE, OTHER = resource(Kind.QUEUE, "q1"), resource(Kind.QUEUE, "q2")
THERE = Resources(ARN, [QUEUE, OTHER])


def test_a_reference_by_arn_is_kept_as_an_id_wherever_it_stands() -> None:
    given = {
        "DefaultOutboundQueueId": THERE.arn(QUEUE),
        "QueueConfigs": [served("q2"), served(THERE.arn(QUEUE))],
        "Description": THERE.arn(QUEUE),
    }
    facts = resolved(Kind.ROUTING_PROFILE, given, THERE)
    assert facts["DefaultOutboundQueueId"] == "q1"
    assert facts["QueueConfigs"] == [served("q2"), served("q1")]
    assert facts["Description"] == THERE.arn(QUEUE)  # is no reference
    assert given["DefaultOutboundQueueId"] == THERE.arn(QUEUE)


@pytest.mark.parametrize(
    ("kind", "facts", "missing"),
    [
        (Kind.ROUTING_PROFILE, {"QueueConfigs": [served("q3")]}, "queue q3"),
        (Kind.USER, {"SecurityProfileIds": ["p1"]}, "security profile p1"),
        (
            Kind.QUICK_CONNECT,
            {"QuickConnectConfig": {"UserConfig": {"UserId": "u1"}}},
            "user u1",
        ),
    ],
)
def test_what_leads_nowhere_is_refused(kind: Kind, facts: dict[str, object], missing: str) -> None:
    with pytest.raises(Refused, match=missing) as refused:
        resolved(kind, facts, THERE)
    assert refused.value.error == "ResourceNotFoundException"


def test_what_is_not_given_or_taken_away_needs_nothing() -> None:
    assert resolved(Kind.USER, {"HierarchyGroupId": None}, THERE) == {"HierarchyGroupId": None}
    assert resolved(Kind.ACCESS_KEY, {"UserId": "u1"}, THERE) == {"UserId": "u1"}


def test_those_that_name_a_resource_are_found() -> None:
    profile = resource(Kind.ROUTING_PROFILE, "p", QueueConfigs=[served("q1")])
    short = resource(Kind.QUICK_CONNECT, "c", QuickConnectConfig={"QueueConfig": {"QueueId": "q1"}})
    there = Resources(ARN, [QUEUE, OTHER, profile, short])
    assert set(one.id for one in referring(QUEUE, there)) == {"p", "c"}
    assert not list(referring(OTHER, there))


def test_every_reference_leads_to_a_member() -> None:
    for kind, paths in REFERENCES.items():
        assert paths and kind in Kind
