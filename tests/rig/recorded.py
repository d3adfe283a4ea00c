"""A recording that is there, and whoever may do just so much with it."""

from __future__ import annotations

from pathlib import Path

from engine.app import Running
from engine.directory import Kind
from tests.rig.aws import Aws, aws
from tests.rig.house import converse, phone
from tests.rig.patience import until


async def recorded(one: Running) -> str:
    """A conversation that is over, and whose recording is there."""
    async with phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        live = await converse(one, customer, agent, "support")
        await until(lambda: live.tap)
        agent.hang_up()
        await customer.hung_up()
    await kept(one, live.contact_id)
    return live.contact_id


async def kept(one: Running, contact_id: str) -> Path:
    """The last file that was recorded of it, once that is whole."""

    async def available() -> str:
        record = await one.house.records.contact(contact_id)
        over = [each for each in record.recordings if each.stop] if record else []
        return over[-1].location if over else ""

    return Path(await until(available))


async def allow(one: Running, username: str, *permissions: str) -> Aws:
    """The API as somebody has it who may do just that."""
    directory = one.house.directory
    facts = {"Permissions": list(permissions), "Tags": {}}
    profile = await directory.create(Kind.SECURITY_PROFILE, f"of {username}", facts)
    await directory.change(Kind.USER, username, {"SecurityProfileIds": [profile.id]})
    return await aws(one, username)
