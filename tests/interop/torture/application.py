"""RFC 4475 §3.3 and §3.4: messages to be understood before they can be refused."""

from __future__ import annotations

from tests.interop.torture.case import SDP, Torture, asked, wire

INVITE = "INVITE sip:support@example.com SIP/2.0"
OPTIONS = "OPTIONS sip:support@example.com SIP/2.0"
REGISTER = "REGISTER sip:example.com SIP/2.0"
AGENT = ("To: sip:agent1@example.com", "From: sip:agent1@example.com;tag=998332")
ESCAPED = "sip:user@192.0.2.15?Route=%3Csip:sip.example.com%3E"

APPLICATION = (
    Torture(
        "3.3.1",
        "insuf",
        wire(
            INVITE,
            "CSeq: 193942 INVITE",
            "Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf",
            "Content-Type: application/sdp",
            f"l: {len(SDP)}",
            body=SDP,
        ),
        (400,),
    ),
    Torture("3.3.2", "unkscm", asked("OPTIONS nobodyKnowsThisScheme:opaque SIP/2.0"), (416,)),
    Torture("3.3.3", "novelsc", asked("OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0"), (416,)),
    Torture(
        "3.3.4",
        "unksm2",
        asked(
            REGISTER,
            "To: isbn:2983792873",
            "From: <http://www.example.com>;tag=3234233",
            "Contact: <name:John_Smith>",
        ),
        (400,),
    ),
    Torture(
        "3.3.5",
        "bext01",
        asked(
            OPTIONS,
            "Require: nothingSupportsThis, nothingSupportsThisEither",
            "Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis",
        ),
        (420,),
    ),
    Torture(
        "3.3.6",
        "invut",
        asked(
            INVITE,
            "Content-Type: application/unknownformat",
            body='<audio>\r\n <pcmu port="443"/>\r\n</audio>\r\n',
        ),
        (415,),
    ),
    Torture(
        "3.3.7",
        "regaut01",
        asked(REGISTER, *AGENT, "Authorization: NoOneKnowsThisScheme opaque-data=here"),
        (401,),
    ),
    Torture(
        "3.3.8",
        "multi01",
        asked(
            INVITE,
            "Max-Forwards: 70\r\nMax-Forwards: 5",
            "CSeq: 5 INVITE\r\nCSeq: 59 INVITE",
            "Call-ID: multi01.98asdh@192.0.2.1\r\nCall-ID: multi01.98asdh@192.0.2.2",
            "From: sip:caller@example.com;tag=3413415\r\nFrom: sip:caller@example.net;tag=29234",
            "To: sip:user@example.com\r\nTo: sip:other@example.net",
            "Contact: <sip:caller@h25.example.net>\r\nContact: <sip:caller@h36.example.net>",
            body=SDP,
        ),
        (400,),
    ),
    Torture(
        "3.3.9",
        "mcl01",
        asked(
            OPTIONS,
            "Content-Length: 13\r\nContent-Length: 5",
            "Content-Type: text/plain",
            body="There's no way to know how many octets are supposed to be here.\r\n",
        ),
        (400,),
    ),
    Torture(
        "3.3.10",
        "bcast",
        asked(
            "SIP/2.0 200 OK",
            "CSeq: 35 INVITE",
            "Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923\r\n"
            "Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23",
            body=SDP,
        ),
    ),
    Torture("3.3.11", "zeromf", asked(OPTIONS, "Max-Forwards: 0"), (200,)),  # it is for us
    Torture(
        "3.3.12",
        "cparam01",
        asked(REGISTER, *AGENT, "Contact: sip:+19725552222@192.0.2.15;unknownparam"),
        (401,),
    ),
    Torture(
        "3.3.13",
        "cparam02",
        asked(REGISTER, *AGENT, "Contact: <sip:+19725552222@192.0.2.15;unknownparam>"),
        (401,),
    ),
    Torture("3.3.14", "regescrt", asked(REGISTER, *AGENT, f"M: <{ESCAPED}>", "Contact:"), (401,)),
    Torture("3.3.15", "sdp01", asked(INVITE, "Accept: text/nobodyKnowsThis", body=SDP), (406,)),
    Torture(
        "3.4.1",
        "inv2543",
        asked(
            INVITE,
            "Via: SIP/2.0/UDP iftgw.example.com",
            "From: <sip:+13035551111@ift.client.example.net;user=phone>",
            "Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>",
            "To: sip:+16505552222@ss1.example.net;user=phone",
            "Contact:",
            "Max-Forwards:",
            "Content-Length:",
            body=SDP,
        ),
        (100,),
    ),
)
