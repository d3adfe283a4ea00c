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
    'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm=MD5',
    'Proxy-Authenticate: Digest realm="earshot", nonce="n", stale=true',
    'Authorization: Digest username="agent1", realm="earshot", nonce="0"',
)
BODIES: Final = (
    *("", SDP, SDP, audio(4002, "10.0.0.9", "sendonly", 2), audio(0, "0.0.0.0", "inactive", 3)),
    *(IN_SDP, TWO_IN_SDP, "Signal=5\r\nDuration=160\r\n", "SIP/2.0 200 OK\r\n", "v=0\r\n", "\0"),
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
