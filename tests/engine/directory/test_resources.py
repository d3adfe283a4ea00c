from dataclasses import replace

import pytest

from engine.directory import Kind, Origin, Resource, Resources
from engine.directory import resources as limits
from engine.refused import Refused
from tests.engine.directory.desk import ARN, NOON


def profile(name: str, *permissions: str) -> Resource:
    facts = {"Permissions": list(permissions)}
    return Resource(Kind.SECURITY_PROFILE, f"id of {name}", name, facts, Origin.API, NOON)


def user(name: str, *profiles: Resource) -> Resource:
    facts = {"SecurityProfileIds": [one.id for one in profiles]}
    return Resource(Kind.USER, f"id of {name}", name, facts, Origin.API, NOON)


def test_a_resource_is_found_by_its_id_its_arn_and_its_name() -> None:
    ann = user("ann")
    there = Resources(ARN, [ann])
    assert there.arn(ann) == f"{ARN}/agent/id of ann"
    for reference in (ann.id, there.arn(ann)):
        assert there.get(Kind.USER, reference) is ann
    assert there.named(Kind.USER, "ann") is ann
    with pytest.raises(Refused, match="no security profile id of ann"):
        there.get(Kind.SECURITY_PROFILE, ann.id)


def test_one_that_is_renamed_leaves_its_old_name_to_others() -> None:
    there = Resources(ARN, [user("ann")])
    there.put(replace(user("ann"), name="anna"))
    assert there.named(Kind.USER, "ann") is None
    there.check_new(Kind.USER, "ann")
    with pytest.raises(Refused, match="anna already"):
        there.check_new(Kind.USER, "anna")
    there.remove(there.get(Kind.USER, "id of ann"))
    assert there.all(Kind.USER) == []


def test_there_is_a_limit_of_each_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(limits.LIMITS) == set(Kind)
    monkeypatch.setattr(limits, "LIMITS", dict.fromkeys(Kind, 1))
    there = Resources(ARN, [user("ann")])
    with pytest.raises(Refused) as refused:
        there.check_new(Kind.USER, "bob")
    assert (refused.value.status, refused.value.error) == (429, "LimitExceededException")


def test_a_user_may_do_what_any_of_their_profiles_grants() -> None:
    listen, see = profile("listen", "ManagerListenIn"), profile("see", "AccessMetrics")
    there = Resources(ARN, [listen, see])
    assert there.permissions(user("ann", listen, see)) == {"ManagerListenIn", "AccessMetrics"}
    there.remove(see)
    assert there.permissions(user("ann", listen, see)) == {"ManagerListenIn"}


def test_secrets_are_not_printed() -> None:
    assert "hush" not in repr(replace(user("ann"), secrets={"MD5": "hush"}))
