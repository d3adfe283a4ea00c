"""Contacts of every channel are what flows may read and keep something in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from engine.chat.chats import Wanted
from engine.contact import Contact
from tests.rig.house import AUDIO, engine, phone
from tests.rig.patience import until

NOW = datetime(2026, 1, 2, tzinfo=UTC)


async def test_calls_and_chats_are_contacts(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        await customer.invite("support", AUDIO)
        await until(lambda: len(one.house.registry))
        [live] = one.house.registry
        every: list[Contact] = [live, one.house.chats.start(Wanted("none", "Carla", 60.0))]
        for contact in every:
            contact.note(NOW, attributes={"tier": "gold"})
            assert contact.record.attributes == {"tier": "gold"}
            assert contact.record.last_update == NOW
            assert contact.contact_id == contact.record.contact_id
        assert [one.record.channel for one in every] == ["VOICE", "CHAT"]
