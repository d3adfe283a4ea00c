"""Messages that are hard to read: valid ones that look broken, and broken ones that look valid.

Written for Earshot after the ideas of RFC 4475 and RFC 5118.
"""

from __future__ import annotations

INVITE = "INVITE sip:support@pbx.example SIP/2.0"
OK = "SIP/2.0 200 OK"
FIELDS = {
    "via": "Via: SIP/2.0/UDP phone.example:5070;branch=z9hG4bK-t1;rport",
    "from": 'From: "Anna" <sip:anna@phone.example>;tag=f1',
    "to": "To: <sip:support@pbx.example>",
    "call-id": "Call-ID: t1@phone.example",
    "cseq": "CSeq: 7 INVITE",
}


def wire(*lines: str) -> bytes:
    """The lines with their CRLF, and the empty line."""
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def message(start: str = INVITE, *changes: str, without: str | None = None) -> bytes:
    """A plain message in which each of `changes` stands in for the field of the same name."""
    named = {change.partition(":")[0].lower(): change for change in changes}
    fields = {**FIELDS, **named}
    return wire(start, *(field for name, field in fields.items() if name != without))


VALID = {
    "spaces, folds, compact names and odd case all at once": wire(
        "INVITE sip:support;day=mon?x@pbx.example;unknown SIP/2.0",
        "tO   :",
        r'  "Help \" desk, \\ 1"    <sip:support@pbx.example>',
        "fROM:  sip:anna@phone.example",
        "\t; tag = 0f-1 ; flag",
        "max-FORWARDS :   0068",
        "i:odd.t2@192.0.2.9",
        "cseq:0007",
        "   INVITE",
        "V: SIP  /   2.0",
        " /UDP",
        "    192.0.2.9;branch = z9hG4bK.t2 ,",
        "  SIP/2.0/TCP  edge.example ;branch=",
        "  z9hG4bK-outer; received= 192.0.2.1",
        "Subject:",
        "NewFangled:   a strange, comma",
        ' separated "value',
        'm:"A ," <sip:a,b@192.0.2.9> ; q = 0.7,',
        "   <sip:c@192.0.2.9>",
        "l:0",
    ),
    "every character that a token may have": wire(
        "!z%H*_+`'~.-9 sip:1_x'~*!(a)&=+$,;?/%7E@pbx.example SIP/2.0",
        "Via: SIP/2.0/TCP phone.example;branch=z9hG4bK-~!'*+%.",
        'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:1_x@pbx.example>',
        "From: token1~` token2'+_ <sip:anna@phone.example>;tag=_t'~1*!+%`-.",
        r"""Call-ID: t3.!%*_+'`~)(><:\"/?{}[]""",
        "CSeq: 139122385 !z%H*_+`'~.-9",
        "!odd-Header.%*+`'~: kept",
    ),
    "escaped octets in the user, nulls too": message(
        "INVITE sip:sips%3Auser%40a.example%00@pbx.example;other%5Fparam SIP/2.0"
    ),
    "a percent sign that escapes nothing, in a method": message(
        "RE%47IST%45R sip:pbx.example SIP/2.0", "CSeq: 7 RE%47IST%45R"
    ),
    "no space between a name and its bracket": message(INVITE, 'To:"x"<sip:support@pbx.example>'),
    "names in UTF-8, and octets that are not": message(
        INVITE, "From: Zoë Λ <sip:zoe@phone.example>;tag=1", "Subject: caf\udce9"
    ),
    "a long value in every place that may be long": message(
        INVITE,
        f"From: {'l' * 900} <sip:{'u' * 900}@phone.example;{'p' * 900}>;tag={'t' * 900}",
    ),
    "a body that goes to the end of the datagram": message() + b"v=0\r\nand so on",
    "an unknown scheme in the Request-URI": message("INVITE soap.beep://h/x SIP/2.0"),
    "an unknown scheme in From and To": message(INVITE, "From: <name:anna>;tag=1", "To: <isbn:29>"),
    "an IPv6 reference wherever an address may be": message(
        "INVITE sip:support@[2001:db8::10]:5070 SIP/2.0",
        "Via: SIP/2.0/UDP [2001:db8::9]:5070;received=[2001:db8::1];branch=z9hG4bK-6",
        "Contact: <sip:anna@[2001:db8::9:1]>",
    ),
    "line ends before the request line": b"\r\n\r\n" + message(),
    "octets after the declared end": message(INVITE, "Content-Length: 3") + b"abcINVITE sip:x",
    "a protocol name in lower case": message("INVITE sip:support@pbx.example sip/2.0"),
    "a dialled number": message("INVITE tel:+49-30-1234;phone-context=x.example SIP/2.0"),
    "broken fields that nobody needs to route": message(
        INVITE, "Date: yesterday", "Contact: <sip:a@h", "Max-Forwards: many", "Warning: 1,,"
    ),
    "a response without a reason": message("SIP/2.0 183 "),
    "a response without a reason or a space": message("SIP/2.0 183"),
    "a reason in UTF-8": message("SIP/2.0 200 = 2**3 * 5**2 но сто"),
    "a response in lower case": message("sip/2.0 200 ok"),
}

ANSWERABLE = {
    "a body that is too short": message(INVITE, "Content-Length: 9999") + b"v=0",
    "a negative length": message(INVITE, "Content-Length: -999") + b"v=0",
    "a length that is a fraction": message(INVITE, "Content-Length: 1.0") + b"v",
    "a length beyond all bounds": message(INVITE, f"Content-Length: {'9' * 5000}"),
    "a length in other digits": message(INVITE, "Content-Length: ٣") + b"abc",
    "two lengths": message(INVITE, "Content-Length: 0", "l: 1"),
    "a space within the Request-URI": message("INVITE sip:support@pbx.example; lr SIP/2.0"),
    "two spaces in the request line": message("INVITE  sip:support@pbx.example SIP/2.0"),
    "a space after the version": message("INVITE sip:support@pbx.example SIP/2.0 "),
    "brackets around the Request-URI": message("INVITE <sip:support@pbx.example> SIP/2.0"),
    "no version": message("INVITE sip:support@pbx.example"),
    "no Request-URI": message("INVITE SIP/2.0"),
    "a Request-URI without a scheme": message("INVITE support SIP/2.0"),
    "a request line that goes on in the next": message("INVITE sip:x SIP/2.0\r\n and more"),
    "another method in CSeq": message("OPTIONS sip:support@pbx.example SIP/2.0"),
    "a header without a name": message(INVITE, ": nothing"),
    "a header name of two words": message(INVITE, "My Header: nothing"),
    "a header without a colon": message(INVITE, "Supported"),
    "a lone line feed in a value": message(INVITE, "Subject: a\nX: y"),
    "a lone carriage return in a value": message(INVITE, "Subject: a\rVia: SIP/2.0/UDP h"),
    "an overlong line": message(INVITE, f"Subject: {'x' * 9000}"),
    "too many headers": message(INVITE, *(f"x{i}: y" for i in range(300))),
    "no empty line at the end": message()[:-2],
    "cut within a line": message(INVITE, "Subject: lunch at twelve")[:-9],
}

NAMELESS = {
    **{f"no {name}": message(INVITE, without=name) for name in FIELDS if name != "via"},
    "an empty Call-ID": message(INVITE, "Call-ID: "),
    "a port in Via that is none": message(INVITE, "Via: SIP/2.0/UDP h:70000;branch=z9hG4bK"),
    "separators with nothing between them": message(INVITE, "Via: SIP/2.0/UDP 192.0.2.15;;,;,,"),
    "an IPv6 address without brackets": message(INVITE, "Via: SIP/2.0/UDP 2001:db8::9;branch=z9"),
    "a CSeq that is too large": message(INVITE, "CSeq: 36893488147419103232 INVITE"),
    "a quote in From that never ends": message(INVITE, 'From: "Anna <sip:anna@h>;tag=1'),
    "a comma in a bare name": message(INVITE, "From: Doe, Anna <sip:anna@h>;tag=1"),
    "a bare URI with headers": message(INVITE, "From: sip:anna@h?Subject=x;tag=1"),
    "spaces within brackets": message(INVITE, "To: < sip:support@pbx.example >"),
    "a bracket in a lower Via that never ends": message(
        INVITE, f"{FIELDS['via']}\r\nVia: SIP/2.0/UDP h, <"
    ),
    "two From": message(INVITE, "f: <sip:b@h>;tag=2"),
    "two CSeq": message(INVITE, "CSeq : 8 INVITE"),
    "two Call-ID": message(INVITE, "i: other"),
}
"""Requests that can be answered, but not by what a response is known by."""

UNANSWERABLE = {
    "nothing": b"",
    "line ends only": b"\r\n\r\n\r\n",
    "a keep-alive octet": b"\x00",
    "noise": bytes(range(256)),
    "another protocol": b"GET / HTTP/1.1\r\nHost: pbx.example\r\n\r\n",
    "a request line only": wire(INVITE),
    "no via": message(INVITE, without="via"),
    "a protocol in Via that is not SIP": message(INVITE, "Via: HTTP/1.1/TCP h;branch=z9hG4bK"),
    "too many hops": message(
        INVITE, *(f"Via{' ' * hop}: SIP/2.0/UDP h;branch=z9hG4bK{hop}" for hop in range(65))
    ),
    "too many hops in a line": message(
        INVITE, "Via: " + ",".join(f"SIP/2.0/UDP h{i};branch=z9hG4bK{i}" for i in range(65))
    ),
}

BROKEN_RESPONSES = {
    "a status beyond all bounds": message("SIP/2.0 4294967301 better not"),
    "a status of two digits": message("SIP/2.0 99 Odd"),
    "a status of the seventh class": message("SIP/2.0 700 Odd"),
    "no status": message("SIP/2.0 OK"),
    "another version": message("SIP/7.0 200 OK"),
    "no Via": message(OK, without="via"),
    "a body that is too short": message(OK, "Content-Length: 9"),
    "a header without a colon": message(OK, "Supported"),
}
