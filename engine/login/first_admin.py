"""The Admin of an instance that has none yet, with a password that is good for one login."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.directory import Directory, Kind
from engine.directory.resources import DUPLICATE
from engine.directory.seeding import NO_QUEUES
from engine.login.credentials import Credential, Credentials
from engine.login.passwords import Hasher, one_time_password
from engine.refused import Refused

ADMIN = "Admin"  # the security profile
FACTS = {
    "IdentityInfo": {},
    "PhoneConfig": {"PhoneType": "SOFT_PHONE"},
    "Tags": {},
    "SecurityProfileIds": [ADMIN],
    "RoutingProfileId": NO_QUEUES,
}


async def first_admin(directory: Directory, credentials: Credentials, name: str) -> str | None:
    """Their password, which is told this once; None where somebody is Admin or the name is taken,
    if only by another engine that started at the same moment: that one tells the password.

    Raises Refused or RecordError.
    """
    users = directory.resources.all(Kind.USER)
    if any(ADMIN in user.facts["SecurityProfileIds"] or user.name == name for user in users):
        return None
    try:
        user = await directory.create(Kind.USER, name, FACTS)
    except Refused as refused:
        if refused.error != DUPLICATE:
            raise
        return None
    password = one_time_password()
    hashed = await Hasher().hash(password)
    now = datetime.now(UTC)
    await credentials.save(Credential(user.id, hashed, now, must_change=True))
    return password
