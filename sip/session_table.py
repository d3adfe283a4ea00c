"""The life of one leg from INVITE to BYE, as a table: RFC 3261 §9, §13, §14, §15 and RFC 3311.

Two ways in, one for each role, meet in UP:

    we are called   OFFERED ------> ANSWERED ---ACK--> UP
    we call         CALLING -> PROCEEDING ----2xx----> UP

REINVITED, REANSWERED and UPDATED are UP with an offer of the peer on the table. The rest is left to
do on the wire after the user was told that the session has ended. QUEUED: a CANCEL waits for a
provisional; CANCELLING: it waits for the final response (§9.1); UNACKED: a BYE waits for the ACK of
our 2xx (§15); CLOSING: it waits for its own response.
"""

from __future__ import annotations

from enum import Enum

from sip.transaction import RUNS_ON, T1, T2, TIMEOUT, Resend, Rules

RING_LIMIT = 180.0  # seconds until an INVITE must have its final response; Timer C of a proxy

State = Enum(
    "State",
    "OFFERED ANSWERED CALLING PROCEEDING UP REINVITED REANSWERED UPDATED "
    "QUEUED CANCELLING UNACKED CLOSING ENDED",
)
Input = Enum(
    "Input",
    "RING ANSWER REJECT CHALLENGE HANG_UP "  # the user's
    "TRYING PROGRESS SUCCESS REFUSAL UNANSWERED UNREACHABLE "  # what became of our INVITE
    "CLOSED "  # our BYE has been answered, or never will be
    "ACK CANCEL BYE REINVITE UPDATE "  # the peer's requests
    "EXPIRED",
)
Do = Enum(
    "Do",
    "SEND_RINGING SEND_OK REPEAT_OK SEND_REFUSAL SEND_UNAVAILABLE SEND_TERMINATED "
    "SEND_RETRY_LATER SEND_PENDING SEND_GONE SEND_BYE_OK SEND_ACK SEND_CANCEL SEND_BYE "
    "TELL_PROGRESS TELL_ANSWER TELL_CONFIRMED TELL_OFFER "
    "END_LOCAL END_REMOTE_BYE END_CANCELLED END_REFUSED END_TIMEOUT END_TRANSPORT",
)

S, On = State, Input  # the table is read across: in S.UP, On.BYE, go to S.ENDED and do this

TABLE: dict[tuple[State, Input], tuple[State, tuple[Do, ...]]] = {
    # An INVITE of the peer, without a final response
    (S.OFFERED, On.RING): (S.OFFERED, (Do.SEND_RINGING,)),
    (S.OFFERED, On.ANSWER): (S.ANSWERED, (Do.SEND_OK,)),
    (S.OFFERED, On.REJECT): (S.ENDED, (Do.SEND_REFUSAL, Do.END_LOCAL)),
    (S.OFFERED, On.CHALLENGE): (S.ENDED, (Do.SEND_REFUSAL,)),
    (S.OFFERED, On.HANG_UP): (S.ENDED, (Do.SEND_UNAVAILABLE, Do.END_LOCAL)),
    (S.OFFERED, On.CANCEL): (S.ENDED, (Do.SEND_TERMINATED, Do.END_CANCELLED)),
    (S.OFFERED, On.BYE): (S.ENDED, (Do.SEND_BYE_OK, Do.SEND_TERMINATED, Do.END_REMOTE_BYE)),
    (S.OFFERED, On.REINVITE): (S.OFFERED, (Do.SEND_RETRY_LATER,)),
    (S.OFFERED, On.UPDATE): (S.OFFERED, (Do.SEND_RETRY_LATER,)),
    (S.OFFERED, On.EXPIRED): (S.ENDED, (Do.SEND_UNAVAILABLE, Do.END_TIMEOUT)),
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
    (S.CALLING, On.UNANSWERED): (S.ENDED, (Do.END_TIMEOUT,)),
    (S.CALLING, On.UNREACHABLE): (S.ENDED, (Do.END_TRANSPORT,)),
    (S.CALLING, On.HANG_UP): (S.QUEUED, (Do.END_LOCAL,)),
    (S.CALLING, On.BYE): (S.QUEUED, (Do.SEND_BYE_OK, Do.END_REMOTE_BYE)),
    (S.CALLING, On.REINVITE): (S.CALLING, (Do.SEND_PENDING,)),
    (S.CALLING, On.UPDATE): (S.CALLING, (Do.SEND_PENDING,)),
    # Our INVITE, with a provisional response
    (S.PROCEEDING, On.PROGRESS): (S.PROCEEDING, (Do.TELL_PROGRESS,)),
    (S.PROCEEDING, On.SUCCESS): (S.UP, (Do.SEND_ACK, Do.TELL_ANSWER)),
    (S.PROCEEDING, On.REFUSAL): (S.ENDED, (Do.END_REFUSED,)),
    (S.PROCEEDING, On.HANG_UP): (S.CANCELLING, (Do.SEND_CANCEL, Do.END_LOCAL)),
    (S.PROCEEDING, On.BYE): (S.CANCELLING, (Do.SEND_BYE_OK, Do.SEND_CANCEL, Do.END_REMOTE_BYE)),
    (S.PROCEEDING, On.REINVITE): (S.PROCEEDING, (Do.SEND_PENDING,)),
    (S.PROCEEDING, On.UPDATE): (S.PROCEEDING, (Do.SEND_PENDING,)),
    (S.PROCEEDING, On.EXPIRED): (S.CANCELLING, (Do.SEND_CANCEL, Do.END_TIMEOUT)),
    # Up
    (S.UP, On.HANG_UP): (S.CLOSING, (Do.SEND_BYE, Do.END_LOCAL)),
    (S.UP, On.BYE): (S.ENDED, (Do.SEND_BYE_OK, Do.END_REMOTE_BYE)),
    (S.UP, On.REINVITE): (S.REINVITED, (Do.TELL_OFFER,)),
    (S.UP, On.UPDATE): (S.UPDATED, (Do.TELL_OFFER,)),
    # A re-INVITE waits for our user, then our 2xx for its ACK
    (S.REINVITED, On.ANSWER): (S.REANSWERED, (Do.SEND_OK,)),
    (S.REINVITED, On.REJECT): (S.UP, (Do.SEND_REFUSAL,)),
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
    (S.UPDATED, On.ANSWER): (S.UP, (Do.SEND_OK,)),
    (S.UPDATED, On.REJECT): (S.UP, (Do.SEND_REFUSAL,)),
    (S.UPDATED, On.HANG_UP): (S.CLOSING, (Do.SEND_TERMINATED, Do.SEND_BYE, Do.END_LOCAL)),
    (S.UPDATED, On.BYE): (S.ENDED, (Do.SEND_BYE_OK, Do.SEND_TERMINATED, Do.END_REMOTE_BYE)),
    (S.UPDATED, On.REINVITE): (S.UPDATED, (Do.SEND_RETRY_LATER,)),
    (S.UPDATED, On.UPDATE): (S.UPDATED, (Do.SEND_RETRY_LATER,)),
    (S.UPDATED, On.EXPIRED): (S.UP, (Do.SEND_UNAVAILABLE,)),
    # Hung up before a provisional came; a CANCEL may not go out yet
    (S.QUEUED, On.TRYING): (S.CANCELLING, (Do.SEND_CANCEL,)),
    (S.QUEUED, On.PROGRESS): (S.CANCELLING, (Do.SEND_CANCEL,)),
    (S.QUEUED, On.SUCCESS): (S.CLOSING, (Do.SEND_ACK, Do.SEND_BYE)),
    (S.QUEUED, On.REFUSAL): (S.ENDED, ()),
    (S.QUEUED, On.UNANSWERED): (S.ENDED, ()),
    (S.QUEUED, On.UNREACHABLE): (S.ENDED, ()),
    (S.QUEUED, On.BYE): (S.QUEUED, (Do.SEND_BYE_OK,)),
    (S.QUEUED, On.REINVITE): (S.QUEUED, (Do.SEND_PENDING,)),
    (S.QUEUED, On.UPDATE): (S.QUEUED, (Do.SEND_PENDING,)),
    # CANCEL sent; a 2xx may have crossed it
    (S.CANCELLING, On.SUCCESS): (S.CLOSING, (Do.SEND_ACK, Do.SEND_BYE)),
    (S.CANCELLING, On.REFUSAL): (S.ENDED, ()),
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
        State.PROCEEDING: RING_LIMIT,
        State.ANSWERED: TIMEOUT,
        State.REANSWERED: TIMEOUT,
        State.UNACKED: RUNS_ON,
        State.REINVITED: TIMEOUT,
        State.UPDATED: TIMEOUT / 2,  # well before the peer's Timer F
    },  # UP lasts as long as it likes; CALLING, QUEUED, CANCELLING, CLOSING end with a transaction
    expired=Input.EXPIRED,
    resend={
        State.ANSWERED: Resend(T1, T2),
        State.REANSWERED: Resend(T1, T2),
        State.UNACKED: Resend(RUNS_ON, T2),
    },  # on every transport: RFC 3261 §13.3.1.4
    again=Do.REPEAT_OK,
)
