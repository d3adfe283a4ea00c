"""An agent and a manager whose phones are browsers, and a customer who speaks SIP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.app import Running
from tests.calls.party import Party
from tests.engine.webrtc.browser import Browser
from tests.rig.browser import browser
from tests.rig.house import engine, phone
from tests.rig.patience import until
from tests.rig.recorded import kept
from tests.rig.tones import Samples, read_recording, tone, tones_in

pytestmark = [pytest.mark.call, pytest.mark.timeout(60)]
CUSTOMER_HZ, AGENT_HZ, MANAGER_HZ, SAID_DBFS = 440.0, 1000.0, 1500.0, -10.0
ALL_HZ = [CUSTOMER_HZ, AGENT_HZ, MANAGER_HZ]
EAR_SECONDS = 0.8
CCP = "/earshot/v1/ccp"


class Panel:
    """A browser with the console open: its page and its media."""

    def __init__(self, page: httpx.AsyncClient, media: Browser) -> None:
        self.page, self.media = page, media

    async def register(self) -> None:
        offer = {"sdp": await self.media.offer()}
        answer = await self.page.post(f"{CCP}/media", json=offer)
        assert answer.status_code == 200, answer.text
        await self.media.take(answer.json()["sdp"])

    async def press(self, button: str, **given: Any) -> dict[str, Any]:
        answer = await self.page.post(f"{CCP}/{button}", json=given or None)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def shows(self, state: str) -> dict[str, Any]:
        """The contact that it shows, as soon as that is in this state."""

        async def contact() -> list[dict[str, Any]]:
            contacts = (await self.page.get(CCP)).json()["contacts"]
            return [one for one in contacts if one["state"] == state]

        return (await until(contact))[0]

    async def hears(self) -> Samples:
        """What is heard from now on, for a while."""
        begin = len(self.media.heard())
        await until(lambda: self.media.rate and len(self.media.heard()) - begin > self.media.rate)
        return self.media.heard()[begin + int(self.media.rate * (1 - EAR_SECONDS)) :]


@asynccontextmanager
async def panel(
    one: Running, username: str, patch: pytest.MonkeyPatch, hertz: float | None
) -> AsyncIterator[Panel]:
    async with browser(one, username) as page:
        media = Browser(patch, hertz)
        yield Panel(page, media)
        await media.close()


async def test_a_browser_answers_and_a_manager_listens_in_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        engine(tmp_path) as one,
        Party.of(phone(one, "customer"), tone(CUSTOMER_HZ, 1.0, SAID_DBFS)) as customer,
        panel(one, "agent1", monkeypatch, AGENT_HZ) as agent,
        panel(one, "manager1", monkeypatch, MANAGER_HZ) as manager,
    ):
        await agent.register()
        await manager.register()
        await until(lambda: one.house.lines.reaches("agent1"))
        await customer.dial("support")
        rings = await agent.shows("INCOMING")
        contact_id = rings["contact_id"]
        await agent.press(f"contact/{contact_id}/accept")
        shown = await agent.shows("CONNECTED")
        assert (shown["phone_number"], shown["queue"]) == ("customer", "support")
        await until(lambda: one.house.registry.get(contact_id).tap)
        given = {"InstanceId": "earshot", "ContactId": contact_id, "UserId": "manager1"}
        monitor = await manager.page.post("/contact/monitor", json=given)
        assert monitor.status_code == 200, monitor.text
        listens = await manager.shows("MONITORING")
        assert listens["contact_id"] == monitor.json()["ContactId"]
        heard, told, answered = await asyncio.gather(
            manager.hears(), agent.hears(), customer.talker.hears(EAR_SECONDS)
        )
        assert tones_in(heard, ALL_HZ, manager.media.rate) == [CUSTOMER_HZ, AGENT_HZ]
        assert tones_in(told, ALL_HZ, agent.media.rate) == [CUSTOMER_HZ]
        assert tones_in(answered, ALL_HZ) == [AGENT_HZ]
        await manager.press("monitor/end")
        await agent.press(f"contact/{contact_id}/end")
        assert (await customer.phone.hung_up()).by == "BYE"
        stereo = read_recording(await kept(one, contact_id))
        for side, hertz in enumerate((CUSTOMER_HZ, AGENT_HZ)):
            assert tones_in(stereo[len(stereo) // 4 :, side], ALL_HZ) == [hertz]
