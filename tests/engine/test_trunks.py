"""Trunks of a running house: they register, calls come by them, and they are full."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.app import Running
from engine.trunks import TrunkState
from tests.rig.exchange import LOGIN, Exchange
from tests.rig.house import AUDIO, action, engine, flow
from tests.rig.patience import until
from tests.rig.phone import Phone, Refused
from tests.sip.name_server import NameServer

BERLIN = "+49301234567"
CARRIER = "127.0.0.3"


def numbers(folder: Path) -> list[dict[str, object]]:
    path = folder / "berlin.json"
    path.write_text(json.dumps(flow(action("wait", "MessageParticipant", "bye", PromptId="short"))))
    return [{"number": BERLIN, "flow": path}]


def static(**values: Any) -> dict[str, Any]:
    return {"name": "static", "host": CARRIER, "country_code": "49", "health_seconds": 0, **values}


def calling(one: Running, host: str = CARRIER, caller: str = "0301111111") -> Phone:
    return Phone(caller, "", ("127.0.0.1", one.house.sip.port), host)


def state(one: Running) -> TrunkState:
    (found,) = one.house.trunks.status()
    return found


async def test_a_trunk_registers_with_digest_until_the_house_closes(tmp_path: Path) -> None:
    async with Exchange() as exchange:
        async with engine(tmp_path, trunks=[exchange.trunk(**LOGIN, register_seconds=600)]) as one:
            await until(lambda: state(one).is_registered)
            assert exchange.sip.is_registered("us")
            assert state(one) == TrunkState("carrier", True, True, 0)
        assert not exchange.sip.is_registered("us")


async def test_a_call_by_a_trunk_is_known_by_its_source_and_its_numbers_are_e164(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path, trunks=[static()], numbers=numbers(tmp_path)) as one:
        async with calling(one) as customer, calling(one, "127.0.0.4") as stranger:
            with pytest.raises(Refused) as refused:
                await stranger.invite("0301234567", AUDIO)
            assert refused.value.status == 401
            await customer.invite("0301234567", AUDIO)
            [live] = one.house.registry
            assert live.record.system_endpoint == BERLIN
            assert live.record.customer_endpoint == "+49301111111"
            assert state(one).calls == 1
            await customer.hung_up()
        await until(lambda: state(one).calls == 0)


async def test_a_trunk_with_networks_of_its_own_is_known_by_them_only(tmp_path: Path) -> None:
    trunks = [static(sources=["127.0.0.16/28"])]
    async with engine(tmp_path, trunks=trunks, numbers=numbers(tmp_path)) as one:
        async with calling(one, "127.0.0.17") as customer, calling(one) as stranger:
            await customer.invite("0301234567", AUDIO)
            with pytest.raises(Refused):
                await stranger.invite("0301234567", AUDIO)


async def test_a_full_trunk_takes_no_more_until_a_call_is_over(tmp_path: Path) -> None:
    trunks = [static(max_calls=1)]
    async with engine(tmp_path, trunks=trunks, numbers=numbers(tmp_path)) as one:
        async with calling(one) as first, calling(one) as second:
            await first.invite("0301234567", AUDIO)
            with pytest.raises(Refused) as refused:
                await second.invite("0301234567", AUDIO)
            assert refused.value.status == 503
            await first.hung_up()
            await until(lambda: state(one).calls == 0)
            await second.invite("0301234567", AUDIO)


async def test_a_trunk_that_cannot_be_located_is_unusable_and_the_house_runs(
    tmp_path: Path,
) -> None:
    trunk = {"name": "carrier", "host": "carrier.example", **LOGIN, "register_seconds": 600}
    async with NameServer({}) as names:
        asked = {"dns_servers": [f"127.0.0.1:{names.address[1]}"]}
        async with engine(tmp_path, trunks=[trunk], sip=asked) as one:
            await until(lambda: state(one).is_registered is False)
            assert one.house.trunks.unusable() == {"carrier"}


async def test_what_a_trusted_trunk_asserts_is_believed(tmp_path: Path) -> None:
    for setting, known in (("refuse", "+49301111111"), ("trust", "+49302222222")):
        trunks = [static(asserted_identity=setting)]
        async with engine(tmp_path, trunks=trunks, numbers=numbers(tmp_path)) as one:
            async with calling(one) as customer:
                asserted = ("P-Asserted-Identity", "<sip:0302222222@carrier.example>")
                customer.dial("0301234567", AUDIO, (asserted,))
                await customer.finished("INVITE")
                [live] = one.house.registry
                assert live.record.customer_endpoint == known
