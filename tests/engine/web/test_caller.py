import pytest

from engine.refused import Refused
from engine.web.caller import OPERATOR, Caller


def test_a_caller_without_the_permission_is_told_which_one_is_missing() -> None:
    ann = Caller("ann", {"Users.View"})
    ann.need("Users.View", "ListUsers")
    with pytest.raises(Refused, match=r"ann lacks the permission Users\.Create") as refused:
        ann.need("Users.Create", "CreateUser")
    assert (refused.value.status, refused.value.error) == (403, "AccessDeniedException")


def test_the_operator_may_do_everything_and_sees_everything() -> None:
    OPERATOR.need("Users.EditPermission", "anything")
    OPERATOR.check_sees(["ann"])


def test_who_sees_their_own_contacts_sees_no_other() -> None:
    ann = Caller("ann", {"ContactSearch.View", "MyContacts.View"})
    ann.check_sees(["bob", "ann"])
    with pytest.raises(Refused, match="their own"):
        ann.check_sees(["bob"])
