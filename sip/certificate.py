"""Whom a certificate is for: SIP identities, RFC 5922 §7."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from sip.errors import PeerError
from sip.uri import Uri

Certificate = Mapping[str, Any]
"""As `SSLSocket.getpeercert()` gives it: empty for one that was not verified."""


def identities(certificate: Certificate) -> frozenset[str]:
    """Domains and IP addresses, in lower case: those of `sip:` URIs, else the DNS names (§7.1).

    A common name does not count, as no authority checks it any more.
    """
    names: tuple[tuple[str, str], ...] = certificate.get("subjectAltName", ())
    addresses = {_address(value) for kind, value in names if kind == "IP Address"}
    domains = {_domain(value) for kind, value in names if kind == "URI"} - {""}
    if not domains:
        domains = {value.lower().rstrip(".") for kind, value in names if kind == "DNS"}
    return frozenset(domains | addresses)


def is_for(certificate: Certificate, domain: str) -> bool:
    """Whether it names just this domain or address; "*" is no wildcard in SIP (§7.2)."""
    wanted = _address(domain) if ":" in domain else domain.lower().rstrip(".")
    return wanted in identities(certificate)


def _domain(uri: str) -> str:
    """The host of a sip URI without a user; "" of any other."""
    try:
        parsed = Uri.parse(uri)
    except PeerError:
        return ""
    return parsed.host.lower() if parsed.scheme == "sip" and parsed.user is None else ""


def _address(text: str) -> str:
    return str(ip_address(text.strip()))
