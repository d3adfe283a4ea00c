from __future__ import annotations

import pytest
from pydantic import ValidationError

from config import Agent, SipSettings


def test_a_person_has_a_password_or_digests_of_one() -> None:
    digests = {"SHA-256": "0" * 64, "MD5": "f" * 32}
    assert Agent.model_validate({"username": "a", "ha1": digests}).ha1
    for secrets in (
        {},
        {"password": "x", "ha1": digests},
        {"ha1": {"MD5": "hunter2"}},
        {"ha1": {"SHA-1": "0" * 40}},
        {"ha1": {}},
    ):
        with pytest.raises(ValidationError) as caught:
            Agent.model_validate({"username": "a", **secrets})
        assert "hunter2" not in str(caught.value)


def test_an_algorithm_that_cannot_be_computed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert SipSettings(digest_algorithms=("SHA-512-256",)).digest_algorithms == ("SHA-512-256",)
    monkeypatch.setattr("hashlib.algorithms_available", {"sha256", "md5"})
    with pytest.raises(ValidationError, match="OpenSSL"):
        SipSettings(digest_algorithms=("SHA-512-256",))
