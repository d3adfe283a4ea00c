"""SIP as values and tables: who calls, who is called, who is registered. No media.

    datagram or            ┌────────────────────── Endpoint (pure) ──────────────────────┐
    message of a stream    │                                                             │
    ── UDP, TCP, TLS ───►  │  message ──► Arrival ──► ServerTransaction ──┐              │
       datagrams, stream   │  parse       uas:         absorbs copies     ├──► Session ──┼──► events
                           │              refuse?                         │    one leg,  │    to the
    ◄─── Send ───────────  │  bytes  ◄─── responses and requests  ◄───────┘    a table   │    engine
                           │    Outgoing: ClientTransaction ──────────────┘      ▲       │
    ◄─── Resolve ────────  │    Locator: names to hops                           │       │
    ──── one timer ─────►  │  Timers: the earliest deadline of all          Dialog       │
                           │                                     REGISTER ──► Registrar  │
                           └──────────────▲──────────────────────────────────────────────┘
                                          └── invite, answer, reject, hang_up, ... (the engine)

A call that comes in, and who does what about it:

    peer                   transaction            session             engine
     │ INVITE ────────────► opens ──────────────► OFFERED ──────────► InviteReceived
     │ ◄───────────────────────────────────────── 100, if nothing else is said for 200 ms
     │ INVITE again ──────► absorbs, repeats what was said
     │ ◄───────────────────────────────────────── ANSWERED ◄───────── answer(sdp)
     │ ◄── 200 again, T1 doubling to T2 ───────── no ACK yet
     │ ACK ─────────────────────────────────────► UP ───────────────► Confirmed
     │ BYE ───────────────► opens ──────────────► ENDED ────────────► Ended(REMOTE_BYE)
     │ ◄─────────────────── 200

Each machine is a table in its own file, walked by `transaction.Machine`: `invite_client`,
`invite_server`, `request_client`, `request_server`, `session_table`. What one needs to know to read
on is in that order: `events`, `session_table`, `session`, `uas`, `endpoint`.

Who describes the media, and when. An offer is on the table until its answer is acknowledged, one at
a time in each dialog, whatever it goes by; `early_dialog` is the table of what goes before a 2xx:

    offer in                answer in                     told by
    INVITE                  2xx, or reliable 18x          Answered, Progressed; we: progress, answer
    2xx, or reliable 18x    its ACK, or its PRACK         Answered, Progressed; Confirmed,
                                                          ProgressConfirmed
    PRACK, UPDATE           its 2xx                       Reoffered, Reanswered
    re-INVITE               its 2xx, or reliable 18x      Reoffered, Reanswered

Covered: RFC 3261 §7 and §25 (messages, with limits), §8.1 and §8.2 (user agents; stateless refusal
§8.2.7), §9 (CANCEL both ways), §10.3 (registrar), §11 (OPTIONS answered), §12 (dialogs, loose and
strict routes), §13 (INVITE, its 2xx and ACK; forks, each an early dialog of its own, the losers
hung up; progress said again each minute), §16.6 and §16.7 (all phones of a user ring: `forking`),
§14 (re-INVITE both ways), §15 (BYE), §17 with RFC 6026
(transactions), §18 (UDP, TCP and TLS, large requests by TCP), §22 with RFC 7616 and 8760 (digest,
both sides: SHA-512-256, SHA-256, MD5; auth, auth-int; guessing is throttled). RFC 3262 (100rel:
ours where it is required, or supported and there is a description; theirs always; offers in
responses and in PRACK), RFC 3263 with 2782 and 3403 (names by NAPTR, SRV, A and AAAA, the next
server after silence or 503), RFC 3264 (offer and answer, either side offers), RFC 3311 (UPDATE,
both ways, before the answer and after), RFC 3327 (Path), RFC 3515 with 3892 and 4488 (REFER in a
call, both ways), RFC 3891 (Replaces, both ways), RFC 3323, 3325, 5806 and 7044 (who calls, over
whom, and who is told), RFC 3326 (Reason), RFC 7989, RFC 3581 (rport, from the address that was
spoken to), RFC 4028 (session timers, refreshed by UPDATE or re-INVITE), RFC 4320 (no late answers),
RFC 4568 with 7714 and 8643 (keys of SRTP, over TLS only), RFC 4594 (packets are marked), RFC 5621
(parts of bodies, what is optional read over), RFC 5626 (registrar of flows; pings, both ways;
phones behind NAT are asked by OPTIONS and dropped when they are not there), RFC 5627 (public
GRUUs), RFC 5922 (whose certificate it must be), RFC 5923 (a proven peer takes requests by the
connection it opened).
Under pressure: floods from one source and scanners are not read (`flood`), whatever begins
something new gets 503 and Retry-After while we are behind (`overload`), every table has its limit.
Trunks: REGISTER as a client (§10.2, waits of RFC 5626 §4.5), OPTIONS as one (§11), calls to any URI
by way of routes; `trunks` holds them, `trunk_registration` and `trunk_health` are their tables.
What passes is shown to observers (`trace`, secrets masked; `ladder` draws it), and goes to a HEP3
capture server where one is set (`hep`, `hep_export`).
RFC 4475 and 5118 (torture, IPv6) are answered as they call for; peers of RFC 2543 are understood.

Refused, each with a clear answer or not at all:
    WebSocket                       no listener
    sips without TLS                480, RFC 5630
    wildcards in certificates       "*" names nobody, RFC 5922 §7.2; nor does a common name
    media of another IP version     488: ours is that of the address we were given; no zones
    names of /etc/hosts             DNS is asked, nothing else
    multicast, maddr                ignored: it would aim us at others
    offers in PRACK                 488 before there is an answer to the first; ours go by UPDATE
    offers of ours to early forks   491 while there are several: an offer is for one of them
    re-INVITE without an offer      none of ours; the peer's gets our offer
    Require we do not know          420; in a 2xx ACK and BYE, in a 1xx it does not count
    421                             never sent: nothing of ours needs an extension of the peer's
    another answer to a refresh     only a reoffer of ours changes the media, RFC 4028 §7.4
    REFER outside of a call         403; one whose Replaces names no session of ours 404
    NOTIFY                          481 unless it is about a REFER of ours, and after its session
    SUBSCRIBE, MESSAGE, ...         405; an unknown method 501
    redirections                    told with their contacts, never followed; of one of several
                                    phones it is a refusal
    INFO without digits             415; an empty one 200
    TLS without a listener          a trunk could not reach us in a call: told at the start
    outbound proxies for phones     a registered phone is called by the way it came
    challenges of other realms      a 401 or 407 without a login for it is a refusal
    temporary GRUUs                 not handed out: they hide a callee that a B2BUA hides already
    Authentication-Info             neither sent nor read: a nonce is used until it is stale, and so
                                    would a nextnonce be; who forges an answer leaves rspauth out
    userhash                        not offered: From and To name the user in the clear
    proofs for the next host        a 401 from where a Contact or a 3xx leads to is a refusal
    other bodies, or compressed     415, unless they are optional
    a connection used over TCP      no alias, RFC 5923 §8: nothing proves who opened it
    endless ringing                 an INVITE is settled within 200 seconds, more than Timer C
"""

from sip.digest import Account
from sip.errors import PeerError, UsageError
from sip.events import (
    Answered,
    Cause,
    Confirmed,
    DigitReceived,
    Ended,
    Event,
    InviteReceived,
    ProgressConfirmed,
    Progressed,
    Reanswered,
    ReferProgressed,
    Referred,
    Registered,
    Reoffered,
    SessionId,
    Throttled,
    TrunkDown,
    TrunkRegistered,
    TrunkUnregistered,
    TrunkUp,
    Unregistered,
)
from sip.identity import Caller, Diversion, Retargeting
from sip.kept_binding import KeptBinding
from sip.offer_answer import Negotiation, RemoteMedia, ip_version
from sip.outside import Unlocated
from sip.reason import ELSEWHERE, Reason
from sip.registrar import NotRegistered
from sip.sdes import Sdes, Srtp, SrtpAgreement
from sip.sdp import Codec, SessionDescription
from sip.sessions import SessionGone, SessionsFull
from sip.transport import SipTransport
from sip.trunk_address import TrunkAddress
from sip.trunks import TrunkStatus

__all__ = [
    "ELSEWHERE",
    "Account",
    "Answered",
    "Caller",
    "Cause",
    "Codec",
    "Confirmed",
    "DigitReceived",
    "Diversion",
    "Ended",
    "Event",
    "InviteReceived",
    "KeptBinding",
    "Negotiation",
    "NotRegistered",
    "PeerError",
    "ProgressConfirmed",
    "Progressed",
    "Reanswered",
    "Reason",
    "ReferProgressed",
    "Referred",
    "Registered",
    "RemoteMedia",
    "Reoffered",
    "Retargeting",
    "Sdes",
    "SessionDescription",
    "SessionGone",
    "SessionId",
    "SessionsFull",
    "SipTransport",
    "Srtp",
    "SrtpAgreement",
    "Throttled",
    "TrunkAddress",
    "TrunkDown",
    "TrunkRegistered",
    "TrunkStatus",
    "TrunkUnregistered",
    "TrunkUp",
    "Unlocated",
    "Unregistered",
    "UsageError",
    "ip_version",
]
