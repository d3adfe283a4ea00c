import pytest

from engine.directory import Kind, Origin, Resource, place
from engine.refused import Refused
from engine.web.paging import page
from tests.engine.directory.desk import NOON


def users(*names: str) -> list[Resource]:
    return [Resource(Kind.USER, f"id-{name}", name, {}, Origin.API, NOON) for name in names]


def test_pages_follow_one_another_until_there_is_no_token() -> None:
    found, token = users("a", "b", "c", "d", "e"), None
    seen: list[str] = []
    for size in (2, 2, 1):
        part, token = page(
            found, {"MaxResults": 2} | ({"NextToken": token} if token else {}), place
        )
        assert len(part) == size
        seen += [one.name for one in part]
    assert seen == ["a", "b", "c", "d", "e"] and token is None


def test_small_and_capital_letters_are_in_one_order() -> None:
    found = sorted(users("alice", "Bob", "carol", "Dan"), key=place)
    first, token = page(found, {"MaxResults": 2}, place)
    rest, _ = page(found, {"MaxResults": 2, "NextToken": token}, place)
    assert [one.name for one in (*first, *rest)] == ["alice", "Bob", "carol", "Dan"]


def test_what_comes_and_goes_between_two_pages_moves_nothing_else() -> None:
    _, token = page(users("b", "d", "f"), {"MaxResults": 2}, place)
    part, _ = page(users("a", "c", "e", "f"), {"MaxResults": 2, "NextToken": token}, place)
    assert [one.name for one in part] == ["e", "f"]


@pytest.mark.parametrize("token", ["", "x", "W10=", "WzEsMl0=", "bnVsbA==", "é"])
def test_a_token_that_we_did_not_make_is_refused(token: str) -> None:
    if token:
        with pytest.raises(Refused, match="NextToken"):
            page(users("a"), {"NextToken": token}, place)
    else:
        assert page(users("a"), {"NextToken": token}, place)[1] is None
