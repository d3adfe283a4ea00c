from dataclasses import replace

import pytest

from engine.refused import Refused
from engine.web.contacts_api import MAX_ATTRIBUTE_BYTES, merged
from tests.rig.contacts import contact_record


def test_attributes_that_are_given_replace_and_the_others_stay() -> None:
    record = replace(contact_record(), attributes={"a": "1", "b": "2"})
    assert merged(record, {"b": "3"}) == {"a": "1", "b": "3"}


def test_the_attributes_of_a_contact_have_a_limit_in_all() -> None:
    record = replace(contact_record(), attributes={"a": "ü" * (MAX_ATTRIBUTE_BYTES // 4)})
    half = "x" * (MAX_ATTRIBUTE_BYTES // 2 - 2)
    assert merged(record, {"b": half})
    with pytest.raises(Refused, match="at most"):
        merged(record, {"b": half + "x"})
