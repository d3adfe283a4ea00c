"""Codes of an authenticator app (TOTP, RFC 6238). Pure: the clock is an argument.

The secret is made of a random number by a master key, so that the database alone opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b32encode
from datetime import datetime

from pyotp import TOTP

STEP_SECONDS = 30
WINDOW = (-1, 0, 1)
"""Steps around now whose code is taken: clocks differ, and people type slowly."""
SECRET_BYTES = 20  # RFC 4226, section 4
ISSUER = "Earshot"


def fresh_seed() -> str:
    return secrets.token_hex(16)


def secret_of(master: bytes, seed: str) -> str:
    """What the app is told, in base 32."""
    digest = hmac.digest(master, b"one-time codes " + seed.encode(), hashlib.sha256)
    return b32encode(digest[:SECRET_BYTES]).decode()


def address_of(secret: str, username: str) -> str:
    """otpauth://..., which apps read as a QR code."""
    return TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=username, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime, after: int) -> int | None:
    """The step whose code this is, of those that come after `after`; None: it is none of them.

    A code that was used is not taken again: remember the step (RFC 6238, section 5.2).
    """
    generator = TOTP(secret, interval=STEP_SECONDS)
    current = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in (current + offset for offset in WINDOW):
        expected = generator.generate_otp(step).encode()
        if hmac.compare_digest(expected, code.encode()) and step > after:
            found = step
    return found
