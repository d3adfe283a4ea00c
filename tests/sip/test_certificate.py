from __future__ import annotations

import pytest

from sip.certificate import identities, is_for

TRUNK = (("DNS", "Trunk.Example"), ("DNS", "*.wild.example"), ("IP Address", "192.0.2.1"))
WITH_URI = (("DNS", "web.example"), ("URI", "sip:sip.example"), ("URI", "sip:bob@user.example"))
SIX = (("IP Address", "2001:DB8:0:0:0:0:0:1"),)


@pytest.mark.parametrize(
    ("names", "domain", "fits"),
    [
        (TRUNK, "trunk.example", True),
        (TRUNK, "TRUNK.example.", True),
        (TRUNK, "other.example", False),
        (TRUNK, "a.wild.example", False),  # "*" stands for nothing, RFC 5922 §7.2
        (TRUNK, "192.0.2.1", True),
        (TRUNK, "192.0.2.2", False),
        (SIX, "2001:db8::1", True),
        (WITH_URI, "sip.example", True),
        (WITH_URI, "web.example", False),  # where it names SIP domains, those are meant
        (WITH_URI, "user.example", False),
        ((), "trunk.example", False),
    ],
)
def test_a_certificate_is_for_the_domains_it_names(
    names: tuple[tuple[str, str], ...], domain: str, fits: bool
) -> None:
    assert is_for({"subjectAltName": names}, domain) is fits


def test_a_common_name_names_nobody() -> None:
    assert identities({"subject": ((("commonName", "trunk.example"),),)}) == frozenset()


def test_a_uri_that_cannot_be_read_is_passed_over() -> None:
    names = (("URI", "urn:x"), ("URI", "sip:%"), ("DNS", "a.example"))
    assert identities({"subjectAltName": names}) == {"a.example"}
