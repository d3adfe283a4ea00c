import asyncio
from pathlib import Path

import numpy as np
import pytest

from config.settings import SipSettings
from sip import (
    Confirmed,
    Event,
    InviteReceived,
    ProgressConfirmed,
    Reanswered,
    SessionDescription,
    SipTransport,
)
from tests.calls.party import EVENT, media_port, with_events
from tests.calls.party import Party as Talking
from tests.engine.test_flow_run import menu
from tests.rig.house import AUDIO, engine, phone
from tests.rig.patience import NEVER_BEHIND_SECONDS, PATIENCE_SECONDS, until
from tests.rig.phone import Refused
from tests.rig.tones import Samples, silence, tone

ONE = tone(697.0, 0.1, -10) + tone(1209.0, 0.1, -10)


async def test_when_every_port_is_taken_the_caller_is_told(tmp_path: Path) -> None:
    media = {"port_min": 21000, "port_max": 21001}
    async with engine(tmp_path, media=media) as one, phone(one) as first, phone(one, "b") as second:
        answer = await first.invite("support", AUDIO)
        assert "m=audio 21000 RTP/AVP 0" in answer
        with pytest.raises(Refused) as refused:
            await second.invite("support", AUDIO)
        assert refused.value.status == 503


async def test_a_port_is_free_again_when_its_phone_hung_up(tmp_path: Path) -> None:
    media = {"port_min": 21000, "port_max": 21001}
    async with engine(tmp_path, media=media) as one, phone(one) as customer:
        for _ in range(3):
            assert "m=audio 21000" in await customer.invite("support", AUDIO)
            customer.hang_up()
            await customer.finished("BYE")
        assert not len(one.house.registry)


async def test_an_answer_that_does_not_fit_is_a_missed_contact(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        await customer.invite("support", AUDIO)
        await agent.called()
        await agent.answer(AUDIO.replace("AVP 0 8", "AVP 18").replace("rtpmap", "x"))
        assert (await agent.hung_up()).by == "BYE"
        [live] = one.house.registry
        assert live.agent is None


IPV6 = AUDIO.replace("IP4 127.0.0.1", "IP6 ::1")


async def test_a_phone_that_describes_itself_in_ipv6_is_answered_in_it(tmp_path: Path) -> None:
    media = {"host6": "::1"}
    async with engine(tmp_path, media=media) as one, phone(one) as six, phone(one, "b") as four:
        assert "c=IN IP6 ::1" in await six.invite("support", IPV6)
        assert "c=IN IP4 127.0.0.1" in await four.invite("support", AUDIO)


async def test_without_an_ipv6_address_of_ours_ipv6_does_not_fit(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        with pytest.raises(Refused) as refused:
            await customer.invite("support", IPV6)
        assert refused.value.status == 488


@pytest.mark.parametrize("wish", ["accepted", "offered"])
async def test_rtcp_is_offered_on_the_port_of_rtp_where_we_want_it(
    tmp_path: Path, wish: str
) -> None:
    media = {"rtcp_mux": wish}
    async with engine(tmp_path, media=media) as one:
        async with phone(one) as customer, phone(one, "agent1") as agent:
            await agent.register()
            answer = await customer.invite("support", AUDIO + "a=rtcp-mux\r\n")
            assert "a=rtcp-mux" in answer
            called = await agent.called()
            assert ("a=rtcp-mux" in called.offer) is (wish == "offered")


async def test_where_srtp_is_required_a_call_without_tls_is_refused(tmp_path: Path) -> None:
    async with engine(tmp_path, media={"srtp": "always"}) as one, phone(one) as customer:
        with pytest.raises(Refused) as refused:
            await customer.invite("support", AUDIO)
        assert refused.value.status == 488
        assert not len(one.house.registry)


async def test_a_phone_may_offer_and_be_answered_before_it_answers_the_call(tmp_path: Path) -> None:
    """Early media in a reliable 183, moved by UPDATE: the 200 then has nothing to say."""
    first, second = (SessionDescription.parse(AUDIO.replace("4000", port)) for port in ("1", "2"))
    events: asyncio.Queue[Event] = asyncio.Queue()

    def agent_does(event: Event) -> None:
        events.put_nowait(event)
        match event:
            case InviteReceived(session=session):
                agent.progress(session, sdp=first)
            case ProgressConfirmed(session=session):
                agent.reoffer(session, second)
            case Reanswered(session=session):
                agent.answer(session, second)

    agent = SipTransport(SipSettings(port=0, overload_seconds=NEVER_BEHIND_SECONDS), {}, agent_does)
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as desk:
        await agent.start()
        await desk.register(contact=f"<sip:agent1@{agent.host}:{agent.port}>")
        await customer.invite("support", AUDIO)
        heard = [await asyncio.wait_for(events.get(), PATIENCE_SECONDS) for _ in range(4)]
        assert [type(event) for event in heard] == [
            *(InviteReceived, ProgressConfirmed, Reanswered, Confirmed)
        ]
        [live] = one.house.registry
        assert live.agent and live.agent.negotiation.remote
        assert live.agent.negotiation.remote.port == 2
        await agent.stop()


@pytest.mark.parametrize(
    ("wanted", "events"), [("fallback", False), ("fallback", True), ("never", False)]
)
async def test_keys_are_looked_for_in_sound_where_it_is_wanted_and_the_phone_tells_none(
    tmp_path: Path, wanted: str, events: bool
) -> None:
    numbers = [menu(tmp_path, seconds=2)]
    one_key: Samples = np.concatenate([ONE, silence(0.1), silence(10.0)])
    async with (
        engine(tmp_path, numbers=numbers, media={"inband_dtmf": wanted}) as one,
        Talking.of(phone(one), one_key) as customer,
    ):
        sdp = with_events(customer.sdp) if events else customer.sdp
        customer.talker.start(media_port(await customer.phone.invite("menu", sdp)))
        [live] = one.house.registry
        await until(lambda: live.record.attributes)
        heard = wanted == "fallback" and not events
        assert live.record.attributes == {"branch": "gold" if heard else "missing"}


async def test_a_key_told_by_info_is_a_telephone_event_to_whom_the_caller_talks_with(
    tmp_path: Path,
) -> None:
    async with (
        engine(tmp_path) as one,
        phone(one) as customer,
        Talking.of(phone(one, "agent1"), silence(1.0)) as agent,
    ):
        await agent.phone.register()
        await customer.invite("support", AUDIO)
        await agent.rings()
        await agent.phone.answer(with_events(agent.sdp))
        agent.talker.start(agent.rtp_port)
        await until(lambda: any(live.agent for live in one.house.registry))
        await customer.press("5")
        await until(lambda: b"\x05" in {p[:1] for p in agent.talker.of_type(EVENT)})
