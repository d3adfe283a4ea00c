"""The parts of chats, together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.chat.chats import Wanted
from tests.rig.chatting import published
from tests.rig.house import action, engine, flow

NOW = datetime(2026, 1, 2, tzinfo=UTC)


async def test_work_after_a_chat_that_goes_on_with_another_agent_is_noted_at_once(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one:
        await published(one, "chat", flow(action("wait", "Wait", "bye", TimeLimitSeconds="600")))
        chat = one.house.wing.chats.start(Wanted("chat", "Carla", 600.0))
        end = NOW + timedelta(seconds=7)
        one.house.wing.worked(chat.contact_id, NOW, end)
        assert chat.record.work_seconds == 7
