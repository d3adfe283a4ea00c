"""RFC 4475 §3.1.2 and §3.2: messages that break the grammar."""

from __future__ import annotations

from tests.interop.torture.case import SDP, Torture, asked

INVITE = "INVITE sip:support@example.com SIP/2.0"
OPTIONS = "OPTIONS sip:support@example.com SIP/2.0"
REGISTER = "REGISTER sip:example.com SIP/2.0"

INVALID = (
    Torture(
        "3.1.2.1",
        "badinv01",
        asked(
            INVITE,
            "Via: SIP/2.0/UDP 192.0.2.15;;,;,,",
            'Contact: "Joe" <sip:joe@example.org>;;;;',
            body=SDP,
        ),
        (400,),
    ),
    Torture("3.1.2.2", "clerr", asked(INVITE, "Content-Length: 9999", body=SDP), (400,)),
    Torture("3.1.2.3", "ncl", asked(INVITE, "Content-Length: -999", body=SDP), (400,)),
    Torture(
        "3.1.2.4",
        "scalar02",
        asked(
            REGISTER,
            "CSeq: 36893488147419103232 REGISTER",
            "Max-Forwards: 300",
            f"Expires: 1{'0' * 100}",
            "Contact: <sip:user@host129.example.com>\r\n  ;expires=280297596632815",
        ),
        (400,),
    ),
    Torture(
        "3.1.2.5",
        "scalarlg",
        asked(
            "SIP/2.0 503 Service Unavailable",
            "CSeq: 9292394834772304023312 OPTIONS",
            "Retry-After: 949302838503028349304023988",
            'Warning: 1812 overture "In Progress"',
        ),
    ),
    Torture(
        "3.1.2.6",
        "quotbal",
        asked(INVITE, 'To: "Mr. J. User <sip:j.user@example.com>', body=SDP),
        (400,),
    ),
    Torture(
        "3.1.2.7",
        "ltgtruri",
        asked("INVITE <sip:user@example.com> SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.5", body=SDP),
        (400,),
    ),
    Torture("3.1.2.8", "lwsruri", asked("INVITE sip:u@example.com; lr SIP/2.0", body=SDP), (400,)),
    Torture("3.1.2.9", "lwsstart", asked("INVITE  sip:u@example.com  SIP/2.0", body=SDP), (400,)),
    Torture("3.1.2.10", "trws", asked("OPTIONS sip:target@example.com SIP/2.0  "), (400,)),
    Torture(
        "3.1.2.11",
        "escruri",
        asked("INVITE sip:support@example.com?Route=%3Csip:example.com%3E SIP/2.0", body=SDP),
        (100,),  # liberal: the headers in the URI are not looked at
    ),
    Torture(
        "3.1.2.12",
        "baddate",
        asked(INVITE, "Date: Fri, 01 Jan 2010 16:00:00 EST", body=SDP),
        (100,),  # we do not look at the date
    ),
    Torture(
        "3.1.2.13",
        "regbadct",
        asked(REGISTER, "Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E"),
        (401,),  # and 400 to a phone that has proven who it is
    ),
    Torture(
        "3.1.2.14",
        "badaspec",
        asked(
            OPTIONS,
            'From: "Bell, Alexander" <sip:a.g.bell@example.com>;tag=433423',
            'To: "Watson, Thomas" < sip:t.watson@example.org >',
        ),
        (400,),
    ),
    Torture(
        "3.1.2.15",
        "baddn",
        asked(
            OPTIONS,
            "From:    Bell, Alexander <sip:a.g.bell@example.com>;tag=43",
            "To:      Watson, Thomas <sip:t.watson@example.org>",
        ),
        (400,),
    ),
    Torture(
        "3.1.2.16",
        "badvers",
        asked(
            "OPTIONS sip:t.watson@example.org SIP/7.0",
            "Via:     SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw",
            "From:    A. Bell <sip:a.g.bell@example.com>;tag=qweoiqpe",
        ),
        (505,),
    ),
    Torture("3.1.2.17", "mismatch01", asked(OPTIONS, "CSeq: 8 INVITE"), (400,)),
    Torture(
        "3.1.2.18",
        "mismatch02",
        asked("NEWMETHOD sip:user@example.com SIP/2.0", "CSeq: 8 INVITE", body=SDP),
        (501,),
    ),
    Torture("3.1.2.19", "bigcode", asked("SIP/2.0 4294967301 better not", "CSeq: 3 INVITE")),
    Torture(
        "3.2.1",
        "badbranch",
        asked(OPTIONS, "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK"),
        (200,),  # told from others as RFC 2543 had it
    ),
)
