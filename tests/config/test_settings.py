from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config import (
    Agent,
    MediaSettings,
    Number,
    RecordingSettings,
    Settings,
    SipSettings,
    TlsSettings,
    WebSettings,
)
from config.section import Section


def test_settings_have_a_default_for_everything() -> None:
    settings = Settings()
    assert settings.sip.port == 5060
    assert settings.agents == settings.numbers == ()


def test_settings_made_in_code_do_not_look_at_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EARSHOT_SIP__PORT", "7")
    assert Settings().sip.port == 5060


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().sip.port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("section", "values"),
    [
        (SipSettings, {"port": 65536}),
        (SipSettings, {"port": -1}),
        (SipSettings, {"port": True}),
        (SipSettings, {"prot": 5060}),
        (SipSettings, {"realm": ""}),
        (SipSettings, {"dscp": 64}),
        (SipSettings, {"outbound_proxies": ["edge.example"]}),
        (SipSettings, {"tcp_idle_seconds": 59}),
        (SipSettings, {"max_tcp_connections_per_source": 0}),
        (SipSettings, {"host": "localhost"}),
        (SipSettings, {"host": "224.0.0.1"}),
        (SipSettings, {"listeners": ["tls:192.0.2.1"]}),
        (SipSettings, {"listeners": ["192.0.2.1:5061"]}),
        (SipSettings, {"dns_servers": ["ns.example"]}),
        (TlsSettings, {"private_key": "sip.key"}),
        (TlsSettings, {"client_private_key": "client.key", "certificate": "sip.pem"}),
        (TlsSettings, {"client_certificates": "maybe"}),
        (SipSettings, {"digest_algorithms": []}),
        (SipSettings, {"digest_algorithms": ["SHA-1"]}),
        (SipSettings, {"trusted_sources": ["carrier.example"]}),
        (SipSettings, {"trusted_sources": ["192.0.2.1/24"]}),
        (SipSettings, {"digest_qops": []}),
        (SipSettings, {"digest_qops": ["auth-conf"]}),
        (MediaSettings, {"host": "0.0.0.0"}),
        (SipSettings, {"passed_headers": ["Via"]}),
        (SipSettings, {"passed_headers": ["X-A: b"]}),
        (SipSettings, {"passed_headers": ["X-A"] * 33}),
        (SipSettings, {"contact_id_header": "Contact-Id"}),
        (SipSettings, {"nonce_seconds": 0}),
        (SipSettings, {"nonce_seconds": float("inf")}),
        (SipSettings, {"nonce_seconds": float("nan")}),
        (MediaSettings, {"port_min": 80}),
        (MediaSettings, {"codecs": []}),
        (MediaSettings, {"codecs": ["GSM"]}),
        (RecordingSettings, {"beep_seconds": 0.5}),
        (RecordingSettings, {"beep_seconds": -1}),
        (WebSettings, {"token": ""}),
        (WebSettings, {"instance_arn": "instance/1"}),
        (Agent, {"username": "a b", "password": "x"}),
        (Agent, {"username": "a" * 65, "password": "x"}),
        (Agent, {"username": "a", "password": ""}),
        (Number, {"number": "sip:support", "flow": "f.json"}),
    ],
)
def test_a_value_outside_its_limits_is_refused(section: type[Section], values: Any) -> None:
    with pytest.raises(ValidationError):
        section(**values)


@pytest.mark.parametrize(
    ("port_min", "port_max", "fits"),
    [(20000, 20001, True), (20000, 20000, False), (20001, 20002, False), (20001, 20003, True)],
)
def test_the_range_of_rtp_ports_holds_an_even_one_and_the_next(
    port_min: int, port_max: int, fits: bool
) -> None:
    try:
        MediaSettings(port_min=port_min, port_max=port_max)
    except ValidationError:
        assert not fits
    else:
        assert fits


@pytest.mark.parametrize(
    ("threads", "changes", "fits"),
    [
        (1, {"port_max": 20001, "max_ports": 4}, True),
        (2, {"port_max": 20007, "max_ports": 8}, True),
        (2, {"port_max": 20006, "max_ports": 8}, False),
        (2, {"port_max": 20007, "max_ports": 7}, False),
        (0, {}, False),
        (65, {}, False),
    ],
)
def test_a_call_fits_on_every_media_thread(
    threads: int, changes: dict[str, int], fits: bool
) -> None:
    try:
        MediaSettings.model_validate({"threads": threads, **changes})
    except ValidationError:
        assert not fits
    else:
        assert fits


def test_a_tls_listener_needs_a_certificate() -> None:
    sip = SipSettings(host="2001:db8::1", listeners=("tls:192.0.2.1:5061",))
    with pytest.raises(ValidationError, match="certificate"):
        Settings(sip=sip)
    assert Settings(sip=sip, tls=TlsSettings(certificate=Path("sip.pem"))).sip == sip


def test_secrets_are_not_printed() -> None:
    agent = Agent.model_validate({"username": "agent1", "password": "hunter2"})
    settings = Settings(agents=(agent,), web=WebSettings.model_validate({"token": "s3cret-token"}))
    assert "hunter2" not in repr(settings) and "s3cret-token" not in repr(settings)


def test_an_error_does_not_print_the_value_either() -> None:
    with pytest.raises(ValidationError) as caught:
        Agent.model_validate({"username": "agent1", "pasword": "hunter2"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(("least", "most"), [(20, 20), (60, 200), (400, 400)])
def test_the_delay_of_mixes_has_bounds_in_order(least: int, most: int) -> None:
    settings = MediaSettings(playout_min_ms=least, playout_max_ms=most)
    assert settings.playout_min_ms == least


@pytest.mark.parametrize(("least", "most"), [(19, 60), (20, 401), (61, 60)])
def test_bounds_of_the_delay_that_cannot_be_are_refused(least: int, most: int) -> None:
    with pytest.raises(ValidationError):
        MediaSettings(playout_min_ms=least, playout_max_ms=most)
