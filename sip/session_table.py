"""The life of one leg from INVITE to BYE, as a table: RFC 3261 §9, §13, §14, §15 and RFC 3311.

Two ways in, one for each role, meet in UP:

    we are called   OFFERED ------> ANSWERED ---ACK--> UP
    we call         CALLING -> PROCEEDING ----2xx----> UP

REINVITED, REANSWERED and UPDATED are UP with an offer of the peer on the table. REOFFERED is UP
with ours: WITHDRAWN when it took too long and was cancelled, BACKING_OFF while it waits for its
next try because it crossed one of the peer's (§14.1). UPDATING is the same with an UPDATE.
REFRESHING is UP with a re-INVITE that changes nothing (RFC 4028); an UPDATE that does the same is
no state, as it carries no offer.

PROMISED is OFFERED with an answer of our user that has to wait: something early is not agreed on
yet (`early_dialog`). OWING is UP, but the 2xx brought an offer, and its ACK waits for our answer.

The rest is left to do on the wire after the user was told that the session has ended. QUEUED: a
CANCEL waits for a provisional; CANCELLING: it waits for the final response (§9.1); UNACKED: a BYE
waits for the ACK of our 2xx (§15); CLOSING: it waits for its own response.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from sip.events import Cause
from sip.transaction import RUNS_ON, T1, T2, TIMEOUT, Resend, Rules

BACK_OFF_LIMIT = 4.0  # seconds, RFC 3261 §14.1; the draw is mostly less
RING_LIMIT = 200.0  # seconds until an INVITE must have its final response: more than Timer C has

State = IntEnum(
    "State",
    "OFFERED PROMISED ANSWERED CALLING PROCEEDING OWING UP REINVITED REANSWERED UPDATED "
    "REOFFERED UPDATING WITHDRAWN BACKING_OFF REFRESHING "
    "QUEUED CANCELLING UNACKED CLOSING ENDED",
)
Input = IntEnum(
    "Input",
    "RING ANSWER PROMISE REJECT CHALLENGE TRANSFER HANG_UP "  # the user's
    "REOFFER REOFFER_BY_UPDATE ACCEPT DECLINE "  # its offers, and its word about the peer's
    "AGREED "  # what a promised answer waits for has come
    "TRYING PROGRESS SUCCESS REFUSAL UNANSWERED UNREACHABLE "  # what became of our INVITE
    "COUNTEROFFER UNUSABLE "  # a 2xx with an offer; one that requires what we do not know
    "CARRIED_ON "  # one that comes before that to our UPDATE
    "DECLINED "  # 6xx by one of several phones
    "CORRECTED "  # refused, and we know how to ask again: 401, 407, 422
    "GLARE LOST "  # the same, in a dialog: 491; 408 or 481
    "UNPRACKED "  # our reliable 180 was never acknowledged
    "UPDATE_DUE REINVITE_DUE LAPSED "  # the session timer: refresh by either; nobody has
    "CLOSED "  # our BYE has been answered, or never will be
    "ACK CANCEL BYE REINVITE UPDATE REFER KEY "  # the peer's requests
    "EXPIRED",
)
Do = IntEnum(
    "Do",
    "SEND_PROGRESS KEEP_ANSWER SEND_OK REPEAT_OK "
    "SEND_REFUSAL SEND_UNAVAILABLE SEND_TERMINATED SEND_TIMED_OUT "
    "SEND_RETRY_LATER SEND_PENDING SEND_GONE SEND_BYE_OK SEND_ACK SEND_CANCEL SEND_BYE "
    "SEND_AGAIN SEND_REINVITE SEND_UPDATE SEND_REFRESH SEND_REFER BACK_OFF "
    "WEIGH_OFFER SEND_EARLY_ANSWER SEND_EARLY_REFUSAL SEND_EARLY_UPDATE "
    "KEEP_OFFER SEND_ANSWER SEND_NO_ANSWER "
    "TELL_PROGRESS TELL_ANSWER TELL_CONFIRMED TELL_OFFER TELL_REANSWER TELL_NO_CHANGE TELL_PENDING "
    "TELL_REFERRED TELL_NO_TRANSFER TELL_DIGIT "
    "END_LOCAL END_REMOTE_BYE END_CANCELLED END_REFUSED END_TIMEOUT END_TRANSPORT",
)

S, On = State, Input  # the table is read across: in S.UP, On.BYE, go to S.ENDED and do this

TABLE: dict[tuple[State, Input], tuple[State, tuple[Do, ...]]] = {
    # An INVITE of the peer, without a final response
    (S.OFFERED, On.RING): (S.OFFERED, (Do.SEND_PROGRESS,)),
    (S.OFFERED, On.ANSWER): (S.ANSWERED, (Do.SEND_OK,)),
    (S.OFFERED, On.PROMISE): (S.PROMISED, (Do.KEEP_ANSWER,)),
    (S.OFFERED, On.CHALLENGE): (S.ENDED, (Do.SEND_REFUSAL,)),
    (S.PROMISED, On.AGREED): (S.ANSWERED, (Do.SEND_OK,)),
    **{
        (state, event): row
        for state in (S.OFFERED, S.PROMISED)
        for event, row in {
            On.REJECT: (S.ENDED, (Do.SEND_REFUSAL, Do.END_LOCAL)),
            On.HANG_UP: (S.ENDED, (Do.SEND_UNAVAILABLE, Do.END_LOCAL)),
            On.CANCEL: (S.ENDED, (Do.SEND_TERMINATED, Do.END_CANCELLED)),
            On.BYE: (S.ENDED, (Do.SEND_BYE_OK, Do.SEND_TERMINATED, Do.END_REMOTE_BYE)),
            On.REINVITE: (state, (Do.SEND_RETRY_LATER,)),
            On.UNPRACKED: (S.ENDED, (Do.SEND_REFUSAL, Do.END_TIMEOUT)),
            On.LOST: (S.ENDED, (Do.SEND_UNAVAILABLE, Do.END_TIMEOUT)),
            On.EXPIRED: (S.ENDED, (Do.SEND_UNAVAILABLE, Do.END_TIMEOUT)),
        }.items()
    },
    # Our 2xx is resent until its ACK comes
    (S.ANSWERED, On.ACK): (S.UP, (Do.TELL_CONFIRMED,)),
    (S.ANSWERED, On.BYE): (S.ENDED, (Do.SEND_BYE_OK, Do.END_REMOTE_BYE)),
    (S.ANSWERED, On.HANG_UP): (S.UNACKED, (Do.END_LOCAL,)),
    (S.ANSWERED, On.REINVITE): (S.ANSWERED, (Do.SEND_PENDING,)),
    (S.ANSWERED, On.UPDATE): (S.ANSWERED, (Do.SEND_PENDING,)),
    (S.ANSWERED, On.EXPIRED): (S.CLOSING, (Do.SEND_BYE, Do.END_TIMEOUT)),
    # Our INVITE, without any response
    (S.CALLING, On.TRYING): (S.PROCEEDING, ()),
    (S.CALLING, On.PROGRESS): (S.PROCEEDING, (Do.TELL_PROGRESS,)),
    (S.CALLING, On.SUCCESS): (S.UP, (Do.SEND_ACK, Do.TELL_ANSWER)),
    (S.CALLING, On.REFUSAL): (S.ENDED, (Do.END_REFUSED,)),
    (S.CALLING, On.CORRECTED): (S.CALLING, (Do.SEND_AGAIN,)),
    (S.CALLING, On.UNANSWERED): (S.ENDED, (Do.END_TIMEOUT,)),
    (S.CALLING, On.UNREACHABLE): (S.ENDED, (Do.END_TRANSPORT,)),
    (S.CALLING, On.HANG_UP): (S.QUEUED, (Do.END_LOCAL,)),
    (S.CALLING, On.BYE): (S.QUEUED, (Do.SEND_BYE_OK, Do.END_REMOTE_BYE)),
    (S.CALLING, On.REINVITE): (S.CALLING, (Do.SEND_PENDING,)),
    (S.CALLING, On.CARRIED_ON): (S.UPDATING, (Do.SEND_ACK, Do.TELL_ANSWER)),
    (S.CALLING, On.COUNTEROFFER): (S.OWING, (Do.KEEP_OFFER, Do.TELL_ANSWER)),
    (S.CALLING, On.UNUSABLE): (S.CLOSING, (Do.SEND_ACK, Do.SEND_BYE, Do.END_LOCAL)),
    # Our INVITE, with a provisional response
    (S.PROCEEDING, On.PROGRESS): (S.PROCEEDING, (Do.TELL_PROGRESS,)),
    (S.PROCEEDING, On.SUCCESS): (S.UP, (Do.SEND_ACK, Do.TELL_ANSWER)),
    (S.PROCEEDING, On.REFUSAL): (S.ENDED, (Do.END_REFUSED,)),
    (S.PROCEEDING, On.CORRECTED): (S.CALLING, (Do.SEND_AGAIN,)),
    (S.PROCEEDING, On.HANG_UP): (S.CANCELLING, (Do.SEND_CANCEL, Do.END_LOCAL)),
    (S.PROCEEDING, On.BYE): (S.CANCELLING, (Do.SEND_BYE_OK, Do.SEND_CANCEL, Do.END_REMOTE_BYE)),
    (S.PROCEEDING, On.REINVITE): (S.PROCEEDING, (Do.SEND_PENDING,)),
    (S.PROCEEDING, On.CARRIED_ON): (S.UPDATING, (Do.SEND_ACK, Do.TELL_ANSWER)),
    (S.PROCEEDING, On.COUNTEROFFER): (S.OWING, (Do.KEEP_OFFER, Do.TELL_ANSWER)),
    (S.PROCEEDING, On.LOST): (S.CANCELLING, (Do.SEND_CANCEL, Do.END_TIMEOUT)),
    (S.PROCEEDING, On.UNUSABLE): (S.CLOSING, (Do.SEND_ACK, Do.SEND_BYE, Do.END_LOCAL)),
    (S.PROCEEDING, On.EXPIRED): (S.CANCELLING, (Do.SEND_CANCEL, Do.END_TIMEOUT)),
    # Of several phones one has refused for all, or none shows a sign of life
    (S.CALLING, On.DECLINED): (S.CANCELLING, (Do.END_REFUSED,)),
    (S.PROCEEDING, On.DECLINED): (S.CANCELLING, (Do.END_REFUSED,)),
    (S.PROCEEDING, On.UNANSWERED): (S.ENDED, (Do.END_TIMEOUT,)),
    (S.PROCEEDING, On.UNREACHABLE): (S.ENDED, (Do.END_TRANSPORT,)),
    (S.CANCELLING, On.UNREACHABLE): (S.ENDED, ()),
    # Offers before the final response, each in its early dialog
    **{
        (state, event): (state, (do,))
        for event, do in (
            (On.UPDATE, Do.WEIGH_OFFER),
            (On.ACCEPT, Do.SEND_EARLY_ANSWER),
            (On.DECLINE, Do.SEND_EARLY_REFUSAL),
            (On.REOFFER, Do.SEND_EARLY_UPDATE),
            (On.REOFFER_BY_UPDATE, Do.SEND_EARLY_UPDATE),
        )
        for state in (S.OFFERED, S.PROMISED, S.CALLING, S.PROCEEDING)
    },
    # Their 2xx brought an offer; its ACK brings our answer, whatever else is to be said
    (S.OWING, On.ACCEPT): (S.UP, (Do.SEND_ANSWER,)),
    (S.OWING, On.DECLINE): (S.CLOSING, (Do.SEND_NO_ANSWER, Do.SEND_BYE, Do.END_LOCAL)),
    (S.OWING, On.HANG_UP): (S.CLOSING, (Do.SEND_NO_ANSWER, Do.SEND_BYE, Do.END_LOCAL)),
    (S.OWING, On.LAPSED): (S.CLOSING, (Do.SEND_NO_ANSWER, Do.SEND_BYE, Do.END_TIMEOUT)),
    (S.OWING, On.EXPIRED): (S.CLOSING, (Do.SEND_NO_ANSWER, Do.SEND_BYE, Do.END_TIMEOUT)),
    (S.OWING, On.BYE): (S.ENDED, (Do.SEND_BYE_OK, Do.SEND_NO_ANSWER, Do.END_REMOTE_BYE)),
    (S.OWING, On.REINVITE): (S.OWING, (Do.SEND_RETRY_LATER,)),
    (S.OWING, On.UPDATE): (S.OWING, (Do.SEND_RETRY_LATER,)),
    # Up
    (S.UP, On.HANG_UP): (S.CLOSING, (Do.SEND_BYE, Do.END_LOCAL)),
    (S.UP, On.BYE): (S.ENDED, (Do.SEND_BYE_OK, Do.END_REMOTE_BYE)),
    (S.UP, On.REINVITE): (S.REINVITED, (Do.TELL_OFFER,)),
    (S.UP, On.UPDATE): (S.UPDATED, (Do.TELL_OFFER,)),
    (S.UP, On.REOFFER): (S.REOFFERED, (Do.SEND_REINVITE,)),
    (S.UP, On.REOFFER_BY_UPDATE): (S.UPDATING, (Do.SEND_UPDATE,)),
    (S.UP, On.UPDATE_DUE): (S.UP, (Do.SEND_UPDATE,)),
    (S.UP, On.REINVITE_DUE): (S.REFRESHING, (Do.SEND_REFRESH,)),
    (S.UP, On.LOST): (S.CLOSING, (Do.SEND_BYE, Do.END_TIMEOUT)),
    (S.UP, On.LAPSED): (S.CLOSING, (Do.SEND_BYE, Do.END_TIMEOUT)),
    (S.REINVITED, On.LAPSED): (S.CLOSING, (Do.SEND_TERMINATED, Do.SEND_BYE, Do.END_TIMEOUT)),
    (S.UPDATED, On.LAPSED): (S.CLOSING, (Do.SEND_TERMINATED, Do.SEND_BYE, Do.END_TIMEOUT)),
    (S.REANSWERED, On.LAPSED): (S.UNACKED, (Do.END_TIMEOUT,)),
    (S.BACKING_OFF, On.LAPSED): (S.CLOSING, (Do.SEND_BYE, Do.END_TIMEOUT)),
    # A re-INVITE waits for our user, then our 2xx for its ACK
    (S.REINVITED, On.ACCEPT): (S.REANSWERED, (Do.SEND_OK,)),
    (S.REINVITED, On.DECLINE): (S.UP, (Do.SEND_REFUSAL,)),
    (S.REINVITED, On.CANCEL): (S.UP, (Do.SEND_TERMINATED,)),
    (S.REINVITED, On.HANG_UP): (S.CLOSING, (Do.SEND_TERMINATED, Do.SEND_BYE, Do.END_LOCAL)),
    (S.REINVITED, On.BYE): (S.ENDED, (Do.SEND_BYE_OK, Do.SEND_TERMINATED, Do.END_REMOTE_BYE)),
    (S.REINVITED, On.REINVITE): (S.REINVITED, (Do.SEND_RETRY_LATER,)),
    (S.REINVITED, On.UPDATE): (S.REINVITED, (Do.SEND_RETRY_LATER,)),
    (S.REINVITED, On.EXPIRED): (S.UP, (Do.SEND_UNAVAILABLE,)),
    (S.REANSWERED, On.ACK): (S.UP, (Do.TELL_CONFIRMED,)),
    (S.REANSWERED, On.BYE): (S.ENDED, (Do.SEND_BYE_OK, Do.END_REMOTE_BYE)),
    (S.REANSWERED, On.HANG_UP): (S.UNACKED, (Do.END_LOCAL,)),
    (S.REANSWERED, On.REINVITE): (S.REANSWERED, (Do.SEND_PENDING,)),
    (S.REANSWERED, On.UPDATE): (S.REANSWERED, (Do.SEND_PENDING,)),
    (S.REANSWERED, On.EXPIRED): (S.CLOSING, (Do.SEND_BYE, Do.END_TIMEOUT)),
    # An UPDATE with an offer waits for our user
    (S.UPDATED, On.ACCEPT): (S.UP, (Do.SEND_OK,)),
    (S.UPDATED, On.DECLINE): (S.UP, (Do.SEND_REFUSAL,)),
    (S.UPDATED, On.HANG_UP): (S.CLOSING, (Do.SEND_TERMINATED, Do.SEND_BYE, Do.END_LOCAL)),
    (S.UPDATED, On.BYE): (S.ENDED, (Do.SEND_BYE_OK, Do.SEND_TERMINATED, Do.END_REMOTE_BYE)),
    (S.UPDATED, On.REINVITE): (S.UPDATED, (Do.SEND_RETRY_LATER,)),
    (S.UPDATED, On.UPDATE): (S.UPDATED, (Do.SEND_RETRY_LATER,)),
    (S.UPDATED, On.EXPIRED): (S.UP, (Do.SEND_TIMED_OUT,)),  # RFC 3311 §5.2
    # Our re-INVITE or UPDATE, until its final response; it may have to wait for its next try
    (S.UPDATING, On.SUCCESS): (S.UP, (Do.TELL_REANSWER,)),
    (S.UPDATING, On.REFUSAL): (S.UP, (Do.TELL_NO_CHANGE,)),
    (S.UPDATING, On.GLARE): (S.BACKING_OFF, (Do.BACK_OFF,)),
    (S.UPDATING, On.UNUSABLE): (S.CLOSING, (Do.SEND_BYE, Do.END_LOCAL)),
    (S.REOFFERED, On.SUCCESS): (S.UP, (Do.SEND_ACK, Do.TELL_REANSWER)),
    (S.REOFFERED, On.REFUSAL): (S.UP, (Do.TELL_NO_CHANGE,)),
    (S.REOFFERED, On.CORRECTED): (S.REOFFERED, (Do.SEND_AGAIN,)),
    (S.REOFFERED, On.GLARE): (S.BACKING_OFF, (Do.BACK_OFF,)),
    (S.REOFFERED, On.EXPIRED): (S.WITHDRAWN, (Do.SEND_CANCEL,)),
    (S.WITHDRAWN, On.SUCCESS): (S.UP, (Do.SEND_ACK, Do.TELL_REANSWER)),
    (S.WITHDRAWN, On.REFUSAL): (S.UP, (Do.TELL_NO_CHANGE,)),
    (S.WITHDRAWN, On.CORRECTED): (S.UP, (Do.TELL_NO_CHANGE,)),
    (S.WITHDRAWN, On.GLARE): (S.UP, (Do.TELL_NO_CHANGE,)),
    **{
        (state, event): row
        for state in (S.REOFFERED, S.UPDATING, S.WITHDRAWN, S.REFRESHING)
        for event, row in {
            On.LOST: (S.CLOSING, (Do.SEND_BYE, Do.END_TIMEOUT)),
            On.LAPSED: (S.CLOSING, (Do.SEND_BYE, Do.END_TIMEOUT)),
            On.UNANSWERED: (S.CLOSING, (Do.SEND_BYE, Do.END_TIMEOUT)),
            On.UNREACHABLE: (S.CLOSING, (Do.SEND_BYE, Do.END_TRANSPORT)),
            On.HANG_UP: (S.CLOSING, (Do.SEND_BYE, Do.END_LOCAL)),
            On.BYE: (S.ENDED, (Do.SEND_BYE_OK, Do.END_REMOTE_BYE)),
            On.REINVITE: (state, (Do.SEND_PENDING,)),
            On.UPDATE: (state, (Do.SEND_PENDING,)),
        }.items()
    },
    **{
        (state, On.UNUSABLE): (S.CLOSING, (Do.SEND_ACK, Do.SEND_BYE, Do.END_LOCAL))
        for state in (S.REOFFERED, S.WITHDRAWN, S.REFRESHING)
    },
    (S.REFRESHING, On.SUCCESS): (S.UP, (Do.SEND_ACK,)),
    (S.REFRESHING, On.REFUSAL): (S.UP, ()),
    (S.REFRESHING, On.GLARE): (S.UP, ()),
    (S.REFRESHING, On.CORRECTED): (S.REFRESHING, (Do.SEND_AGAIN,)),
    (S.REFRESHING, On.EXPIRED): (S.CLOSING, (Do.SEND_BYE, Do.END_TIMEOUT)),
    (S.BACKING_OFF, On.EXPIRED): (S.REOFFERED, (Do.SEND_REINVITE,)),
    (S.BACKING_OFF, On.HANG_UP): (S.CLOSING, (Do.SEND_BYE, Do.END_LOCAL)),
    (S.BACKING_OFF, On.BYE): (S.ENDED, (Do.SEND_BYE_OK, Do.END_REMOTE_BYE)),
    (S.BACKING_OFF, On.REINVITE): (S.REINVITED, (Do.TELL_PENDING, Do.TELL_OFFER)),
    (S.BACKING_OFF, On.UPDATE): (S.UPDATED, (Do.TELL_PENDING, Do.TELL_OFFER)),
    # One offer at a time, ours or theirs
    **{
        (state, event): (state, (Do.TELL_PENDING,))
        for event in (On.REOFFER, On.REOFFER_BY_UPDATE)
        for state in (
            *(S.ANSWERED, S.OWING, S.REINVITED, S.REANSWERED, S.UPDATED),
            *(S.REOFFERED, S.UPDATING, S.WITHDRAWN, S.BACKING_OFF, S.REFRESHING),
        )
    },
    # A transfer is asked for, and keys are pressed, by whoever is in a call
    **{
        (state, event): (state, (do,))
        for event, do in (
            (On.REFER, Do.TELL_REFERRED),
            (On.TRANSFER, Do.SEND_REFER),
            (On.KEY, Do.TELL_DIGIT),
        )
        for state in (
            *(S.UP, S.REINVITED, S.REANSWERED, S.UPDATED),
            *(S.REOFFERED, S.UPDATING, S.WITHDRAWN, S.BACKING_OFF, S.REFRESHING),
        )
    },
    **{
        (state, event): (state, (do,))
        for event, do in ((On.REFER, Do.SEND_PENDING), (On.TRANSFER, Do.TELL_NO_TRANSFER))
        for state in (S.OFFERED, S.PROMISED, S.ANSWERED, S.CALLING, S.PROCEEDING, S.OWING)
    },
    **{
        (state, On.REFER): (state, (Do.SEND_GONE,))
        for state in (S.QUEUED, S.CANCELLING, S.UNACKED, S.CLOSING)
    },
    # Hung up before a provisional came; a CANCEL may not go out yet
    (S.QUEUED, On.TRYING): (S.CANCELLING, (Do.SEND_CANCEL,)),
    (S.QUEUED, On.PROGRESS): (S.CANCELLING, (Do.SEND_CANCEL,)),
    (S.QUEUED, On.SUCCESS): (S.CLOSING, (Do.SEND_ACK, Do.SEND_BYE)),
    (S.QUEUED, On.REFUSAL): (S.ENDED, ()),
    (S.QUEUED, On.CORRECTED): (S.ENDED, ()),
    (S.QUEUED, On.UNANSWERED): (S.ENDED, ()),
    (S.QUEUED, On.UNREACHABLE): (S.ENDED, ()),
    (S.QUEUED, On.BYE): (S.QUEUED, (Do.SEND_BYE_OK,)),
    (S.QUEUED, On.REINVITE): (S.QUEUED, (Do.SEND_PENDING,)),
    (S.QUEUED, On.UPDATE): (S.QUEUED, (Do.SEND_PENDING,)),
    # CANCEL sent; a 2xx may have crossed it
    (S.CANCELLING, On.SUCCESS): (S.CLOSING, (Do.SEND_ACK, Do.SEND_BYE)),
    (S.CANCELLING, On.REFUSAL): (S.ENDED, ()),
    (S.CANCELLING, On.CORRECTED): (S.ENDED, ()),
    (S.CANCELLING, On.UNANSWERED): (S.ENDED, ()),
    (S.CANCELLING, On.BYE): (S.CANCELLING, (Do.SEND_BYE_OK,)),
    (S.CANCELLING, On.REINVITE): (S.CANCELLING, (Do.SEND_PENDING,)),
    (S.CANCELLING, On.UPDATE): (S.CANCELLING, (Do.SEND_PENDING,)),
    # Hung up before the ACK of our 2xx; a BYE may not go out yet
    (S.UNACKED, On.ACK): (S.CLOSING, (Do.SEND_BYE,)),
    (S.UNACKED, On.BYE): (S.ENDED, (Do.SEND_BYE_OK,)),
    (S.UNACKED, On.REINVITE): (S.UNACKED, (Do.SEND_PENDING,)),
    (S.UNACKED, On.UPDATE): (S.UNACKED, (Do.SEND_PENDING,)),
    (S.UNACKED, On.EXPIRED): (S.CLOSING, (Do.SEND_BYE,)),
    # BYE sent; theirs may cross it
    (S.CLOSING, On.CLOSED): (S.ENDED, ()),
    (S.CLOSING, On.SUCCESS): (S.CLOSING, (Do.SEND_ACK,)),
    (S.CLOSING, On.BYE): (S.CLOSING, (Do.SEND_BYE_OK,)),
    (S.CLOSING, On.REINVITE): (S.CLOSING, (Do.SEND_GONE,)),
    (S.CLOSING, On.UPDATE): (S.CLOSING, (Do.SEND_GONE,)),
}

RULES = Rules(
    table=TABLE,
    start=(State.OFFERED, State.CALLING),
    final=State.ENDED,
    lifetime={
        State.OFFERED: RING_LIMIT,
        State.PROMISED: RUNS_ON,
        State.OWING: TIMEOUT / 2,  # the peer repeats its 2xx for twice as long
        State.PROCEEDING: RING_LIMIT,
        State.ANSWERED: TIMEOUT,
        State.REANSWERED: TIMEOUT,
        State.UNACKED: RUNS_ON,
        State.REINVITED: TIMEOUT,
        State.UPDATED: TIMEOUT / 2,  # well before the peer's Timer F
        State.REOFFERED: TIMEOUT + T2,  # it had a provisional: else Timer B was sooner
        State.REFRESHING: TIMEOUT + T2,
        State.BACKING_OFF: BACK_OFF_LIMIT,
    },  # UP lasts as long as it likes; CALLING, QUEUED, UPDATING, CANCELLING, CLOSING end with a
    # transaction
    expired=Input.EXPIRED,
    resend={
        State.ANSWERED: Resend(T1, T2),
        State.REANSWERED: Resend(T1, T2),
        State.UNACKED: Resend(RUNS_ON, T2),
    },  # on every transport: RFC 3261 §13.3.1.4
    again=Do.REPEAT_OK,
)

CALLS: Final = frozenset({S.CALLING, S.PROCEEDING, S.QUEUED, S.CANCELLING})
"""States in which the INVITE that makes the session has no final response."""

OVER: Final = frozenset({S.QUEUED, S.CANCELLING, S.UNACKED, S.CLOSING, S.ENDED})
"""States in which the user has been told that the session has ended."""

CAUSES: Final = {
    Do.END_LOCAL: Cause.LOCAL,
    Do.END_REMOTE_BYE: Cause.REMOTE_BYE,
    Do.END_CANCELLED: Cause.CANCELLED,
    Do.END_REFUSED: Cause.REFUSED,
    Do.END_TIMEOUT: Cause.TIMEOUT,
    Do.END_TRANSPORT: Cause.TRANSPORT,
}
"""What the user is told."""

SETTLES: Final = {
    Do.SEND_UNAVAILABLE: 480,
    Do.SEND_TERMINATED: 487,
    Do.SEND_TIMED_OUT: 504,
}
"""What the request gets that waits for its response."""

ANSWERS: Final = {Do.SEND_BYE_OK: 200, Do.SEND_GONE: 481, Do.SEND_PENDING: 491}
"""What the request gets that has just come."""

UNTOLD: Final = ("PRACK", "NOTIFY")
"""Requests of ours whose outcome changes nothing."""

UNHEARD: Final = {"BYE": On.CLOSED, "UPDATE": On.LOST, "REFER": On.LOST}
"""What it means that a request of ours had no answer, where it was not an INVITE."""

IN_DIALOG: Final = {491: Input.GLARE, 408: Input.LOST, 481: Input.LOST}
"""Refusals of a re-INVITE that are more than that: RFC 3261 §14.1, §12.2.1.2."""
