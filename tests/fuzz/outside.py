"""Who and what there is beside the endpoint: names and what DNS says, phones, trunks."""

from __future__ import annotations

from typing import Any, Final

from config.trunks import Trunk
from sip.locate import Answer, Kind, Naptr, Srv

NAMES: Final = ("one.example", "two.example")
TARGETS: Final = (
    *("sip:+39061@10.0.0.9", "sip:support@one.example", "sip:a@two.example;transport=tcp"),
    *("sips:a@one.example", "sip:a@one.example:5090", "sip:a@[2001:db8::9]", "tel:+39061"),
    *("sip:a@h?Subject=x", "sip:a@b..c", "sip:10.0.0.9;lr", "sip:a;b@10.0.0.9;gr=urn:x", "x"),
)
ROUTES: Final = (
    *((), (), ("<sip:one.example;lr>",), ("<sip:10.0.0.8;lr>", "<sip:two.example>")),
    *(("<sip:10.0.0.8>",), ("<sip:",), ("<sips:one.example;lr>",)),
)
FOUND: Final = {
    Kind.NAPTR: (
        Answer((), 60.0),
        Answer((Naptr(1, 1, "s", "SIP+D2U", "_sip._udp.one.example"),), 60.0),
        Answer((Naptr(9, 1, "S", "SIPS+D2T", "x"), Naptr(1, 1, "u", "E2U+sip", "")), 0.0),
    ),
    Kind.SRV: (
        Answer((), 0.0),
        Answer(tuple(Srv(1, 0, 5060, name) for name in NAMES), 60.0),
        Answer((Srv(1, 65535, 0, "."), Srv(0, 0, 65535, "one.example")), 1e9),
        Answer((Srv(0, 0, 0, "."),), 60.0),
    ),
    Kind.A: (
        *(Answer((), 60.0), Answer(("10.0.0.9",), 60.0), Answer(("10.0.0.8", "10.0.0.7"), 1.0)),
        Answer(tuple(f"10.0.1.{number}" for number in range(40)), 60.0),
    ),
    Kind.AAAA: (Answer((), 60.0), Answer(("2001:db8::9", "::"), 60.0)),
}
PHONES: Final = (
    *("<sip:agent1@10.0.0.9:5060>", "<sip:agent1@phone.example;transport=tcp>;q=0.1"),
    '<sip:agent1@10.0.0.9;ob>;reg-id=1;+sip.instance="<urn:uuid:1>"',
    '<sip:agent1@192.168.0.1>;reg-id=2;+sip.instance="<urn:uuid:1>", <sip:b@10.0.0.8>;expires=70',
    *("<sips:agent1@10.0.0.9>;expires=0", "*", "<sip:a?b=c@10.0.0.9;lr>", "<tel:+39061>"),
)
_LOGIN: Final[dict[str, Any]] = {"username": "us", "password": "secret", "realm": "trunk"}
TRUNKS: Final = (
    Trunk(name="named", host="one.example", register_seconds=300, **_LOGIN),
    Trunk(name="static", host="10.0.0.9"),
    Trunk(
        name="proxied",
        host="two.example",
        proxy="sip:10.0.0.8;transport=tcp",
        register_seconds=60,
        health_seconds=0,
        **_LOGIN,
    ),
)
