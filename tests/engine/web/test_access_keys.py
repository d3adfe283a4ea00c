from pathlib import Path

import pytest

from engine.directory import Kind
from engine.directory.reach import Reach, Restriction
from engine.refused import Refused
from engine.web.access_keys import MASTER_BYTES, MAX_KEYS, AccessKeys, master_key
from engine.web.caller import OPERATOR, Caller
from tests.engine.directory.desk import directory

MASTER = bytes(MASTER_BYTES)


async def test_a_key_says_who_calls_and_what_they_may_do_now(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        keys = AccessKeys(one, MASTER)
        made = await keys.create(one.resources.get(Kind.USER, "manager1"))
        name = made["AccessKeyId"]
        assert keys.secret(name) == made["SecretAccessKey"]
        caller = keys.caller(name)
        assert caller.name == "manager1" and "ManagerListenIn" in caller.permissions
        await one.change(Kind.USER, "manager1", {"SecurityProfileIds": []})
        assert not keys.caller(name).permissions


async def test_a_key_that_is_deleted_or_whose_user_is_gone_is_worth_nothing(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        keys = AccessKeys(one, MASTER)
        facts = {"SecurityProfileIds": [], "RoutingProfileId": "support"}
        ann = await one.create(Kind.USER, "ann", facts)
        first, second = [(await keys.create(ann))["AccessKeyId"] for _ in range(2)]
        await keys.delete(first, OPERATOR)
        assert keys.secret(first) is None and keys.secret(second)
        await one.delete(Kind.USER, ann.id)
        assert keys.secret(second) is None
        with pytest.raises(Refused, match="no access key"):
            await keys.delete(first, OPERATOR)


async def test_a_key_is_deleted_by_whoever_reaches_whose_it_is(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        keys = AccessKeys(one, MASTER)
        name = (await keys.create(one.resources.get(Kind.USER, "agent1")))["AccessKeyId"]
        north = Restriction(frozenset({Kind.USER}), frozenset({("site", "north")}))
        within = Reach("manager1", frozenset({north}))
        caller = Caller("manager1", OPERATOR.permissions, within)
        with pytest.raises(Refused, match="does not have access to the access key") as refused:
            await keys.delete(name, caller)
        assert refused.value.status == 403 and keys.secret(name)
        await one.change(Kind.USER, "agent1", {"Tags": {"site": "north"}})
        await keys.delete(name, caller)
        assert keys.secret(name) is None


async def test_a_user_has_few_keys_and_no_two_have_the_same_secret(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        keys, agent = AccessKeys(one, MASTER), one.resources.get(Kind.USER, "agent1")
        made = [await keys.create(agent) for _ in range(MAX_KEYS)]
        assert len({each["SecretAccessKey"] for each in made}) == MAX_KEYS
        with pytest.raises(Refused, match="delete one"):
            await keys.create(agent)


async def test_secrets_are_not_in_the_database(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        keys = AccessKeys(one, MASTER)
        made = await keys.create(one.resources.get(Kind.USER, "agent1"))
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("earshot.sqlite*"))
    assert made["AccessKeyId"].encode() in kept
    assert made["SecretAccessKey"].encode() not in kept


def test_the_master_key_is_made_once_and_for_nobody_else_to_read(tmp_path: Path) -> None:
    path = tmp_path / "var" / "access-keys.key"
    key = master_key(path)
    assert len(key) == MASTER_BYTES and master_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"short")
    with pytest.raises(OSError, match="32 bytes are expected"):
        master_key(path)
