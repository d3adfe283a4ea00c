from __future__ import annotations

import asyncio

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

from engine.login.passwords import (
    LANES,
    MAX_WAITING,
    MEMORY_KIB,
    PASSES,
    Hasher,
    check_password,
    hash_of_nobody,
    one_time_password,
)
from engine.refused import Refused


@pytest.mark.parametrize(
    "password",
    ["Sh0rt", "nocapitals1", "NOSMALL1", "NoDigits", "With Space1", "Xann1xXX", "Aa1" * 22, ""],
)
def test_a_weak_password_is_refused_with_the_rule(password: str) -> None:
    with pytest.raises(Refused, match="8 to 64 characters"):
        check_password("ann", password)


def test_a_good_one_is_taken_and_a_one_time_password_is_good() -> None:
    check_password("ann", "Correct-Horse-7")
    first, second = one_time_password(), one_time_password()
    assert first != second
    check_password("nobody", first)


async def test_a_hash_is_argon2id_salted_and_verified() -> None:
    hasher = Hasher()
    one, other = await hasher.hash("Correct-Horse-7"), await hasher.hash("Correct-Horse-7")
    assert one != other and one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await hasher.verify(one, "Correct-Horse-7")
    assert not await hasher.verify(one, "Correct-Horse-8")


@pytest.mark.parametrize("known", [None, "nonsense"])
async def test_what_is_no_hash_opens_for_nothing(known: str | None) -> None:
    hasher = Hasher()
    assert not await hasher.verify(known, "anything")


async def test_one_comes_after_the_other_and_a_crowd_is_sent_away() -> None:
    hasher, inside, most = Hasher(), 0, 0

    async def one() -> None:
        nonlocal inside, most
        async with hasher.turn():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    crowd = await asyncio.gather(*(one() for _ in range(MAX_WAITING + 5)), return_exceptions=True)
    away = [each for each in crowd if isinstance(each, Refused)]
    assert (most, len(away)) == (1, 5)
    assert {each.status for each in away} == {429}
    await one()


def test_the_hash_of_nobody_takes_as_long_as_any_and_fits_nothing() -> None:
    made, nobody = PasswordHasher(PASSES, MEMORY_KIB, LANES), hash_of_nobody()
    assert extract_parameters(nobody) == extract_parameters(made.hash("Correct-Horse-9"))
    assert hash_of_nobody() != nobody
    with pytest.raises(VerifyMismatchError):
        made.verify(nobody, "Correct-Horse-9")
