import pytest

from engine.directory.permission import PERMISSIONS
from engine.refused import Refused
from engine.web.caller import OPERATOR, Caller


def test_a_caller_without_the_permission_is_told_which_one_is_missing() -> None:
    ann = Caller("ann", {"Users.View"})
    ann.need("Users.View", "ListUsers")
    with pytest.raises(Refused, match=r"ann lacks the permission Users\.Create") as refused:
        ann.need("Users.Create", "CreateUser")
    assert (refused.value.status, refused.value.error) == (403, "AccessDeniedException")


def test_the_operator_may_do_everything() -> None:
    assert OPERATOR.permissions == PERMISSIONS
