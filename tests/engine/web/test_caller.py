import pytest

from engine.refused import Refused
from engine.web.caller import OPERATOR, Caller, calling
from tests.engine.directory.people import THERE, user


def test_a_caller_without_the_permission_is_told_which_one_is_missing() -> None:
    ann = Caller("ann", {"Users.View"})
    ann.need("Users.View", "ListUsers")
    with pytest.raises(Refused, match=r"ann lacks the permission Users\.Create") as refused:
        ann.need("Users.Create", "CreateUser")
    assert (refused.value.status, refused.value.error) == (403, "AccessDeniedException")


def test_the_operator_may_do_everything_and_reaches_everything() -> None:
    OPERATOR.need("Users.EditPermission", "anything")
    OPERATOR.check_restricts(frozenset())
    OPERATOR.check_acts_for(user("ann", "Admin"), THERE)


def test_nobody_grants_what_they_do_not_have_or_acts_for_whoever_has_more() -> None:
    ann = calling(user("ann", "Agent"), THERE)
    ann.check_grants(["BasicAgentAccess", "MyContacts.View"])
    with pytest.raises(Refused, match=r"ann cannot grant .*: Users\.View"):
        ann.check_grants(["Users.View"])
    with pytest.raises(Refused, match="ann cannot grant"):
        ann.check_acts_for(user("bob", "Admin"), THERE)


def test_who_is_restricted_acts_for_nobody_who_is_restricted_less() -> None:
    ann = calling(user("ann", "north"), THERE)
    ann.check_acts_for(user("bob", "north"), THERE)
    ann.check_acts_for(user("ann", "north"), THERE)
    with pytest.raises(Refused, match="a restriction would be missing"):
        ann.check_acts_for(user("bob", "Nothing"), THERE)
    with pytest.raises(Refused, match="ann does not have access to the user bob"):
        ann.check_acts_for(user("bob", "north", group="south"), THERE)
