"""Public GRUUs, RFC 5627: the URI of one device of a user, wherever it has registered from.

Temporary ones are not handed out: they hide who is called, which nobody does behind a B2BUA.
"""

from __future__ import annotations

from dataclasses import replace

from sip.grammar import NO_PARAMS
from sip.uri import Uri


def public_gruu(address: str, instance: str) -> str:
    """Of the device `instance` of the user with this address of record, §5.1."""
    bare = replace(Uri.parse(address), params=NO_PARAMS, headers=(), password=None)
    return str(replace(bare, params=bare.params.with_param("gr", instance)))


def instance_in(uri: str) -> str:
    """Which device of its user a URI means; "" for any."""
    return Uri.parse(uri).params.get("gr", "")
