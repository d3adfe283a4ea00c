from __future__ import annotations

import pytest

from sip.errors import PeerError
from sip.offer_answer import Negotiation, RemoteMedia, decline
from sip.sdp import Codec, SessionDescription

PCMU, PCMA = Codec("PCMU", 8000, 0), Codec("PCMA", 8000, 8)
OURS = "192.0.2.1"
EVENTS = "a=rtpmap:101 telephone-event/8000"


def ours(*codecs: Codec, events: int | None = 101) -> Negotiation:
    return Negotiation(OURS, 4000, codecs or (PCMU, PCMA), 77, events)


def theirs(*lines: str, address: str = "192.0.2.9", session: str = "") -> SessionDescription:
    head = f"v=0\no=- 5 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 {address}\nt=0 0\n{session}\n"
    return SessionDescription.parse(head + "\n".join(lines or ("m=audio 6000 RTP/AVP 0 8",)))


def held(direction: str) -> SessionDescription:
    return theirs("m=audio 6000 RTP/AVP 0", f"a={direction}")


def remote(negotiation: Negotiation) -> RemoteMedia:
    assert negotiation.remote is not None
    return negotiation.remote


def test_an_offer_names_every_codec_of_ours() -> None:
    assert str(ours().offer()).splitlines() == [
        "v=0",
        "o=- 77 1 IN IP4 192.0.2.1",
        "s=-",
        "c=IN IP4 192.0.2.1",
        "t=0 0",
        "m=audio 4000 RTP/AVP 0 8 101",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=ptime:20",
        "a=sendrecv",
    ]


def test_an_answer_takes_the_first_codec_of_the_offer_that_we_have() -> None:
    negotiation = ours()
    offer = theirs("m=audio 6000 RTP/AVP 18 8 0 101", EVENTS, "a=ptime:30")
    answer = negotiation.answer(offer)
    assert answer.media[0].formats == ("8", "101")
    assert remote(negotiation) == RemoteMedia(
        address="192.0.2.9",
        port=6000,
        codec=PCMA,
        receive_payload_type=8,
        telephone_event=101,
        receive_telephone_event=101,
        direction="sendrecv",
        ptime=30,
    )


def test_an_answer_uses_the_numbers_of_the_offer() -> None:
    negotiation = ours()
    answer = negotiation.answer(
        theirs(
            "m=audio 6000 RTP/AVP 97 98",
            "a=rtpmap:97 pcmu/8000",
            "a=rtpmap:98 telephone-event/8000",
        )
    )
    assert answer.media[0].values("rtpmap") == ["97 PCMU/8000", "98 telephone-event/8000"]
    assert remote(negotiation).codec == Codec("PCMU", 8000, 97)
    assert remote(negotiation).receive_payload_type == 97
    assert remote(negotiation).receive_telephone_event == 98


def test_each_side_is_sent_the_numbers_it_named() -> None:
    negotiation = ours()
    negotiation.offer()
    negotiation.accept(
        theirs(
            "m=audio 6000 RTP/AVP 97 98",
            "a=rtpmap:97 PCMA/8000",
            "a=rtpmap:98 telephone-event/8000",
        )
    )
    assert remote(negotiation).codec == Codec("PCMA", 8000, 97)
    assert remote(negotiation).receive_payload_type == 8
    assert remote(negotiation).telephone_event == 98
    assert remote(negotiation).receive_telephone_event == 101


def test_of_an_answer_with_several_codecs_the_first_counts() -> None:
    negotiation = ours()
    negotiation.offer()
    negotiation.accept(theirs("m=audio 6000 RTP/AVP 8 0"))
    assert remote(negotiation).codec == PCMA


def test_events_are_used_only_when_both_sides_have_them() -> None:
    without, deaf = ours(events=None), ours()
    offer = theirs("m=audio 6000 RTP/AVP 0 101", EVENTS)
    assert without.answer(offer).media[0].formats == ("0",)
    assert remote(without).telephone_event is None
    assert deaf.answer(theirs()).media[0].formats == ("0",)
    assert remote(deaf).telephone_event is None
    assert remote(deaf).receive_telephone_event is None


def test_events_of_another_clock_are_not_ours() -> None:
    negotiation = ours()
    offer = theirs("m=audio 6000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/48000")
    assert negotiation.answer(offer).media[0].formats == ("0",)


def test_other_media_lines_are_refused_in_their_place() -> None:
    negotiation = ours()
    offer = theirs(
        "m=video 7000 RTP/AVP 31",
        "m=audio 6000 RTP/SAVP 0",
        "m=audio 6002 RTP/AVP 0",
        "m=audio 6004 RTP/AVP 0",
        "m=message 9 TCP/MSRP *",
        "a=path:x",
    )
    answer = negotiation.answer(offer)
    assert [(line.kind, line.port) for line in answer.media] == [
        *(("video", 0), ("audio", 0), ("audio", 4000), ("audio", 0), ("message", 0))
    ]
    assert [line.formats for line in answer.media] == [line.formats for line in offer.media]
    assert answer.media[4].attributes == ()
    assert remote(negotiation).port == 6002


def test_an_offer_of_ours_keeps_the_lines_that_were_refused() -> None:
    negotiation = ours()
    negotiation.answer(theirs("m=video 7000 RTP/AVP 31", "m=audio 6000 RTP/AVP 0"))
    offer = negotiation.offer()
    assert [(line.kind, line.port) for line in offer.media] == [("video", 0), ("audio", 4000)]
    negotiation.accept(theirs("m=video 0 RTP/AVP 31", "m=audio 6100 RTP/AVP 0"))
    assert remote(negotiation).port == 6100


@pytest.mark.parametrize(
    "offer",
    [
        theirs("m=audio 6000 RTP/AVP 18"),
        theirs("m=audio 0 RTP/AVP 0"),
        theirs("m=video 6000 RTP/AVP 0"),
        theirs("m=audio 6000 RTP/SAVP 0"),
        theirs("m=audio 6000 RTP/AVP 101", EVENTS),
        theirs(""),
        theirs(address="phone.example"),
        theirs(address="224.0.0.1"),
        theirs(address="255.255.255.255"),
        SessionDescription.parse(
            "v=0\no=- 1 1 IN IP6 ::1\nc=IN IP6 2001:db8::9\nm=audio 6000 RTP/AVP 0"
        ),
        SessionDescription.parse("v=0\no=- 1 1 IN IP4 192.0.2.9\nm=audio 6000 RTP/AVP 0"),
    ],
    ids=[
        *("codec", "switched off", "video", "protocol", "events alone", "no lines"),
        *("name", "multicast", "broadcast", "IPv6", "no address"),
    ],
)
def test_an_offer_that_does_not_fit_is_refused_and_changes_nothing(
    offer: SessionDescription,
) -> None:
    negotiation = ours()
    with pytest.raises(PeerError) as refused:
        negotiation.answer(offer)
    assert refused.value.status == 488
    assert negotiation.remote is None
    assert negotiation.offer().origin.version == 1


@pytest.mark.parametrize(
    "answer",
    [
        theirs("m=audio 0 RTP/AVP 0"),
        theirs("m=audio 6000 RTP/AVP 18"),
        theirs("m=video 6000 RTP/AVP 0"),
        theirs("m=audio 6000 RTP/AVP 0", "m=audio 6002 RTP/AVP 0"),
        theirs(""),
    ],
    ids=["refused", "codec", "kind", "more lines", "no lines"],
)
def test_an_answer_that_does_not_fit_is_refused_and_changes_nothing(
    answer: SessionDescription,
) -> None:
    negotiation = ours()
    negotiation.answer(theirs())
    before = negotiation.remote
    negotiation.offer("sendonly")
    with pytest.raises(PeerError) as refused:
        negotiation.accept(answer)
    assert refused.value.status == 488
    assert negotiation.remote == before


@pytest.mark.parametrize(
    ("offered", "answered"),
    [
        *(("sendrecv", "sendrecv"), ("sendonly", "recvonly")),
        *(("recvonly", "sendonly"), ("inactive", "inactive")),
    ],
)
def test_every_direction_has_its_counterpart(offered: str, answered: str) -> None:
    negotiation = ours()
    assert negotiation.answer(held(offered)).media[0].direction == answered
    assert remote(negotiation).direction == answered


def test_a_hold_for_the_whole_session_is_a_hold() -> None:
    negotiation = ours()
    assert negotiation.answer(theirs(session="a=sendonly")).media[0].direction == "recvonly"


@pytest.mark.parametrize(
    ("direction", "answered"), [("sendrecv", "recvonly"), ("recvonly", "inactive")]
)
def test_an_address_of_zeros_is_a_hold_and_the_last_address_stays(
    direction: str, answered: str
) -> None:
    negotiation = ours()
    negotiation.answer(theirs())
    offer = theirs("m=audio 6000 RTP/AVP 0", f"a={direction}", address="0.0.0.0")
    assert negotiation.answer(offer).media[0].direction == answered
    assert remote(negotiation).direction == answered
    assert remote(negotiation).address == "192.0.2.9"


def test_a_stream_may_have_the_zeros_for_itself() -> None:
    negotiation = ours()
    answer = negotiation.answer(theirs("m=audio 6000 RTP/AVP 0", "c=IN IP4 0.0.0.0"))
    assert answer.media[0].direction == "recvonly"
    assert remote(negotiation).address == "0.0.0.0"


def test_a_running_stream_may_be_switched_off_and_on() -> None:
    negotiation = ours()
    negotiation.answer(theirs())
    answer = negotiation.answer(theirs("m=audio 0 RTP/AVP 0"))
    assert answer.media[0].port == 0
    assert remote(negotiation).direction == "inactive"
    assert negotiation.answer(theirs()).media[0].port == 4000
    assert remote(negotiation).direction == "sendrecv"


def test_resuming_after_a_hold_sends_both_ways_again() -> None:
    negotiation = ours()
    versions = [
        negotiation.answer(sdp).origin.version
        for sdp in (theirs("m=audio 6000 RTP/AVP 0"), held("sendonly"), held("sendrecv"))
    ]
    assert versions == [1, 2, 3]
    assert remote(negotiation).direction == "sendrecv"


@pytest.mark.parametrize(
    ("wish", "answered", "direction"),
    [
        *(("sendonly", "recvonly", "sendonly"), ("sendonly", "inactive", "inactive")),
        *(("inactive", "inactive", "inactive"), ("sendrecv", "sendonly", "recvonly")),
        *(("recvonly", "sendrecv", "recvonly"),),
    ],
)
def test_our_wish_goes_as_far_as_the_answer(wish: str, answered: str, direction: str) -> None:
    negotiation = ours()
    assert negotiation.offer(wish).media[0].direction == wish
    negotiation.accept(held(answered))
    assert remote(negotiation).direction == direction


def test_a_hold_of_ours_outlives_an_offer_of_theirs() -> None:
    negotiation = ours()
    negotiation.offer("sendonly")
    negotiation.accept(held("recvonly"))
    assert negotiation.answer(held("sendrecv")).media[0].direction == "sendonly"
    negotiation.offer("sendrecv")
    negotiation.accept(held("sendrecv"))
    assert remote(negotiation).direction == "sendrecv"


def test_a_hold_that_was_never_agreed_is_forgotten() -> None:
    negotiation = ours()
    negotiation.answer(theirs())
    negotiation.offer("sendonly")  # and the peer says 491
    assert negotiation.answer(theirs()).media[0].direction == "sendrecv"


@pytest.mark.parametrize(
    ("attributes", "ptime"),
    [
        *(((), 20), (("a=ptime:30",), 30), (("a=maxptime:150",), 20), (("a=maxptime:10",), 10)),
        *((("a=ptime:60", "a=maxptime:40"), 40), (("a=ptime:10", "a=maxptime:x"), 10)),
    ],
)
def test_a_packet_has_what_they_want_and_never_more_than_they_take(
    attributes: tuple[str, ...], ptime: int
) -> None:
    negotiation = ours()
    answer = negotiation.answer(theirs("m=audio 6000 RTP/AVP 0", *attributes))
    assert remote(negotiation).ptime == ptime
    assert answer.media[0].ptime == 20  # ours is our own wish


def test_an_offer_that_must_be_answered_and_is_not_wanted_is_declined_line_by_line() -> None:
    offer = theirs("m=audio 6000 RTP/AVP 0", "a=sendrecv", "m=video 6002 RTP/AVP 31")
    answer = decline(offer)
    assert [(line.kind, line.port, line.formats) for line in answer.media] == [
        ("audio", 0, ("0",)),
        ("video", 0, ("31",)),
    ]
    assert SessionDescription.parse(str(answer)) == answer


def test_the_version_grows_by_one_exactly_when_something_changed() -> None:
    negotiation = ours()
    first = negotiation.offer()
    assert negotiation.offer() == first
    negotiation.accept(theirs("m=audio 6000 RTP/AVP 8"))
    assert negotiation.offer() == first
    assert negotiation.offer("sendonly").origin.version == 2
    assert negotiation.offer("sendonly").origin.version == 2
    assert negotiation.offer("sendrecv").origin.version == 3
    assert {negotiation.offer().origin.session_id} == {77}


def test_the_same_offer_gets_the_same_answer() -> None:
    negotiation = ours()
    assert negotiation.answer(theirs()) == negotiation.answer(theirs())


def test_a_number_never_changes_its_codec() -> None:
    negotiation = ours()
    offer = theirs(
        "m=audio 6000 RTP/AVP 101 8",
        "a=rtpmap:101 PCMA/8000",
        "a=rtpmap:8 telephone-event/8000",
    )
    negotiation.answer(offer)
    line = negotiation.offer().media[0]
    assert line.codecs() == [
        Codec("PCMA", 8000, 101),
        PCMU,
        Codec("telephone-event", 8000, 8, parameters="0-15"),
    ]


def test_an_answer_may_be_shown_early_and_come_again() -> None:
    negotiation = ours()
    negotiation.offer()
    negotiation.accept(theirs("m=audio 6000 RTP/AVP 0"))
    negotiation.accept(theirs("m=audio 6002 RTP/AVP 8"))
    assert (remote(negotiation).port, remote(negotiation).codec) == (6002, PCMA)


def test_an_offer_may_not_lose_a_media_line() -> None:
    negotiation = ours()
    negotiation.answer(theirs("m=video 7000 RTP/AVP 31", "m=audio 6000 RTP/AVP 0"))
    for line in ("m=audio 6000 RTP/AVP 0", "m=audio 0 RTP/AVP 0"):
        with pytest.raises(PeerError):
            negotiation.answer(theirs(line))
    assert [line.port for line in negotiation.offer().media] == [0, 4000]


def test_accepting_without_an_offer_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError):
        ours().accept(theirs())
