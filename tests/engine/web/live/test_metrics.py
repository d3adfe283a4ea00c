from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.agents import Status, StatusType
from engine.directory import Kind
from tests.rig.browser import browser
from tests.rig.house import converse, engine, phone
from tests.rig.live_client import LiveClient, live_client
from tests.rig.patience import until


async def contact(client: LiveClient, username: str, state: str) -> Any:
    """The agent's contact, once it stands so."""
    while True:
        for one in client.rows["agents"].get(username, {}).get("contacts", ()):
            if one["state"] == state:
                return one
        await client.next()


async def test_a_call_is_followed_from_the_queue_to_the_end_and_so_is_who_listens(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, browser(one, "manager1") as page:
        async with live_client(one, page) as client:
            snapshot = await client.subscribe("agents")
            assert [row["key"] for row in snapshot["rows"]] == ["agent1", "agent2"]
            await client.subscribe("queues", 2)
            async with phone(one) as customer, phone(one, "agent1") as agent:
                await agent.register()
                await client.row("queues", "support", online=1, available=1)
                live = await converse(one, customer, agent, "support")
                talks = await contact(client, "agent1", "CONNECTED")
                assert (talks["contact_id"], talks["monitorable"]) == (live.contact_id, True)
                await client.row("agents", "agent1", activity="ON_CONTACT", available=0)
                await client.row("queues", "support", on_contact=1, in_queue=0, handled=1)
                async with phone(one, "manager1") as ear:
                    await ear.register()
                    listener = one.house.monitors.start(live, "manager1", None)
                    await client.row("agents", "manager1", activity="MONITORING")
                    heard = (await contact(client, "agent1", "CONNECTED"))["monitors"]
                    assert [each["login"] for each in heard] == ["manager1"]
                    one.house.monitors.left(live, listener.line)
                    await until_gone(client, "manager1")
                customer.hang_up()
                await client.row("agents", "agent1", contacts=[])
            await client.row("queues", "support", on_contact=0)


async def until_gone(client: LiveClient, key: str) -> None:
    while key in client.rows["agents"]:
        await client.next()


async def test_what_the_directory_says_of_agents_and_queues_is_in_their_rows_at_once(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, browser(one, "manager1") as page:
        directory, floor = one.house.directory, one.house.router.floor
        async with live_client(one, page) as client:
            await client.subscribe("agents")
            await client.subscribe("queues", 2)
            identity = {"FirstName": "Ann", "LastName": "Lee"}
            await directory.change(Kind.USER, "agent1", {"IdentityInfo": identity})
            await client.row("agents", "agent1", first_name="Ann")
            queue = await directory.create(
                Kind.QUEUE, "sales", dict(directory.resources.get(Kind.QUEUE, "support").facts)
            )
            await client.row("queues", queue.id, name="sales", online=0)
            lunch = Status("lunch", "Lunch", StatusType.CUSTOM)
            one.house.router.choose("agent2", lunch)
            one.house.router.register("agent2")
            await client.row("agents", "agent2", activity="CUSTOM")
            facts = {"IdentityInfo": identity, "SecurityProfileIds": []}
            await directory.change(Kind.USER, "agent2", facts)
            await until(lambda: "agent2" not in floor.agents)
            await until_gone(client, "agent2")


async def test_who_may_not_see_metrics_gets_none_and_who_may_no_more_gets_no_more(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one:
        async with browser(one, "agent1") as page, live_client(one, page) as client:
            told = await client.subscribe("agents")
            assert told["type"] == "error" and "AccessMetrics" in told["message"]
            await one.house.ledger.flush()
            lines = await one.house.records.audits()
            assert ("agent1", "request.denied") in [(each.who, each.action) for each in lines]
        async with browser(one, "manager1") as page, live_client(one, page) as client:
            await client.subscribe("agents")
            change = {"SecurityProfileIds": []}
            await one.house.directory.change(Kind.USER, "manager1", change)
            assert (await client.next())["type"] == "error"
