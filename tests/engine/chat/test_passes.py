"""Tokens of chats that are there, and of those that were."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.chat import chats
from engine.chat.chats import Wanted
from engine.chat.tokens import Kind
from engine.contact_record import DisconnectReason
from engine.refused import Refused
from tests.rig.house import engine
from tests.rig.patience import until


async def test_a_token_leads_to_a_chat_and_no_further_than_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chats, "LINGER_SECONDS", 0.01)
    async with engine(tmp_path) as one:
        chat = one.house.chats.start(Wanted("none", "Carla", 60.0))
        passes = one.house.wing.passes
        token, over = passes.issue(Kind.CONNECTION, chat, chat.customer)
        assert (over - datetime.now(UTC)).total_seconds() <= 60.0
        assert passes.bearer(Kind.CONNECTION, token) == (chat, chat.customer)
        with pytest.raises(Refused) as refused:
            passes.bearer(Kind.PARTICIPANT, token)
        assert refused.value.status == 403
        ticket, _ = passes.issue(Kind.SOCKET, chat, chat.customer)
        assert passes.spend(Kind.SOCKET, ticket) == (chat, chat.customer)
        with pytest.raises(Refused):
            passes.spend(Kind.SOCKET, ticket)
        one.house.chats.end(chat, DisconnectReason.OTHER)
        await until(lambda: one.house.chats.known(chat.contact_id) is None)
        with pytest.raises(Refused):
            passes.bearer(Kind.CONNECTION, token)
