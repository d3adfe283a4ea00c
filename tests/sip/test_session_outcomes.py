"""A call of ours that forks, and responses that ask for more than we know."""

from __future__ import annotations

import pytest

from sip.events import Answered, Cause, Ended, Progressed, Reanswered, Reoffered
from sip.message import Request
from sip.reliable import MAX_EARLY
from sip.sdp import SessionDescription
from tests.rig.virtual_phone import audio
from tests.sip.raw import request, response
from tests.sip.scene import OURS, Scene

ONE, TWO = audio(4001, "10.0.0.9"), audio(4002, "10.0.0.9")
ALLOW = ("Allow", "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE")


class Forking(Scene):
    """The endpoint has called a binding that leads to the stranger, who stands for many phones."""

    def __init__(self, offer: SessionDescription | None = OURS) -> None:
        super().__init__()
        self.phone.do(self.machine.register(0.0, contact="<sip:stranger@10.0.0.9:5060>"))
        self.run(0.0)
        self.session, actions = self.endpoint.invite(
            "agent1", caller="Customer", offer=offer, now=self.now
        )
        self.server.do(actions)
        invite = self.wire.passed[-1].message
        assert isinstance(invite, Request)
        self.invite = invite

    def says(
        self, status: int, tag: str, body: str = "", *fields: tuple[str, str], rseq: int = 0
    ) -> list[Request]:
        """A response of one fork; returns the requests it leads to."""
        reliable = (("Require", "100rel"), ("RSeq", str(rseq))) if rseq else ()
        data = response(self.invite, status, ALLOW, *reliable, *fields, to_tag=tag, body=body)
        return [each for each in self.stranger(data) if isinstance(each, Request)]

    def asks(self, method: str, tag: str, cseq: int, body: str = "") -> list[int]:
        """A request of one fork; returns our final responses."""
        ours = self.invite.from_.tag or ""
        identity = {"call_id": self.invite.call_id, "from_tag": tag, "to_tag": ours}
        branch = f"{tag}{cseq}"
        return self.statuses(request(method, branch=branch, cseq=cseq, body=body, **identity))

    def progress(self) -> list[tuple[int, str, SessionDescription | None]]:
        told = self.server.reported(Progressed)
        return [(event.status, event.fork, event.answer) for event in told]


def description(body: str) -> SessionDescription:
    return SessionDescription.parse(body)


@pytest.fixture
def forking() -> Forking:
    return Forking()


def test_each_fork_shows_its_own_description(forking: Forking) -> None:
    forking.says(183, "one", ONE)
    forking.says(180, "two")
    forking.says(183, "two", TWO)
    assert forking.progress() == [
        (183, "one", description(ONE)),
        (180, "two", None),
        (183, "two", description(TWO)),
    ]


@pytest.mark.parametrize("rseq", [0, 7])
def test_a_2xx_without_a_description_means_what_its_own_fork_said_early(
    forking: Forking, rseq: int
) -> None:
    forking.says(183, "one", ONE, rseq=rseq)
    forking.says(183, "two", TWO, rseq=rseq)
    assert [each.method for each in forking.says(200, "one")] == ["ACK"]
    (up,) = forking.server.reported(Answered)
    assert (up.answer, up.fork) == (description(ONE), "one")


def test_a_fork_that_said_nothing_has_no_answer_of_another(forking: Forking) -> None:
    forking.says(183, "one", ONE, rseq=7)
    forking.says(180, "two")
    forking.says(200, "two")
    (up,) = forking.server.reported(Answered)
    assert (up.answer, up.fork, up.settled) == (None, "two", False)


def test_a_reliable_answer_outweighs_what_the_2xx_says(forking: Forking) -> None:
    forking.says(183, "one", ONE, rseq=7)
    forking.says(200, "one", TWO)
    assert forking.server.reported(Answered)[0].answer == description(ONE)


def test_each_fork_has_its_own_target_route_and_numbers(forking: Forking) -> None:
    routes = {"one": "<sip:10.0.0.8;lr>", "two": "<sip:10.0.0.9:5060;lr>"}
    pracks = {}
    for tag, route in routes.items():
        forking.says(
            183,
            tag,
            ONE,
            ("Record-Route", route),
            ("Contact", f"<sip:{tag}@10.9.9.9>"),
            rseq=7,
        )
        pracks[tag] = forking.wire.passed[-1]
    assert [each.target for each in pracks.values()] == [("10.0.0.8", 5060), ("10.0.0.9", 5060)]
    for tag, passed in pracks.items():
        prack = passed.message
        assert isinstance(prack, Request)
        assert (prack.uri, prack.to.tag) == (f"sip:{tag}@10.9.9.9", tag)
        assert prack.headers.all("Route") == [routes[tag]]
        assert prack.cseq.number == 2


def test_the_route_is_that_of_the_2xx_and_the_numbers_go_on(forking: Forking) -> None:
    forking.says(183, "one", ONE, ("Record-Route", "<sip:10.0.0.8;lr>"), rseq=7)
    assert forking.asks("OPTIONS", "one", 5) == [200]
    (ack,) = forking.says(200, "one", "", ("Record-Route", "<sip:10.0.0.9:5060;lr>"))
    assert ack.headers.all("Route") == ["<sip:10.0.0.9:5060;lr>"]
    assert forking.asks("OPTIONS", "one", 4) == [500]  # an old number
    forking.server.do(forking.endpoint.hang_up(forking.session, forking.now))
    assert forking.wire.passed[-1].message.cseq.number == 3  # after the PRACK


def test_every_loser_is_acknowledged_and_hung_up_where_it_is(forking: Forking) -> None:
    for tag in ("one", "two", "three"):
        forking.says(180, tag, "", ("Contact", f"<sip:{tag}@10.0.0.9:5060>"))
    forking.says(200, "two", TWO, ("Contact", "<sip:two@10.0.0.9:5060>"))
    for tag in ("one", "three"):
        ack, bye = forking.says(200, tag, ONE, ("Contact", f"<sip:{tag}@10.0.0.9:5060>"))
        assert (ack.method, ack.uri) == ("ACK", f"sip:{tag}@10.0.0.9:5060")
        assert (bye.method, bye.uri, bye.to.tag) == ("BYE", f"sip:{tag}@10.0.0.9:5060", tag)
    assert len(forking.server.reported(Answered)) == 1
    assert forking.server.reported(Ended) == []
    assert forking.asks("BYE", "one", 9) == [481]


def test_a_loser_that_makes_an_offer_gets_it_declined() -> None:
    forking = Forking(offer=None)
    forking.says(200, "one", ONE)
    ack, bye = forking.says(200, "two", TWO)
    assert [line.port for line in description(ack.body.decode()).media] == [0]
    assert (bye.method, bye.to.tag) == ("BYE", "two")


def test_a_cancelled_call_hangs_up_every_fork_that_answers_all_the_same(forking: Forking) -> None:
    forking.says(180, "one")
    forking.says(180, "two")
    forking.server.do(forking.endpoint.hang_up(forking.session, forking.now))
    assert len(forking.sent("CANCEL")) == 1
    for tag in ("one", "two"):
        assert [each.method for each in forking.says(200, tag, ONE)] == ["ACK", "BYE"]
    assert [event.cause for event in forking.server.reported(Ended)] == [Cause.LOCAL]
    forking.run(100.0)
    assert forking.is_empty


def test_a_refusal_ends_every_fork(forking: Forking) -> None:
    forking.says(183, "one", ONE, rseq=7)
    forking.says(180, "two")
    forking.says(603, "two")
    assert [event.status for event in forking.server.reported(Ended)] == [603]
    assert forking.asks("UPDATE", "one", 5, ONE) == [481]


def test_an_offer_of_one_fork_is_none_of_another(forking: Forking) -> None:
    forking.says(183, "one", ONE, rseq=7)
    forking.says(180, "two")
    assert forking.asks("UPDATE", "one", 5, ONE) == []
    assert forking.asks("UPDATE", "two", 5, TWO) == [491]
    assert [event.fork for event in forking.server.reported(Reoffered)] == ["one"]
    forking.server.do(forking.endpoint.accept_reoffer(forking.session, OURS, forking.now))
    assert len(forking.sent("200 UPDATE")) == 1
    forking.says(200, "two", TWO)
    assert forking.server.reported(Answered)[0].answer == description(TWO)


def test_an_offer_that_the_answer_of_its_fork_overtakes_may_come_again(forking: Forking) -> None:
    forking.says(183, "one", ONE, rseq=7)
    forking.asks("UPDATE", "one", 5, ONE)
    forking.says(200, "one")
    assert len(forking.sent("500 UPDATE")) == 1
    forking.server.do(forking.endpoint.accept_reoffer(forking.session, OURS, forking.now))
    assert forking.asks("UPDATE", "one", 6, ONE) == []
    assert [event.fork for event in forking.server.reported(Reoffered)] == ["one", ""]


def test_we_offer_nothing_to_one_fork_of_several(forking: Forking) -> None:
    forking.says(183, "one", ONE, rseq=7)
    forking.says(180, "two")
    forking.server.do(forking.endpoint.reoffer(forking.session, OURS, forking.now))
    assert forking.sent("UPDATE") == []
    assert forking.server.reported(Reanswered) == [Reanswered(forking.session, None, 491)]


def test_a_flood_of_early_forks_is_not_kept(forking: Forking) -> None:
    for number in range(100):
        forking.says(180, f"fork{number}")
    assert len(forking.progress()) == MAX_EARLY
    assert forking.asks("OPTIONS", "another", 5) == [481]
    forking.says(200, "fork99", ONE)  # an answer is an answer
    assert forking.server.reported(Answered)[0].fork == "fork99"


def test_a_request_may_come_before_the_response_that_makes_its_dialog(forking: Forking) -> None:
    assert forking.asks("OPTIONS", "one", 5) == [200]
    assert forking.asks("OPTIONS", "two", 1) == [200]
    forking.says(180, "one", "", ("Record-Route", "<sip:10.0.0.8;lr>"))
    assert forking.asks("OPTIONS", "one", 4) == [500]


def test_a_lost_fork_is_nothing_to_a_later_offer_of_the_peer(forking: Forking) -> None:
    """Its description was agreed on as well; that of the session must be said all the same."""
    for tag in ("one", "two"):
        forking.says(183, tag, ONE, rseq=7)
    forking.says(200, "one")
    assert forking.asks("INVITE", "one", 5, TWO) == [100]
    forking.server.do(forking.endpoint.accept_reoffer(forking.session, OURS, forking.now))
    ok = forking.wire.passed[-1].message
    assert (forking.wire.passed[-1].name, ok.body) == ("200 INVITE", OURS.encode())


@pytest.mark.parametrize("offer", [None, OURS])
def test_a_2xx_that_requires_what_we_do_not_know_is_acknowledged_and_hung_up(
    offer: SessionDescription | None,
) -> None:
    forking = Forking(offer)
    ack, bye = forking.says(200, "one", ONE, ("Require", "timer, precondition"))
    assert (ack.method, bye.method) == ("ACK", "BYE")
    assert bool(ack.body) is (offer is None)
    (ended,) = forking.server.reported(Ended)
    assert (ended.cause, ended.status) == (Cause.LOCAL, 200)
    assert forking.server.reported(Answered) == []


def test_progress_that_requires_what_we_do_not_know_does_not_count(forking: Forking) -> None:
    assert forking.says(183, "one", ONE, ("Require", "precondition"), rseq=7) == []
    assert forking.progress() == []
    forking.says(183, "one", ONE, rseq=7)
    assert len(forking.progress()) == 1


def test_a_description_nobody_asked_for_reliably_is_no_offer() -> None:
    forking = Forking(offer=None)
    forking.says(183, "one", ONE)
    assert [(event.answer, event.offer) for event in forking.server.reported(Progressed)] == [
        (None, None)
    ]


def test_offers_of_several_forks_are_answered_in_the_order_they_were_told() -> None:
    forking = Forking(offer=None)
    assert forking.says(183, "one", ONE, rseq=7) == forking.says(183, "two", TWO, rseq=7) == []
    for _ in range(2):
        forking.server.do(forking.endpoint.accept_reoffer(forking.session, OURS, forking.now))
    pracks = [each.message for each in forking.wire.passed if each.name == "PRACK"]
    assert [prack.to.tag for prack in pracks] == ["one", "two"]
    assert all(description(prack.body.decode()) == OURS for prack in pracks)


def test_the_copy_of_a_2xx_with_an_offer_waits_for_our_answer_like_the_first() -> None:
    forking = Forking(offer=None)
    assert forking.says(200, "one", ONE) == forking.says(200, "one", ONE) == []
    assert len(forking.server.reported(Answered)) == 1
    forking.server.do(forking.endpoint.accept_reoffer(forking.session, OURS, forking.now))
    assert len(forking.sent("ACK")) == 1
    (again,) = forking.says(200, "one", ONE)
    assert description(again.body.decode()) == OURS


def test_offers_of_the_peer_wait_while_we_owe_it_an_answer() -> None:
    forking = Forking(offer=None)
    forking.says(200, "one", ONE)
    assert forking.asks("UPDATE", "one", 5, ONE) == [500]
    assert forking.asks("BYE", "one", 6) == [200]
    assert len(forking.sent("ACK")) == 1


# An answer to a re-INVITE may come early as well


def test_a_2xx_to_a_reinvite_means_what_was_said_reliably_before(forking: Forking) -> None:
    forking.says(200, "one", ONE)
    forking.server.do(forking.endpoint.reoffer(forking.session, OURS, forking.now))
    reinvite = forking.wire.passed[-1].message
    assert isinstance(reinvite, Request) and reinvite.method == "INVITE"
    forking.invite = reinvite
    (prack,) = forking.says(183, "one", TWO, rseq=3)
    assert (prack.method, prack.cseq.number) == ("PRACK", reinvite.cseq.number + 1)
    forking.says(200, "one")
    assert forking.server.reported(Reanswered) == [
        Reanswered(forking.session, description(TWO), 200)
    ]


def test_a_reinvite_answered_with_what_we_do_not_know_ends_the_call(forking: Forking) -> None:
    forking.says(200, "one", ONE)
    forking.server.do(forking.endpoint.reoffer(forking.session, OURS, forking.now))
    reinvite = forking.wire.passed[-1].message
    assert isinstance(reinvite, Request)
    forking.invite = reinvite
    assert [each.method for each in forking.says(200, "one", TWO, ("Require", "foo"))] == [
        "ACK",
        "BYE",
    ]


def test_a_provisional_response_to_an_update_says_nothing(forking: Forking) -> None:
    forking.says(200, "one", ONE)
    forking.server.do(forking.endpoint.reoffer(forking.session, OURS, forking.now, by_update=True))
    update = forking.wire.passed[-1].message
    assert isinstance(update, Request) and update.method == "UPDATE"
    forking.stranger(response(update, 100, to_tag="one"))
    assert forking.server.reported(Reanswered) == []
    forking.stranger(response(update, 200, to_tag="one", body=TWO))
    assert forking.server.reported(Reanswered) == [
        Reanswered(forking.session, description(TWO), 200)
    ]
