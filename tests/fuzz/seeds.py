"""What is damaged: one of each kind of thing we read."""

from __future__ import annotations

from typing import Final

from sip.digest import credentials
from tests.interop.torture.application import APPLICATION
from tests.interop.torture.invalid import INVALID
from tests.interop.torture.ipv6 import IN_SDP, IPV6, TWO_IN_SDP
from tests.interop.torture.valid import VALID
from tests.rig.virtual_phone import audio
from tests.sip.raw import SDP, request

METHODS: Final = (
    *("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "PRACK", "UPDATE", "INFO", "REFER"),
    *("NOTIFY", "SUBSCRIBE", "MESSAGE", "PUBLISH", "PEEK"),
)
EXTRAS: Final = (
    *("Supported: timer, 100rel", "Require: 100rel", "Session-Expires: 90;refresher=uas"),
    *("Session-Expires: 91;refresher=uac", "Min-SE: 1800", "Allow: UPDATE, INVITE"),
    *('Allow: ",<', 'Supported: a, "', "Require: <,", "Session-Expires: 95;;", "Min-SE: x"),
    *("Record-Route: <,", "Contact: <", "Accept: <,", "Via: SIP/2.0/UDP a, <"),
    *("RAck: 1 1 INVITE", "RSeq: 1", "Expires: 0", "Expires: 60", "Contact: *"),
    *("Refer-To: <sip:agent2@10.0.0.1>", "Refer-To: <sip:a@h?Replaces=c0%3Bto-tag%3D1>"),
    *("Record-Route: <sip:10.0.0.8;lr>, <sip:10.0.0.7>", "Route: <sip:10.0.0.1;lr>"),
    *("Max-Forwards: 0", "Accept: text/plain", "Content-Type: application/dtmf-relay"),
    *("Min-Expires: 90", "Retry-After: 3", "Content-Encoding: gzip", "Refer-Sub: false"),
    "Content-Type: multipart/mixed;boundary=x",
    *("Event: refer", "Event: refer;id=2", "Event: presence", "Content-Type: message/sipfrag"),
    *("Subscription-State: active;expires=60", "Subscription-State: terminated;reason=timeout"),
    *("Subscription-State: active;expires=x", "Referred-By: <sip:b@h>", "Require: replaces"),
    *("Diversion: <sip:+4930@h>;reason=user-busy;counter=3", "Diversion: <sip:, <x"),
    *("History-Info: <sip:+4930@h?Reason=SIP%3Bcause%3D302>;index=1, <sip:b@h>;index=1.1",),
    *('P-Asserted-Identity: "A \\" B" <sip:+4930@h>, <tel:+4930>', "P-Asserted-Identity: <"),
    *("Privacy: id;critical", 'Reason: Q.850;cause=16;text="x", SIP;cause=200', "Reason: ;;"),
    *("Path: <sip:10.0.0.8;lr>", "Path: <sip:edge.example;lr;ob>, <sip:10.0.0.7;lr>", "Path: <"),
    *("Supported: path, outbound, gruu", "Require: outbound, path", "Join: c0;to-tag=1"),
    *("Session-ID: 0123456789abcdef0123456789abcdef;remote=0", "Session-ID: x, y;remote=1"),
    *("Contact: <sip:b@two.example>;q=0.5, <sip:+39061@h>", "Retry-After: 5 (busy);duration=1"),
    *("Refer-To: <sip:agent2@10.0.0.1;gr=urn:uuid:1>", "User-to-User: 00;encoding=hex"),
    'WWW-Authenticate: Digest realm="trunk", nonce="n", qop="auth-int", algorithm=SHA-512-256',
    'Authorization: Digest username="agent1", realm="earshot", uri="sip:h", nonce="0"',
    'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm=MD5',
    'Proxy-Authenticate: Digest realm="earshot", nonce="n", stale=true',
    'Authorization: Digest username="agent1", realm="earshot", nonce="0"',
)
KEY: Final = "A" * 40
KEYS: Final = (
    f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20\r\n"
    f"a=crypto:2 AEAD_AES_128_GCM inline:{KEY[:37]}A==\r\n"
)
SECURED: Final = tuple(
    audio(4000, "10.0.0.9").replace("RTP/AVP", protocol) + keys
    for protocol in ("RTP/AVP", "RTP/SAVP", "RTP/SAVPF")
    for keys in (KEYS, KEYS + "a=crypto:x y inline:z UNENCRYPTED_SRTP|1:4\r\n")
)
CONTACTS: Final = (
    *("<sip:stranger@10.0.0.9:5060>", "<sip:stranger@10.0.0.9:5060>", "<sip:s@one.example>"),
    *("<sips:s@one.example>", "<sip:s@two.example:5090;transport=tcp>", "<sip:[2001:db8::9]>"),
    '<sip:s@10.0.0.9;gr=urn:uuid:1>;+sip.instance="<urn:uuid:1>"',
)
URIS: Final = (
    *("sip:support@10.0.0.1", "sip:support@10.0.0.1", "sips:support@10.0.0.1", "tel:+4930"),
    *("sip:10.0.0.1", "sip:agent1@10.0.0.1;gr=urn:uuid:1", "sip:a@elsewhere.example"),
)
BODIES: Final = (
    *SECURED,
    *("", SDP, SDP, audio(4002, "10.0.0.9", "sendonly", 2), audio(0, "0.0.0.0", "inactive", 3)),
    *(
        IN_SDP,
        TWO_IN_SDP,
        "Signal=5\r\nDuration=160\r\n",
        "SIP/2.0 200 OK\r\n",
        "SIP/2.0 180",
        "v=0\r\n",
        "\0",
    ),
)
CHALLENGE: Final = 'Digest realm="earshot", nonce="0123", algorithm=SHA-256, qop="auth,auth-int"'

MESSAGES: Final = (
    *(case.data for case in (*VALID, *INVALID, *APPLICATION, *IPV6)),
    *(request(method, *EXTRAS[:4], body=SDP) for method in METHODS),
    b"SIP/2.0 200 OK\r\n" + request("INVITE", body=SDP).partition(b"\r\n")[2],
)
DESCRIPTIONS: Final = tuple(body.encode() for body in BODIES)
DIGESTS: Final = (
    CHALLENGE.encode(),
    b'Digest realm=earshot , nonce = x,stale=TRUE,opaque="\\""',
    credentials([CHALLENGE], "anna", "secret", "REGISTER", "sip:h", cnonce="c").encode(),
)
FIELDS: Final = (
    b"SIP/2.0/UDP [2001:db8::9]:5070;received=10.0.0.1;branch=z9hG4bK-1;rport",
    b'"Anna \\" A" <sip:a,b:pw@h.example:5061;transport=tcp?Route=%3Csip:x%3E>;tag=1;q=0.7',
    b"sip:user;day=mon@example.com;maddr=1.2.3.4?Subject=%20&To=x",
    b"tel:+49-30-1234;phone-context=example.com",
    b"Token token <sips:h>;expires=60, *, sip:b@h;x",
    b"1234567 INVITE",
    b'0;to-tag=1;from-tag="2"',
)
