import asyncio

import pytest

from engine.browser_line import Leg, Stage
from engine.browser_lines import BrowserLines
from engine.codecs import FORMATS
from engine.line import NoLine, Party
from mixer import Port
from sip import (
    Answered,
    Cause,
    Confirmed,
    Ended,
    Event,
    InviteReceived,
    PeerError,
    Progressed,
    ReferProgressed,
    Registered,
    Reoffered,
    Unregistered,
)


class Told:
    """Keeps what is told, and does with an INVITE what `on_invite` says."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.lines = BrowserLines(self)
        self.refusal: int | None = None

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, InviteReceived):
            if self.refusal:
                self.lines.reject(event.session, self.refusal, "no")
            else:
                self.lines.take(event, "dialled", None, Party.CUSTOMER)

    def take(self) -> list[Event]:
        events, self.events = self.events, []
        return events


def leg(*, listen_only: bool = False) -> Leg:
    return Leg("agent1", Port(1, 1), FORMATS["PCMU"], listen_only)


@pytest.fixture
async def told() -> Told:
    one = Told()
    one.lines.join(leg())
    one.take()
    return one


async def test_a_browser_that_comes_is_a_phone_that_registers() -> None:
    told = Told()
    told.lines.join(one := leg())
    assert [type(each) for each in told.take()] == [Registered]
    assert told.lines.reaches("agent1", Party.AGENT) and told.lines.leg("agent1") is one
    one.is_up = False
    told.lines.told(one)
    assert [type(each) for each in told.take()] == [Unregistered]
    assert not told.lines.reaches("agent1", Party.AGENT)


async def test_without_a_microphone_only_monitoring_rings() -> None:
    told = Told()
    told.lines.join(leg(listen_only=True))
    assert [type(each) for each in told.take()] == [Unregistered]
    assert told.lines.reaches("agent1", Party.SUPERVISOR)
    assert not told.lines.reaches("agent1", Party.AGENT)
    with pytest.raises(PeerError):
        told.lines.dial("agent1", "agent2", "")


async def test_a_contact_rings_in_the_page_until_it_is_taken_or_not(told: Told) -> None:
    line = told.lines.call("agent1", "contact", Party.AGENT, at_once=False)
    await asyncio.sleep(0)
    assert told.take() == [Progressed(line.session, 180, None)]
    assert told.lines.of("agent1", "contact") is line is told.lines.of_session(line.session)
    told.lines.accept(line)
    [answered] = told.take()
    assert isinstance(answered, Answered) and line.stage is Stage.UP
    assert told.lines.of_port(line.port) is line
    told.lines.hang_up(line)
    assert told.take() == [Ended(line.session, Cause.REMOTE_BYE)]
    assert told.lines.of("agent1", "contact") is None
    refused = told.lines.call("agent1", "other", Party.AGENT, at_once=False)
    told.lines.hang_up(refused)
    assert told.take() == [Ended(refused.session, Cause.REFUSED, 603)]
    await asyncio.sleep(0)
    assert not told.take()  # it does not begin to ring afterwards


@pytest.mark.parametrize(("party", "at_once"), [(Party.SUPERVISOR, False), (Party.AGENT, True)])
async def test_who_wants_to_listen_or_takes_everything_need_not_answer(
    told: Told, party: Party, at_once: bool
) -> None:
    line = told.lines.call("agent1", "contact", party, at_once=at_once)
    await asyncio.sleep(0)
    [answered] = told.take()
    assert isinstance(answered, Answered) and answered.session == line.session


async def test_what_is_dialled_is_an_invite_and_holds_what_is_talked(told: Told) -> None:
    talks = told.lines.call("agent1", "contact", Party.AGENT, at_once=True)
    await asyncio.sleep(0)
    told.take()
    told.lines.dial("agent1", "agent2", "Anna")
    invite, reoffered = told.take()
    assert isinstance(invite, InviteReceived) and reoffered == Reoffered(talks.session, None)
    assert (invite.number, invite.username, invite.caller.display) == ("agent2", "agent1", "Anna")
    line = told.lines.of("agent1", "dialled")
    assert line and line.stage is Stage.DIALLING and talks.held
    told.lines.answer(line)
    await asyncio.sleep(0)
    assert told.take() == [Confirmed(invite.session, None)]
    assert told.lines.of_port(line.port) is line
    told.lines.drop(line)
    told.lines.drop(line)
    assert told.lines.of_session(invite.session) is None


async def test_what_is_dialled_in_vain_is_said_at_once(told: Told) -> None:
    told.refusal = 404
    with pytest.raises(PeerError) as refused:
        told.lines.dial("agent1", "nobody", "")
    assert refused.value.status == 404
    invite = told.take()[0]
    assert isinstance(invite, InviteReceived) and not told.lines.dials(invite.session)


async def test_who_gives_up_dialling_cancels(told: Told) -> None:
    told.lines.dial("agent1", "agent2", "")
    line = told.lines.of("agent1", "dialled")
    assert line
    told.take()
    told.lines.hang_up(line)
    assert told.take() == [Ended(line.session, Cause.CANCELLED)]


async def test_when_the_browser_is_gone_its_calls_are_lost(told: Told) -> None:
    line = told.lines.call("agent1", "contact", Party.AGENT, at_once=True)
    found = told.lines.leg("agent1")
    assert found
    told.lines.leave(found, Cause.TIMEOUT)
    assert told.take() == [Ended(line.session, Cause.TIMEOUT), Unregistered("agent1")]
    assert told.lines.leg("agent1") is None


async def test_a_dialled_call_of_a_browser_that_is_gone_has_no_line(told: Told) -> None:
    told.lines.dial("agent1", "agent2", "")
    [invite] = told.take()
    assert isinstance(invite, InviteReceived)
    found = told.lines.leg("agent1")
    assert found
    told.lines.leave(found, Cause.TIMEOUT)
    with pytest.raises(NoLine):
        told.lines.take(invite, "late", None, Party.CUSTOMER)


async def test_a_browser_is_sent_nowhere_else(told: Told) -> None:
    line = told.lines.call("agent1", "contact", Party.AGENT, at_once=True)
    await asyncio.sleep(0)
    told.take()
    told.lines.refer(line, "sip:elsewhere@192.0.2.1")
    await asyncio.sleep(0)
    assert told.take() == [ReferProgressed(line.session, 405, over=True)]
