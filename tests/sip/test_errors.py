from __future__ import annotations

from sip.errors import PeerError, UsageError


def test_a_peer_error_is_a_bad_request_unless_it_says_otherwise() -> None:
    assert PeerError("Broken Via").status == 400
    assert PeerError("No audio stream fits", status=488).status == 488


def test_a_peer_error_carries_its_reason_as_a_phrase() -> None:
    error = PeerError("Broken Via")
    assert (error.reason, str(error)) == ("Broken Via", "Broken Via")


def test_a_usage_error_is_not_a_peer_error() -> None:
    assert not issubclass(UsageError, PeerError)
    assert issubclass(UsageError, ValueError)
