import pytest

from engine.refused import Refused
from engine.web.contacts_api import MAX_ATTRIBUTE_BYTES, merged


def test_attributes_that_are_given_replace_and_the_others_stay() -> None:
    assert merged({"a": "1", "b": "2"}, {"b": "3"}) == {"a": "1", "b": "3"}


def test_the_attributes_of_a_contact_have_a_limit_in_all() -> None:
    former = {"a": "ü" * (MAX_ATTRIBUTE_BYTES // 4)}
    half = "x" * (MAX_ATTRIBUTE_BYTES // 2 - 2)
    assert merged(former, {"b": half})
    with pytest.raises(Refused, match="at most"):
        merged(former, {"b": half + "x"})
