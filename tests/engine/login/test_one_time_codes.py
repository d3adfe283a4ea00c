from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pyotp import TOTP

from engine.login.one_time_codes import address_of, fresh_seed, secret_of, step_of

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
STEP = timedelta(seconds=30)
SECRET = secret_of(bytes(32), "a seed")


def code(at: datetime, secret: str = SECRET) -> str:
    return TOTP(secret).at(at)


def test_a_code_is_good_for_its_step_and_the_ones_beside_it() -> None:
    steps = [step_of(SECRET, code(NOON + offset * STEP), NOON, 0) for offset in range(-2, 3)]
    now = int(NOON.timestamp()) // 30
    assert steps == [None, now - 1, now, now + 1, None]


def test_a_code_that_was_used_and_those_before_it_are_not_taken_again() -> None:
    used = step_of(SECRET, code(NOON), NOON, 0)
    assert used
    assert step_of(SECRET, code(NOON), NOON, used) is None
    assert step_of(SECRET, code(NOON - STEP), NOON, used) is None
    assert step_of(SECRET, code(NOON + STEP), NOON, used) == used + 1


def test_what_is_no_code_is_none() -> None:
    for said in (
        "",
        "12345",
        "abcdef",
        "０１２３４５",
        code(NOON, secret_of(bytes(32), "another")),
    ):
        assert step_of(SECRET, said, NOON, 0) is None


def test_the_secret_is_made_of_both_the_master_key_and_the_seed() -> None:
    others = {secret_of(bytes(32), "b"), secret_of(b"k" * 32, "a seed"), SECRET}
    assert len(others) == 3 and fresh_seed() != fresh_seed()
    assert len(SECRET) == 32  # 160 bits in base 32


def test_apps_read_the_address() -> None:
    assert address_of(SECRET, "ann") == f"otpauth://totp/Earshot:ann?secret={SECRET}&issuer=Earshot"
