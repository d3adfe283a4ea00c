from pathlib import Path

from engine.line import Party
from tests.rig.house import AUDIO, engine, phone
from tests.rig.panel import leg, line_on
from tests.rig.patience import until


async def test_the_browser_rings_while_it_is_there_and_the_sip_phone_afterwards(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as desk:
        await desk.register()
        browser = leg(one)
        await customer.invite("support", AUDIO)
        line = await line_on(browser)
        assert not desk.machine.call
        assert one.house.lines.of_session(line.session) is line
        browser.is_up = False
        one.house.browsers.told(browser)
        assert one.house.lines.reaches("agent1")  # and the router was not told otherwise
        one.house.browsers.hang_up(line)
        [live] = one.house.registry
        await until(lambda: not live.ringing)
        ringing = one.house.lines.call(
            "agent1", live.contact_id, Party.AGENT, caller="", beside=live.customer
        )
        await desk.called()
        one.house.lines.drop(ringing)
        assert (await desk.hung_up()).by == "CANCEL"


async def test_what_is_asked_of_a_line_is_done_by_its_kind(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        browser = leg(one)
        await customer.invite("support", AUDIO)
        line, (live,) = await line_on(browser), one.house.registry
        one.house.browsers.accept(line)
        await until(lambda: live.agent is line)
        one.house.lines.send_digit(line, "5", 100)
        one.house.lines.report(line, 486)
        one.house.lines.grant(line)
        one.house.lines.deny(line, 603)
        one.house.lines.ring(line)
        assert one.house.lines.of_port(line.port) is line
        one.house.browsers.hang_up(line)
        assert (await customer.hung_up()).by == "BYE"
        assert one.house.lines.of_port(browser.port) is None
