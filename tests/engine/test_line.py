import pytest

from engine.line import Keys, Party
from tests.rig.contacts import line


@pytest.mark.parametrize(
    ("offered", "may_send", "may_hear"),
    [
        ("sendrecv", True, True),
        ("sendonly", True, False),
        ("recvonly", False, True),
        ("inactive", False, False),
    ],
)
def test_what_a_phone_offers_says_what_it_may(offered: str, may_send: bool, may_hear: bool) -> None:
    one = line("contact", Party.AGENT, direction=offered)
    assert (one.may_send, one.may_hear) == (may_send, may_hear)


def test_a_phone_that_tells_keys_in_two_ways_is_listened_to_in_the_first() -> None:
    one = line("contact", Party.CUSTOMER)
    assert one.presses_by(Keys.SIGNALLING) and not one.presses_by(Keys.MEDIA)
    assert one.presses_by(Keys.SIGNALLING)
