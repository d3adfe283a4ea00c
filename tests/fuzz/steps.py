"""What may happen in a conversation, one function each; the dice say what and how."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from sip.actions import Action, Send
from sip.digest import credentials
from sip.endpoint import Endpoint
from sip.errors import PeerError, UsageError
from sip.events import SessionId
from sip.message import parse
from sip.reason import Reason
from sip.registrar import NotRegistered
from sip.sdp import SessionDescription
from tests.fuzz.conversation import FLOWS, Conversation
from tests.fuzz.dice import Dice
from tests.fuzz.mutation import mutate
from tests.fuzz.outside import FOUND, PHONES, ROUTES, TARGETS, TRUNKS
from tests.fuzz.seeds import (
    BODIES,
    CHALLENGE,
    CONTACTS,
    EXTRAS,
    KEYS,
    MESSAGES,
    METHODS,
    SECURED,
    URIS,
)
from tests.rig.virtual_phone import audio
from tests.sip.raw import SDP, request, response
from tests.sip.scene import SERVER, account

STATUSES: Final = (100, 180, 183, 200, 202, 302, 401, 407, 408, 422, 481, 486, 487, 491, 503, 699)
FITTING: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "INVITE": ((), SDP),
    "BYE": (("Reason: Q.850;cause=16",), ""),
    "UPDATE": (("Session-Expires: 90",), SDP),
    "INFO": (("Content-Type: application/dtmf-relay",), "Signal=5\r\nDuration=160\r\n"),
    "REFER": (("Refer-To: <sip:agent2@10.0.0.1>",), ""),
    "NOTIFY": (
        ("Event: refer", "Subscription-State: active", "Content-Type: message/sipfrag"),
        "SIP/2.0 200 OK\r\n",
    ),
}
WAITS: Final = (0.0, 0.01, 0.2, 0.5, 2.0, 4.0, 16.0, 33.0, 181.0, 950.0)
OURS: Final = tuple(
    SessionDescription.parse(audio(20000, SERVER[0], direction, version) + keys)
    for version, direction in enumerate(("sendrecv", "sendonly", "inactive"), 1)
    for keys in ("", KEYS)
)


def ask(talk: Conversation, dice: Dice) -> None:
    """A request of the peer, in some dialog or none, whole or damaged."""
    fields = [dice.pick(EXTRAS) for _ in range(dice.below(4))]
    if dice.below(3) == 0:
        fields.append(_naming_a_dialog(talk, dice))
    dialog = dice.pick(talk.dialogs)
    talk.cseq += 1
    data = request(
        dice.pick(METHODS),
        *fields,
        branch=f"b{dice.below(4)}-{talk.cseq * dice.below(2)}",
        cseq=dice.pick((talk.cseq, dice.below(6))),
        call_id=dice.pick((dialog.call_id, "c1")),
        from_tag=dice.pick((dialog.theirs, "f1")),
        to_tag=dice.pick((dialog.ours, "")),
        uri=dice.pick(URIS),
        contact=dice.pick(CONTACTS),
        body=dice.pick(BODIES),
    )
    _say(talk, data, dice)


def dial(talk: Conversation, dice: Dice) -> None:
    """An INVITE that makes sense, from one who may take a call over or who may not."""
    fields = [dice.pick(EXTRAS)] if dice.below(3) == 0 else []
    if dice.below(3) == 0:
        fields.append(_naming_a_dialog(talk, dice))
    talk.cseq += 1
    talk.dialled = talk.cseq
    data = request(
        "INVITE",
        *fields,
        branch=f"d{talk.cseq}",
        cseq=talk.cseq,
        call_id=f"d{talk.cseq}",
        contact=dice.pick(CONTACTS),
        body=dice.pick((SDP, SDP, "", *SECURED)),
    )
    talk.receive(data, dice.pick((FLOWS[2], *FLOWS)))


def pick_up(talk: Conversation, dice: Dice) -> None:
    """The endpoint answers the newest call, and hears the ACK."""
    talk.do(talk.endpoint.answer(talk.sessions[-1], dice.pick(OURS), talk.now))
    dialog = next(
        each for each in reversed(talk.dialogs) if each.call_id[0] == "d" or each is talk.dialogs[0]
    )
    named = {"call_id": dialog.call_id, "from_tag": dialog.theirs, "to_tag": dialog.ours}
    talk.receive(request("ACK", branch="ack", cseq=talk.dialled, **named), dice.pick(FLOWS))


def accept(talk: Conversation, dice: Dice) -> None:
    """The peer says yes to the newest thing it was asked about a call."""
    asked = [each for each in talk.asked if each.method in ("INVITE", "REFER", "BYE", "UPDATE")]
    if asked:
        body = dice.pick((SDP, SDP, *SECURED)) if asked[-1].method == "INVITE" else ""
        data = response(asked[-1], 200, to_tag=asked[-1].to.tag or "t0", body=body)
        talk.receive(data, dice.pick(FLOWS))


def go_on(talk: Conversation, dice: Dice) -> None:
    """A request that fits a dialog, more or less."""
    dialog = dice.pick((*talk.dialogs, *talk.confirmed, *talk.confirmed))
    method = dice.pick((*FITTING, *FITTING, *METHODS))
    fields, body = FITTING.get(method, ((), ""))
    if method == "REFER" and dice.below(2):
        fields = (_naming_a_dialog(talk, dice),)
    if dice.below(3) == 0:
        fields = (*fields, *(dice.pick(EXTRAS) for _ in range(dice.below(3))))
    talk.cseq += 1
    data = request(
        method,
        *fields,
        branch=f"in{talk.cseq}",
        cseq=talk.cseq,
        call_id=dialog.call_id,
        from_tag=dialog.theirs,
        to_tag=dialog.ours,
        contact=dice.pick(CONTACTS),
        body=dice.pick((body, body, dice.pick(BODIES))),
    )
    talk.receive(mutate(data, dice) if dice.below(6) == 0 else data, dice.pick(FLOWS))


def reply(talk: Conversation, dice: Dice) -> None:
    """A response to something the endpoint asked."""
    if talk.asked:
        fields = [dice.pick(EXTRAS).partition(": ")[::2] for _ in range(dice.below(4))]
        data = response(
            dice.pick(talk.asked),
            dice.pick(STATUSES),
            *((name, value) for name, value in fields),
            to_tag=f"t{dice.below(3)}",
            body=dice.pick(BODIES),
        )
        _say(talk, data, dice)


def again(talk: Conversation, dice: Dice) -> None:
    """The last message once more."""
    talk.receive(talk.last, dice.pick(FLOWS))


def noise(talk: Conversation, dice: Dice) -> None:
    talk.receive(mutate(dice.pick(MESSAGES), dice), dice.pick(FLOWS))


def wish(talk: Conversation, dice: Dice) -> None:
    """Something the engine may ask of a session, whether it fits or not."""
    actions = dice.pick(WISHES)(talk.endpoint, dice.pick(talk.sessions), dice, talk.now)
    talk.do(actions)


def challenge(talk: Conversation, dice: Dice) -> None:
    session = dice.pick(talk.sessions)
    talk.need_not_end(session)
    talk.do(talk.endpoint.challenge(session, talk.now))


def transfer(talk: Conversation, dice: Dice) -> None:
    """The peer is referred, perhaps to the far end of another session."""
    session, other = dice.pick(talk.sessions), dice.pick((None, *talk.sessions))
    with suppress(PeerError):
        target = dice.pick((*TARGETS, *talk.targets))
        talk.do(talk.endpoint.refer(session, target, other, now=talk.now))


def call(talk: Conversation, dice: Dice) -> None:
    """The endpoint calls a phone, for somebody or in place of another call."""
    with suppress(NotRegistered, UsageError):
        session, actions = talk.endpoint.invite(
            dice.pick(("agent1", "agent1", "agent2")),
            caller="Customer",
            offer=dice.pick(OURS),
            logins={"earshot": account("agent1")},
            identity=dice.pick(talk.callers),
            replaces=dice.pick((None, *talk.sessions)),
            on_behalf_of=dice.pick((None, *talk.sessions)),
            now=talk.now,
        )
        talk.calls(session, actions)


def call_out(talk: Conversation, dice: Dice) -> None:
    """The endpoint calls somebody who has not registered."""
    with suppress(UsageError, PeerError):
        session, actions = talk.endpoint.invite_uri(
            dice.pick((*TARGETS, *talk.targets)),
            from_uri="sip:+4930@10.0.0.1",
            offer=dice.pick(OURS),
            routes=dice.pick(ROUTES),
            logins={"trunk": account("agent1")},
            patience=dice.pick((4.0, 32.0)),
            on_behalf_of=dice.pick((None, *talk.sessions)),
            now=talk.now,
        )
        talk.calls(session, actions)


def register(talk: Conversation, dice: Dice) -> None:
    """A phone of ours that knows its password."""
    talk.cseq += 2
    branch, user = f"r{talk.cseq}", dice.pick(("agent1", "agent1", "agent2"))
    extra = dice.pick(EXTRAS) if dice.below(3) == 0 else "Supported: path, outbound, gruu"
    plain = request(
        "REGISTER",
        f"Expires: {dice.pick((3600, 61, 0))}",
        branch=branch,
        cseq=talk.cseq,
        call_id=dice.pick(("r", "s")),
        uri="sip:10.0.0.1",
        contact=dice.pick(PHONES),
    ).replace(b"To: <sip:support@", f"To: <sip:{user}@".encode())
    flow = dice.pick(FLOWS)
    actions = talk.endpoint.receive(plain, flow, talk.now)
    talk.do(actions)
    first = next((parse(action.data) for action in actions if isinstance(action, Send)), None)
    offered = (first and first.headers.lines("WWW-Authenticate")) or (CHALLENGE,)
    proof = credentials(offered, user, "secret", "REGISTER", "sip:10.0.0.1", cnonce="c")
    fresh = plain.replace(f"z9hG4bK{branch}".encode(), f"z9hG4bK{branch}p".encode())
    talk.receive(
        fresh.replace(b"CSeq:", f"{extra}\r\nAuthorization: {proof}\r\nCSeq:".encode()), flow
    )


def wait(talk: Conversation, dice: Dice) -> None:
    talk.wait(dice.pick(WAITS))


def undelivered(talk: Conversation, dice: Dice) -> None:
    """A request of the endpoint did not reach the wire."""
    if talk.sent:
        talk.do(talk.endpoint.undelivered(dice.pick(talk.sent), talk.now))


def resolve(talk: Conversation, dice: Dice) -> None:
    """DNS says something."""
    if talk.questions:
        question = dice.pick(talk.questions)
        talk.resolve(question, dice.pick(FOUND[question.kind]))


def open_trunks(talk: Conversation, dice: Dice) -> None:
    """Once, as the driver does."""
    if not talk.has_trunks:
        talk.has_trunks = True
        talk.do(talk.endpoint.open_trunks(TRUNKS, talk.now))


def keep(talk: Conversation, dice: Dice) -> None:
    """Registrations are written down, or the endpoint starts anew from what was."""
    if dice.below(3):
        talk.keep()
    else:
        talk.restart()


def _say(talk: Conversation, data: bytes, dice: Dice) -> None:
    talk.receive(mutate(data, dice) if dice.below(4) == 0 else data, dice.pick(FLOWS))


def _naming_a_dialog(talk: Conversation, dice: Dice) -> str:
    """A field that means some dialog: to be replaced, or to be called instead."""
    named = dice.pick((*talk.dialogs, *talk.confirmed, *talk.confirmed))
    early = dice.pick(("", ";early-only"))
    plain = f"{named.call_id};to-tag={named.ours};from-tag={named.theirs}{early}"
    if dice.below(2):
        return f"Replaces: {plain}"
    escaped = plain.replace(";", "%3B").replace("=", "%3D")
    return f"Refer-To: <sip:agent2@10.0.0.1?Replaces={escaped}>"


Wish = Callable[[Endpoint, SessionId, Dice, float], list[Action]]
WISHES: Final[tuple[Wish, ...]] = (
    lambda endpoint, session, dice, now: endpoint.ring(session, now),
    lambda endpoint, session, dice, now: endpoint.answer(session, dice.pick(OURS), now),
    lambda endpoint, session, dice, now: endpoint.answer(session, dice.pick(OURS), now),
    lambda endpoint, session, dice, now: endpoint.reject(session, 486, now=now),
    lambda endpoint, session, dice, now: endpoint.hang_up(session, now),
    lambda endpoint, session, dice, now: endpoint.hang_up(session, now, Reason("Q.850", 16, "x")),
    lambda endpoint, session, dice, now: endpoint.reoffer(session, dice.pick(OURS), now),
    lambda endpoint, session, dice, now: endpoint.accept_reoffer(session, dice.pick(OURS), now),
    lambda endpoint, session, dice, now: endpoint.reject_reoffer(session, 488, now),
    lambda endpoint, session, dice, now: endpoint.accept_refer(session, now),
    lambda endpoint, session, dice, now: endpoint.reject_refer(session, 603, now),
    lambda endpoint, session, dice, now: endpoint.notify_refer(session, dice.pick(STATUSES), now),
)
STEPS: Final = (
    *(ask, ask, go_on, go_on, go_on, reply, reply, wish, wish, wish, wish),
    *(dial, dial, pick_up, pick_up, accept, accept),
    *(challenge, transfer, call, call_out, register, wait, wait, undelivered, resolve, resolve),
    *(open_trunks, keep, again, noise),
)
