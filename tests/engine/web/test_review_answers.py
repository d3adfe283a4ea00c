from __future__ import annotations

from engine.web.caller import OPERATOR
from engine.web.review_answers import Contact
from engine.web.review_api import row
from tests.rig.contacts import contact_record


def test_nothing_that_is_known_of_a_contact_is_left_out_of_what_the_document_tells() -> None:
    """FastAPI leaves out of an answer whatever its type does not name."""
    assert row(contact_record(), OPERATOR).keys() == Contact.__annotations__.keys()
