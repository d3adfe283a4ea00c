"""RFC 4475 §3.1.1: messages that look broken and are not."""

from __future__ import annotations

from tests.interop.torture.case import SDP, Torture, asked, wire

LONG = "long" * 40
PART = "--7a9cbec0\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9cbec0\r\n"
BINARY = "Content-Type: application/octet-stream\r\n\r\n0\udc82\x01\x00\r\n\r\n\x00\udcff\r\n"

VALID = (
    Torture(
        "3.1.1.1",
        "wsinv",
        wire(
            "INVITE sip:support@example.com;unknownparam SIP/2.0",
            "TO :",
            " sip:support@example.com ;   tag    = 1918181833n",
            r'from   : "Anna Alt \\\""       <sip:anna@example.com>',
            "  ;",
            "  tag = 98asjd8",
            "MaX-fOrWaRdS: 0068",
            "Call-ID: wsinv.ndaksdj@192.0.2.1",
            f"Content-Length   : {len(SDP)}",
            "cseq: 0009",
            "  INVITE",
            "Via  : SIP  /   2.0",
            " /UDP",
            "    192.0.2.2;branch=390skdjuw",
            "s :",
            "NewFangledHeader:   newfangled value",
            " continued newfangled value",
            "UnknownHeaderWithUnusualValue: ;;,,;;,;",
            "Content-Type: application/sdp",
            "Route:",
            " <sip:services.example.com;lr;unknownwith=value;unknown-no-value>",
            "v:  SIP  / 2.0  / TCP     spindle.example.com   ;",
            "  branch  =   z9hG4bK9ikj8  ,",
            " SIP  /    2.0   / UDP  192.168.255.111   ; branch=",
            " z9hG4bK30239",
            r'm:"Quoted string \"\"" <sip:anna@example.com> ; newparam =',
            "      newvalue ;",
            "  secondparam ; q = 0.33",
            body=SDP,
        ),
        (481,),  # its To has a tag of no dialog of ours
    ),
    Torture(
        "3.1.1.2",
        "intmeth",
        wire(
            "!odd-Method0123456789_*+`.%indeed'~ sip:1_odd.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
            ":&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0",
            "Via: SIP/2.0/UDP host1.example.com;branch=z9hG4bK-.!%66*_+`'~",
            'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:1_odd.URI~(to-be!sure)&isn\'t@h.example>',
            "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>"
            ";fromParam''~+*_!.-%=\"работающий\";tag=_token~1'+`*%!-.",
            r"""Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\/"][?}{""",
            "CSeq: 139122385 !odd-Method0123456789_*+`.%indeed'~",
            "Max-Forwards: 255",
            "extensionHeader-!.%*+_`'~:\ufeff大停電",
            "Content-Length: 0",
        ),
        (501,),
    ),
    Torture(
        "3.1.1.3",
        "esc01",
        asked(
            "INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0",
            "To: sip:%75se%72@example.com",
            "From: <sip:I%20have%20spaces@example.net>;tag=938",
            "Contact: <sip:cal%6Cer@192.0.2.15;%6C%72;n%61me=v%61lue%25%34%31>",
            body=SDP,
        ),
        (100,),
    ),
    Torture(
        "3.1.1.4",
        "escnull",
        asked(
            "REGISTER sip:example.com SIP/2.0",
            "To: sip:null-%00-null@example.com",
            "From: sip:null-%00-null@example.com;tag=839923423",
            "Contact: <sip:%00@192.0.2.15>\r\nContact: <sip:%00%00@192.0.2.15>",
        ),
        (401,),
    ),
    Torture("3.1.1.5", "esc02", asked("RE%47IST%45R sip:registrar.example.com SIP/2.0"), (501,)),
    Torture(
        "3.1.1.6",
        "lwsdisp",
        asked("OPTIONS sip:user@example.com SIP/2.0", "From: caller<sip:caller@h.example>;tag=323"),
        (200,),
    ),
    Torture(
        "3.1.1.7",
        "longreq",
        asked(
            "INVITE sip:support@example.com SIP/2.0",
            f'To: "I have a user name of {LONG} proportion" <sip:support@example.com'
            f":6000;unknownparam1={LONG};{LONG}paramname={LONG}>",
            f"F: sip:{LONG}@example.net;tag={LONG * 3};{LONG}={LONG};flag{LONG}",
            "From:",
            f"Call-ID: {LONG * 5}",
            f"Unknown-{LONG}-Name: {LONG}-value; {LONG} = {LONG}",
            "Via: SIP/2.0/UDP sip33.example.com\r\n"
            + "\r\n".join(f"{('v', 'V ', 'vIA  ')[n % 3]}: SIP/2.0/TCP s{n}" for n in range(32))
            + f"\r\nVia: SIP/2.0/TCP host.example.com;received=192.0.2.5;branch={LONG * 3}",
            body=SDP,
        ),
        (100,),
    ),
    Torture(
        "3.1.1.8",
        "dblreq",
        asked("REGISTER sip:example.com SIP/2.0", "To: sip:j.user@example.com")
        + asked("INVITE sip:joe@example.com SIP/2.0", "Call-ID: another@192.0.2.15", body=SDP),
        (401,),  # to the REGISTER; what follows is noise
    ),
    Torture(
        "3.1.1.9",
        "semiuri",
        asked(
            "OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0",
            "Accept: application/sdp, application/pkcs7-mime,\r\n        multipart/mixed",
        ),
        (200,),
    ),
    Torture(
        "3.1.1.10",
        "transports",
        asked(
            "OPTIONS sip:user@example.com SIP/2.0",
            "Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw\r\n"
            "Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf\r\n"
            "Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj\r\n"
            "Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en\r\n"
            "Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee",
        ),
        (200,),
    ),
    Torture(
        "3.1.1.11",
        "mpart01",
        asked(
            "MESSAGE sip:kumiko@example.org SIP/2.0",
            "Content-Transfer-Encoding: binary",
            "Content-Type: multipart/mixed;boundary=7a9cbec0",
            body=PART + BINARY + "--7a9cbec0--",
        ),
        (405,),
    ),
    Torture(
        "3.1.1.12",
        "unreason",
        asked("SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое", "CSeq: 35 INVITE"),
    ),
    Torture("3.1.1.13", "noreason", asked("SIP/2.0 100 ", "CSeq: 35 INVITE")),
)
