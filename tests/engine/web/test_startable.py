"""Flows that the API may begin a contact with."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.refused import Refused
from engine.web.startable import startable
from tests.rig.chatting import published, to_agent
from tests.rig.house import engine


async def test_only_a_published_contact_flow_begins_a_contact(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        chat = await published(one, "chat", to_agent())
        assert startable(one.house, chat).name == "chat"
        draft = await published(one, "draft", to_agent(), publish=False)
        other = await published(one, "other", to_agent(), kind="CUSTOMER_QUEUE")
        for wrong, status in (("none", 404), (draft, 400), (other, 400)):
            with pytest.raises(Refused) as refused:
                startable(one.house, wrong)
            assert refused.value.status == status
