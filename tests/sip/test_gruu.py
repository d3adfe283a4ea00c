from __future__ import annotations

import pytest

from sip.errors import PeerError
from sip.gruu import instance_in, public_gruu

URN = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"


def test_the_address_of_record_and_the_device_make_a_gruu() -> None:
    gruu = public_gruu("sip:agent1@pbx.example:5070;transport=tcp?a=b", URN)
    assert gruu == f"sip:agent1@pbx.example:5070;gr={URN}"
    assert instance_in(gruu) == URN


def test_any_other_uri_means_any_device() -> None:
    assert instance_in("sip:agent1@pbx.example;transport=tcp") == ""
    with pytest.raises(PeerError):
        instance_in("nonsense")
