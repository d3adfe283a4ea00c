"""RFC 5118 §4: addresses of IPv6 wherever a message may have one."""

from __future__ import annotations

from tests.interop.torture.case import Torture, asked

VIA = "Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111"
IN_SDP = (
    "v=0\r\n"
    "o=assistant 971731711378798081 0 IN IP6 2001:db8::20\r\n"
    "s=Live feed for today's meeting\r\n"
    "c=IN IP6 2001:db8::20\r\n"
    "t=3338481189 3370017201\r\n"
    "m=audio 6000 RTP/AVP 2\r\n"
    "a=rtpmap:2 G726-32/8000\r\n"
    "m=video 6024 RTP/AVP 107\r\n"
    "a=rtpmap:107 H263-1998/90000\r\n"
)
TWO_IN_SDP = (
    "v=0\r\n"
    "o=bob 280744730 28977631 IN IP4 host.example.com\r\n"
    "s=\r\n"
    "t=0 0\r\n"
    "m=audio 22334 RTP/AVP 0\r\n"
    "c=IN IP4 192.0.2.1\r\n"
    "m=video 6024 RTP/AVP 107\r\n"
    "c=IN IP6 2001:db8::1\r\n"
    "a=rtpmap:107 H263-1998/90000\r\n"
)
GONE = ("To: sip:support@example.com;tag=bd76ya", "From: sip:caller@example.net;tag=81x2")

IPV6 = (
    Torture("4.1", "ipv6-good", asked("REGISTER sip:[2001:db8::10] SIP/2.0", VIA), (401,)),
    Torture("4.2", "ipv6-bad", asked("REGISTER sip:2001:db8::10 SIP/2.0", VIA), (400,)),
    Torture("4.3", "port-ambiguous", asked("REGISTER sip:[2001:db8::10:5070] SIP/2.0"), (401,)),
    Torture("4.4", "port-unambiguous", asked("REGISTER sip:[2001:db8::10]:5070 SIP/2.0"), (401,)),
    Torture(
        "4.5",
        "via-received-param-with-delim",
        asked(
            "BYE sip:[2001:db8::10] SIP/2.0",
            *GONE,
            "Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111",
        ),
        (481,),
    ),
    Torture(
        "4.5",
        "via-received-param-no-delim",
        asked(
            "OPTIONS sip:[2001:db8::10] SIP/2.0",
            "Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3",
        ),
        (200,),
    ),
    Torture(
        "4.6",
        "ipv6-in-sdp",
        asked(
            "INVITE sip:support@[2001:db8::10] SIP/2.0",
            VIA,
            'Contact: "Caller" <sip:caller@[2001:db8::20]>',
            body=IN_SDP,
        ),
        (100,),
    ),
    Torture(
        "4.7",
        "mult-ip-in-header",
        asked(
            "BYE sip:user@host.example.net SIP/2.0",
            *GONE,
            "Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111\r\n"
            "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144\r\n"
            "Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200",
        ),
        (481,),
    ),
    Torture(
        "4.8",
        "mult-ip-in-sdp",
        asked("INVITE sip:support@[2001:db8::10] SIP/2.0", VIA, body=TWO_IN_SDP),
        (100,),
    ),
    Torture(
        "4.9",
        "ipv4-mapped-ipv6",
        asked(
            "INVITE sip:support@example.com SIP/2.0",
            "Via: SIP/2.0/UDP [::ffff:192.0.2.10];branch=z9hG4bKbh19\r\n"
            "Via: SIP/2.0/UDP [::ffff:192.0.2.2]:19823;branch=z9hG4bKas3-111",
            'Contact: "T. desk phone" <sip:ted@[::ffff:192.0.2.2]>',
            body=IN_SDP.replace("2001:db8::20", "::ffff:192.0.2.2"),
        ),
        (100,),
    ),
    Torture(
        "4.10",
        "ipv6-bug-abnf-3-colons",
        asked("OPTIONS sip:user@[2001:db8:::192.0.2.1] SIP/2.0"),
        (200,),
    ),
    Torture(
        "4.10",
        "ipv6-correct-abnf-2-colons",
        asked("OPTIONS sip:user@[2001:db8::192.0.2.1] SIP/2.0"),
        (200,),
    ),
)
