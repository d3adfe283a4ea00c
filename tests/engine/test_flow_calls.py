"""Flows call somebody outside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog

from engine.call import State
from engine.records import DisconnectReason
from mixer import Route
from tests.rig.desk import BERLIN, OURS, PARIS, Desk, Json, desk
from tests.rig.house import AUDIO, phone
from tests.rig.outside import MAY, number, third_party
from tests.rig.patience import until
from tests.rig.phone import Phone

TRUNKS_OWN = "+49305550199"
PATIENT = {"first_response_seconds": 10}


@asynccontextmanager
async def dialled(
    folder: Path, document: Json, **options: Any
) -> AsyncIterator[tuple[Desk, Phone]]:
    """A customer whose flow calls somebody outside."""
    given = {"flows": MAY, "trunks": PATIENT, **options}
    numbers = [number(folder, document)]
    async with desk(folder, numbers=numbers, **given) as it, phone(it.one) as customer:
        await customer.invite("outside", AUDIO)
        yield it, customer


async def test_the_flow_goes_on_when_the_third_party_has_hung_up(tmp_path: Path) -> None:
    async with dialled(tmp_path, third_party(comes_back=True)) as (it, customer):
        called = await it.carrier.called()
        live = it.live
        assert called.invite.uri.startswith(f"sip:{BERLIN}@")
        assert called.invite.from_.uri.startswith(f"sip:{TRUNKS_OWN}@")
        assert live.call.state is State.LENDING and live.player
        await it.carrier.answer(AUDIO)
        await until(lambda: live.call.state is State.LENT)
        assert live.third_party and live.player is None and live.flow
        ports = live.customer.rtp.port, live.third_party.rtp.port
        assert live.routes() == {Route(*ports), Route(*reversed(ports))}
        assert it.calls == [1]
        it.carrier.hang_up()
        assert (await customer.hung_up()).by == "BYE"
        await until(lambda: not len(it.one.house.registry))
        assert it.calls == [0]
        await it.one.house.ledger.flush()
        record = await it.one.house.records.contact(live.contact_id)
    assert record and record.attributes == {"went": "back"}
    assert record.disconnect_reason is DisconnectReason.CONTACT_FLOW_DISCONNECT
    assert (record.transferred_to, record.agents) == (BERLIN, ())
    assert record.transfer_completed


async def test_the_contact_ends_with_the_third_party_where_the_flow_does_not_go_on(
    tmp_path: Path,
) -> None:
    async with dialled(tmp_path, third_party(comes_back=False)) as (it, customer):
        await it.carrier.called()
        await it.carrier.answer(AUDIO)
        live = it.live
        await until(lambda: live.call.state is State.FORWARDED)
        assert live.flow is None and live.player is None
        it.carrier.hang_up()
        assert (await customer.hung_up()).by == "BYE"
    assert live.record.disconnect_reason is DisconnectReason.THIRD_PARTY_DISCONNECT
    assert live.record.attributes == {}


@pytest.mark.parametrize("status", [486, 404, 603, 500])
async def test_whoever_does_not_take_the_call_leaves_the_customer_to_the_flow(
    tmp_path: Path, status: int
) -> None:
    async with dialled(tmp_path, third_party(comes_back=True)) as (it, _):
        await it.carrier.called()
        live = it.live
        it.carrier.reject(status)
        await until(lambda: live.record.attributes == {"went": "CallFailed"})


async def test_whoever_does_not_answer_in_time_is_rung_no_longer(tmp_path: Path) -> None:
    document = third_party(comes_back=True, seconds=1)
    async with dialled(tmp_path, document) as (it, _):
        await it.carrier.called()
        live = it.live
        it.carrier.ring()
        assert (await it.carrier.hung_up()).by == "CANCEL"
        await until(lambda: live.record.attributes == {"went": "ConnectionTimeLimitExceeded"})


async def test_the_next_trunk_is_tried(tmp_path: Path) -> None:
    async with dialled(tmp_path, third_party(comes_back=True), carriers=2) as (it, _):
        await it.carrier.called()
        it.carrier.reject(503)
        await it.carriers[1].called()
        await it.carriers[1].answer(AUDIO)
        await until(lambda: it.live.call.state is State.LENT)
        assert it.calls == [0, 1]


@pytest.mark.parametrize(
    ("wanted", "options"),
    [
        (PARIS, {}),
        (BERLIN, {"flows": {}}),
        (BERLIN, {"trunks": {"allowed": ["+43"]}}),
        ("+499001234567", {}),
    ],
)
async def test_flows_call_only_where_they_may(tmp_path: Path, wanted: str, options: Json) -> None:
    document = third_party(wanted, comes_back=True)
    with structlog.testing.capture_logs() as logs:
        async with dialled(tmp_path, document, **options) as (it, _):
            live = it.live
            await until(lambda: live.record.attributes == {"went": "CallFailed"})
            assert it.carrier.events == []
    assert [line for line in logs if line["event"] == "not called" and line["error"]]


async def test_flows_call_so_many_at_a_time(tmp_path: Path) -> None:
    document = third_party(comes_back=True)
    flows = {**MAY, "max_calls": 1}
    async with dialled(tmp_path, document, flows=flows) as (it, _), phone(it.one) as second:
        await it.carrier.called()
        [first] = it.one.house.registry
        await second.invite("outside", AUDIO)
        [live] = [one for one in it.one.house.registry if one is not first]
        await until(lambda: live.record.attributes == {"went": "CallFailed"})
        assert first.call.state is State.LENDING


@pytest.mark.parametrize(
    ("asked", "shown"), [(OURS, OURS), ("+49301111111", TRUNKS_OWN), ("", TRUNKS_OWN)]
)
async def test_a_flow_shows_a_number_of_ours_and_any_name(
    tmp_path: Path, asked: str, shown: str
) -> None:
    caller = {"Number": asked, "Name": 'Ann\r\nX-Evil: "1"'}
    document = third_party(comes_back=True, CallerId=caller)
    async with dialled(tmp_path, document) as (it, _):
        invite = (await it.carrier.called()).invite
        assert invite.from_.uri.startswith(f"sip:{shown}@")
        assert invite.from_.display == 'AnnX-Evil: "1"'
        assert "X-Evil" not in invite.headers


async def test_a_customer_who_hangs_up_takes_the_third_party_along(tmp_path: Path) -> None:
    for answered in (False, True):
        async with dialled(tmp_path, third_party(comes_back=True)) as (it, customer):
            await it.carrier.called()
            live = it.live
            if answered:
                await it.carrier.answer(AUDIO)
                await until(lambda live=live: live.call.state is State.LENT)
            customer.hang_up()
            assert (await it.carrier.hung_up()).by == ("BYE" if answered else "CANCEL")
            await until(lambda it=it: not len(it.one.house.registry))
        assert live.record.disconnect_reason is DisconnectReason.CUSTOMER_DISCONNECT


async def test_two_flows_that_call_at_once_do_not_pass_the_limit(tmp_path: Path) -> None:
    limits = {"max_calls": 1}
    numbers = [number(tmp_path, third_party(comes_back=True))]
    async with desk(tmp_path, numbers=numbers, flows=MAY, trunks=PATIENT, dialling=limits) as it:
        async with phone(it.one) as first, phone(it.one) as second:
            await asyncio.gather(*(each.invite("outside", AUDIO) for each in (first, second)))
            await it.carrier.called()
            await until(lambda: len(it.one.house.registry) == 1)
            assert it.live.call.state is State.LENDING
            await it.one.house.ledger.flush()
            [over] = [one for one in await it.one.house.records.contacts(9) if one.disconnect]
    assert over.attributes == {"went": "CallFailed"}
    assert over.disconnect_reason is DisconnectReason.CONTACT_FLOW_DISCONNECT
