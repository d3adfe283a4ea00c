from dataclasses import replace

import pytest

from engine.refused import Refused
from engine.web.contact_details_api import MAX_REFERENCES, MAX_TAGS, check_references, tagged
from tests.rig.contacts import contact_record


def test_a_contact_has_so_many_tags_and_no_more() -> None:
    record = replace(contact_record(), tags={str(n): "x" for n in range(MAX_TAGS)})
    assert tagged(record, {"0": "y"})["0"] == "y"
    with pytest.raises(Refused, match="at most"):
        tagged(record, {"another": "x"})


def test_references_that_are_not_kept_are_refused() -> None:
    check_references({"a": {"Type": "URL", "Value": "https://example.org"}})
    with pytest.raises(Refused, match="ATTACHMENT"):
        check_references({"a": {"Type": "ATTACHMENT", "Value": "x"}})
    with pytest.raises(Refused, match="at most"):
        check_references({str(n): {"Type": "URL"} for n in range(MAX_REFERENCES + 1)})
