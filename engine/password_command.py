"""`earshot config hash-password`: what a configuration holds in place of a password."""

from __future__ import annotations

import json
from collections.abc import Sequence

from config import SipSettings
from sip.digest import ALGORITHMS, ha1


def hashed(username: str, password: str, sip: SipSettings) -> str:
    """A line of TOML for [[agents]] or [[supervisors]], good for this user in this realm."""
    digests = {name: ha1(username, sip.realm, password, name) for name in offered(sip)}
    pairs = (f"{json.dumps(name)} = {json.dumps(digest)}" for name, digest in digests.items())
    return f"ha1 = {{ {', '.join(pairs)} }}"


def offered(sip: SipSettings) -> Sequence[str]:
    """In the order of the settings; those not offered today too, as they may be tomorrow."""
    return (*sip.digest_algorithms, *sorted(ALGORITHMS.keys() - set(sip.digest_algorithms)))
