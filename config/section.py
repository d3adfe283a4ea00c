"""What every table of the file is made of, and the kinds of values in it. Pure."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator

Port = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
CodecName = Literal["PCMU", "PCMA", "G722", "opus"]
Name = Annotated[str, Field(min_length=1)]
Username = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Secret = Annotated[SecretStr, Field(min_length=1)]
Destinations = tuple[Annotated[str, Field(pattern=r"^(\+[0-9]{0,15}|[0-9]{2,6})$")], ...]
"""Numbers in E.164 that begin so, "+" for all of them; without "+" exactly this short number."""
ReferTarget = Annotated[
    str, Field(pattern=r"^sips?:(\*|[A-Za-z0-9._+-]{1,64})@[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?$")
]
"""sip:desk@pbx.example.com, exactly so; "*" stands for every user of that host."""
WebUrl = Annotated[str, Field(pattern=r"^https?://[^\s/]+\S*$")]
E164 = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]


def own_address(text: str) -> str:
    try:
        address = IPv4Address(text)
    except ValueError:
        address = None
    if address is None or address.is_unspecified or address.is_multicast:
        raise ValueError("an IPv4 address of this machine, one that phones can reach")
    return text


def own_address6(text: str) -> str:
    try:
        address = IPv6Address(text)
    except ValueError:
        address = None
    odd = address is None or address.is_unspecified or address.is_multicast or address.ipv4_mapped
    if address is None or odd or address.scope_id:
        raise ValueError("an IPv6 address of this machine, one that phones can reach")
    return str(address)


def listener_address(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        address = None
    if address is None or address.is_multicast or "%" in text:
        raise ValueError("an IP address of this machine, 0.0.0.0 or :: for all of them")
    return str(address)


OwnAddress = Annotated[str, AfterValidator(own_address)]
"""Phones are told it, so it cannot be 0.0.0.0."""
OwnAddress6 = Annotated[str, AfterValidator(own_address6)]
"""Likewise, and no IPv4 address in IPv6 form."""
ListenerAddress = Annotated[str, AfterValidator(listener_address)]
"""IPv4 or IPv6."""


class Section(BaseModel):
    """One table of the file: an unknown key is an error, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @field_validator("*", mode="before")
    @classmethod
    def _truth_is_no_number(cls, value: object) -> object:
        """Python takes true for 1; no setting here is a yes or no."""
        if isinstance(value, bool):
            raise ValueError("a number or a text")
        return value
