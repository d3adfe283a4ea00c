"""Lines to the outside: trunks, how numbers are written there, who may be called. Pure.

Nobody may be called unless the trunk, the agent and the house allow it.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Address, IPv6Network
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from config.section import E164, Destinations, Name, Port, Secret, Section, Username

WIDEST: Final = {4: 8, 6: 16}
"""Shortest prefix of a network whose calls are taken without a password, by IP version."""
DENIED: Final = (
    *("+1900", "+1976"),  # premium rate in North America, then its islands
    *("+1242", "+1246", "+1264", "+1268", "+1284", "+1345", "+1441", "+1473", "+1649", "+1658"),
    *("+1664", "+1721", "+1758", "+1767", "+1784", "+1809", "+1829", "+1849", "+1868", "+1869"),
    "+1876",  # premium rate in Europe
    *("+31900", "+31906", "+31909", "+3389", "+34803", "+34806", "+34807", "+34905", "+3989"),
    *("+41900", "+41901", "+41906"),
    *("+43900", "+43901", "+43930", "+43931", "+4470", "+4487", "+449", "+49137", "+49900"),
    *("+870", "+878", "+881", "+882", "+883", "+979"),  # satellites, networks, premium rate
)
"""What toll fraud likes best."""

_AUTHORITY = re.compile(r"(?:sips?:)?(?:\[(?P<ipv6>[^]]*)\]|[^:;]*)(?::(?P<port>[0-9]+))?")


def narrow_enough(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    if network.prefixlen < WIDEST[network.version]:
        raise ValueError("a network of the carrier, not a good part of the Internet")
    return network


def with_a_real_address(text: str) -> str:
    """What is in brackets is an IPv6 address, and a port is one."""
    found = _AUTHORITY.match(text)
    try:
        IPv6Address(found["ipv6"] if found and found["ipv6"] is not None else "::")
    except ValueError:
        raise ValueError("an IPv6 address between [ and ]") from None
    if found and found["port"] and not 0 < int(found["port"]) < 65536:
        raise ValueError("a port from 1 to 65535")
    return text


Network = Annotated[IPv4Network | IPv6Network, AfterValidator(narrow_enough)]
Host = Annotated[
    str,
    AfterValidator(with_a_real_address),
    Field(pattern=r"^([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])$"),
]
Proxy = Annotated[
    str,
    AfterValidator(with_a_real_address),
    Field(
        pattern=r"^sips?:([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?"
        r"(;[A-Za-z0-9.-]+(=[A-Za-z0-9.-]+)?)*$"
    ),
]
Digits = Annotated[str, Field(pattern=r"^[0-9]{0,5}$")]


class NumberPlan(Section):
    """How a number that does not begin with "+" is read.

    One that begins with `international_prefix` goes on with a country code, one with any of
    `national_prefixes` is of the country `country_code`. Without one of these it is a short number.
    """

    country_code: Annotated[str, Field(pattern=r"^([1-9][0-9]{0,2})?$")] = ""
    """Without one, only numbers with "+" or the international prefix mean anything."""
    national_prefixes: tuple[Digits, ...] = ("0",)
    """An empty one: more than six digits are a national number."""
    international_prefix: Digits = "00"
    """Empty where every number begins with a country code."""


class DiallingSettings(NumberPlan):
    """What agents dial, and how much of it."""

    denied: Destinations = DENIED
    """Not called unless a trunk allows exactly this, or more digits of it."""
    max_calls: Annotated[int, Field(ge=1)] = 30
    """Calls to the outside at the same time."""
    max_calls_per_user: Annotated[int, Field(ge=1)] = 2
    """A third party counts to whom the user has handed a contact, until that call ends."""
    calls_per_second: Annotated[float, Field(gt=0, le=1000)] = 2.0


class Trunk(NumberPlan):
    """A carrier, or another exchange. The number plan is that of numbers it sends us."""

    name: Username
    host: Host
    """Its domain or address: what follows the @ in everything we send there."""
    port: Port | None = None
    transport: Literal["udp", "tcp", "tls"] = "udp"
    proxy: Proxy | None = None
    """Everything goes by this one, whatever `host` is."""
    username: Username | None = None
    password: Secret | None = None
    realm: Name | None = None
    """The only one whose challenges are answered."""
    register_seconds: Annotated[int, Field(ge=60, le=86400)] | None = None
    """For how long to register; without it the trunk is static."""
    sources: tuple[Network, ...] = ()
    """Calls from here are the trunk's, without a password."""
    asserted_identity: Literal["refuse", "trust"] = "refuse"
    """Whether P-Asserted-Identity (RFC 3325) is believed from there, and told there."""
    caller_id: E164 | None = None
    """What the called see where the queue has no number of its own."""
    numbers: tuple[E164, ...] = ()
    """Those that it brings calls for, besides those of the configuration: to be claimed by the
    API."""
    outgoing_format: Literal["e164", "digits", "international", "national"] = "e164"
    """+49301234567, 49301234567, 0049301234567, or 0301234567 within the country."""
    allowed: Destinations = ()
    priority: Annotated[int, Field(ge=0)] = 10
    """The lowest is tried first."""
    max_calls: Annotated[int, Field(ge=1)] = 30
    calls_per_second: Annotated[float, Field(gt=0, le=1000)] = 5.0
    health_seconds: Annotated[int, Field(ge=0)] = 30
    """OPTIONS is sent this often; 0 sends none, and the trunk counts as up."""
    first_response_seconds: Annotated[float, Field(ge=1, le=32)] = 5.0
    """One that shows no sign of life for this long is passed over for the next trunk."""

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        given = [self.username is None, self.password is None, self.realm is None]
        if any(given) and not all(given):
            raise ValueError("username, password and realm, or none of them")
        if self.register_seconds and all(given):
            raise ValueError("a username, password and realm to register with")
        return self

    @model_validator(mode="after")
    def _the_called_see_a_number(self) -> Self:
        if self.allowed and self.caller_id is None:
            raise ValueError("a caller_id, since calls by this trunk are allowed")
        return self
