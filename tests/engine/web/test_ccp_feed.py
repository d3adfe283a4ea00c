from pathlib import Path

from engine.directory import Kind
from tests.rig.browser import browser
from tests.rig.house import AUDIO, engine, phone
from tests.rig.live_client import live_client
from tests.rig.panel import leg, line_on


async def test_a_page_is_told_what_its_phone_does_and_nothing_of_others(tmp_path: Path) -> None:
    async with (
        engine(tmp_path) as one,
        browser(one, "agent1") as page,
        live_client(one, page) as live,
        phone(one) as customer,
    ):
        told = await live.subscribe("ccp")
        assert [row["key"] for row in told["rows"]] == ["agent1"]
        browsers_leg = leg(one)
        assert not (await live.row("ccp", "agent1", media=True))["contacts"]
        await customer.invite("support", AUDIO)
        line = await line_on(browsers_leg)
        await live.row("ccp", "agent1", presence="RINGING")
        one.house.ccp.accept("agent1", line.contact_id)
        [contact] = (await live.row("ccp", "agent1", presence="ON_CONTACT"))["contacts"]
        assert contact["state"] == "CONNECTED"
        one.house.ccp.end("agent1", line.contact_id)
        assert (await live.row("ccp", "agent1", contacts=[]))["presence"] == "AVAILABLE"
        only = {"SecurityProfileIds": ["QualityAnalyst"]}
        await one.house.directory.change(Kind.USER, "agent1", only)
        while (told := await live.next())["type"] != "error":
            pass
        assert told["topic"] == "ccp"
