from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from engine.login.credentials import Credential, Credentials
from engine.records import Records

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ANN = Credential("ann", "a hash", NOON, must_change=True, seed="a seed")


async def test_a_credential_comes_back_as_it_was_saved_last(records: Records) -> None:
    credentials = Credentials(records)
    for one in (ANN, replace(ANN, hash="another", must_change=False, confirmed=True)):
        await credentials.save(one)
        assert await credentials.of("ann") == one
    assert await credentials.of("ben") is None


async def test_a_code_is_used_once_however_many_try_at_once(records: Records) -> None:
    credentials = Credentials(records)
    await credentials.save(ANN)
    tries = [credentials.use("ann", 7) for _ in range(5)]
    assert sorted(await asyncio.gather(*tries)) == [False, False, False, False, True]
    assert not await credentials.use("ann", 6)
    assert await credentials.use("ann", 8)


async def test_those_of_nobody_are_forgotten(records: Records) -> None:
    credentials = Credentials(records)
    for name in ("ann", "ben"):
        await credentials.save(replace(ANN, user_id=name))
    await credentials.keep_only(["ben", "cleo"])
    assert (await credentials.of("ann"), bool(await credentials.of("ben"))) == (None, True)
