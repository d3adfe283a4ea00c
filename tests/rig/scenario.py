"""SIPp scenarios in few words: the XML that `Sipp` runs is built from steps.

    caller = Caller()
    caller.write(folder / "brief.xml", [
        caller.invite(),
        optional(100), recv(200, caller.learns),
        caller.ack(), caller.request("BYE", 2), recv(200),
    ])

A `Caller` sends the INVITE, a `Callee` gets it; both may send any request once they know the other
side's tag, which `learns` keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

VIA = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]"
CONTACT = "Contact: <sip:[local_ip]:[local_port];transport=[transport]>"
ECHOED = ("[last_Via:]", "[last_From:]", "[last_To:]", "[last_Call-ID:]", "[last_CSeq:]")


def sdp(direction: str = "sendrecv", version: int = 1, address: str = "[media_ip]") -> str:
    """One PCMU stream with telephone events."""
    lines = [
        "v=0",
        f"o=sipp 1 {version} IN IP4 [media_ip]",
        "s=-",
        f"c=IN IP4 {address}",
        "t=0 0",
        "m=audio [rtpstream_audio_port] RTP/AVP 0 101",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        f"a={direction}",
    ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Check:
    """What is received must match `pattern` in that header, or in the body without one.

    `keep` names the variable that remembers what matched; `absent` turns the check around. Of
    several such headers the one of that `occurrence` counts.
    """

    pattern: str
    header: str = ""
    keep: str = ""
    absent: bool = False
    occurrence: int = 1


KEPT = (Check(".*", "Via", keep="via"), Check(".*", "CSeq", keep="cseq"))
"""For a request that is to be answered when others have come in between."""


@dataclass
class Names:
    """Variables of one scenario; SIPp refuses to run where one is never read."""

    used: set[str] = field(default_factory=set)

    def new(self, wanted: str = "") -> str:
        name = wanted or f"checked{len(self.used)}"
        self.used.add(name)
        return name


@dataclass(frozen=True, slots=True)
class Step:
    """One element of the scenario; checks get their variables when it is written."""

    xml: str
    checks: tuple[Check, ...] = ()


def send(*lines: str, body: str = "", kind: str = "application/sdp", again: bool = False) -> Step:
    """A message; `again` resends it over UDP until it is answered."""
    head = [*lines, *([f"Content-Type: {kind}"] if body else []), "Content-Length: [len]"]
    text = "\n".join(line for line in head if line) + "\n\n" + body
    resent = ' retrans="500"' if again else ""
    return Step(f"<send{resent}>\n<![CDATA[\n\n{text}\n]]>\n</send>\n")


def recv(what: int | str, *checks: Check, auth: bool = False) -> Step:
    """A response or a request that has to come next."""
    return _recv(what, checks, ' auth="true"' if auth else "")


def optional(*statuses: int) -> Step:
    """Provisional responses that may come."""
    return Step("".join(_recv(one, (), ' optional="true"').xml for one in statuses))


def pause(milliseconds: int) -> Step:
    return Step(f'<pause milliseconds="{milliseconds}"/>\n')


def _recv(what: int | str, checks: tuple[Check, ...], more: str) -> Step:
    kind = "response" if isinstance(what, int) else "request"
    routes = ' rrs="true"' if what in (200, "INVITE") else ""
    return Step(f'<recv {kind}="{what}"{routes}{more}>{{actions}}</recv>\n', checks)


def _action(check: Check, name: str) -> str:
    header = f'search_in="hdr" header="{check.header}:" occurrence="{check.occurrence}"'
    where = header if check.header else 'search_in="body"'
    must = "check_it_inverse" if check.absent else "check_it"
    return f'<ereg regexp={quoteattr(check.pattern)} {where} {must}="true" assign_to="{name}"/>'


class Party:
    """What both sides of a call can do; `local` and `remote` are From and To of their requests."""

    name: str
    local: str
    remote = "[$remote]"

    def request(
        self,
        method: str,
        cseq: int,
        *headers: str,
        body: str = "",
        kind: str = "application/sdp",
        uri: str = "[next_url]",
        remote: str = "",
    ) -> Step:
        """A request in the dialog; `remote` is who is meant in one that there is not."""
        lines = (
            f"{method} {uri} SIP/2.0",
            VIA,
            "[routes]" if uri == "[next_url]" else "",
            "Max-Forwards: 70",
            f"From:{self.local}",
            f"To:{remote or self.remote}",
            "Call-ID: [call_id]",
            f"CSeq: {cseq} {method}",
            CONTACT,
            *headers,
        )
        return send(*lines, body=body, kind=kind, again=method != "ACK")

    def ack(self, cseq: int = 1, *, body: str = "") -> Step:
        """Of a 2xx; with an answer when that carried the offer."""
        return self.request("ACK", cseq, body=body)

    def respond(self, status: str, *headers: str, body: str = "") -> Step:
        """To the request that was received last, one in the dialog."""
        return send(f"SIP/2.0 {status}", *ECHOED, CONTACT, *headers, body=body)

    def respond_to_kept(self, status: str, *headers: str, body: str = "", local: str = "") -> Step:
        """To the request whose Via and CSeq `KEPT` has noted, whatever has come since."""
        return send(
            f"SIP/2.0 {status}",
            "Via:[$via]",
            f"From:{self.remote}",
            f"To:{local or self.local}",
            "Call-ID: [call_id]",
            "CSeq:[$cseq]",
            CONTACT,
            *headers,
            body=body,
            again=status.startswith("2"),
        )

    def write(self, path: Path, steps: Iterable[Step]) -> Path:
        """The file that SIPp reads."""
        names = Names()
        xml = "".join(_with_checks(step, names) for step in steps)
        mentioned = ",".join(sorted(names.used))
        reference = f'<Reference variables="{mentioned}"/>\n' if mentioned else ""
        path.write_text(
            f'<?xml version="1.0"?>\n<scenario name="{path.stem}">\n{xml}{reference}</scenario>\n'
        )
        return path


class Caller(Party):
    """Sends the INVITE, to the number given with -s; `username` is who it says to be."""

    learns = Check(".*", "To", keep="remote")
    """For the response that brings the other side's tag."""

    def __init__(self, username: str = "customer") -> None:
        self.local = f" <sip:{username}@[local_ip]:[local_port]>;tag=[pid]-[call_number]"

    def invite(
        self,
        *headers: str,
        cseq: int = 1,
        body: str | None = None,
        to: str = "sip:[service]@[remote_ip]:[remote_port]",
    ) -> Step:
        """The first INVITE; with an offer unless `body` is ""."""
        return self._first("INVITE", cseq, headers, sdp() if body is None else body, to)

    def outside(self, method: str, *headers: str, body: str = "", kind: str = "text/plain") -> Step:
        """A request outside of any dialog."""
        return self._first(
            method, 1, headers, body, "sip:[service]@[remote_ip]:[remote_port]", kind
        )

    def ack_refusal(self, cseq: int = 1) -> Step:
        """The ACK of a final response that refuses: hop by hop, with its branch."""
        return send(
            "ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0",
            "[last_Via:]",
            "Max-Forwards: 70",
            f"From:{self.local}",
            "[last_To:]",
            "Call-ID: [call_id]",
            f"CSeq: {cseq} ACK",
        )

    def _first(
        self,
        method: str,
        cseq: int,
        headers: Sequence[str],
        body: str,
        to: str,
        kind: str = "application/sdp",
    ) -> Step:
        limit = (
            () if any(one.startswith("Max-Forwards") for one in headers) else ("Max-Forwards: 70",)
        )
        return send(
            f"{method} {to} SIP/2.0",
            VIA,
            *limit,
            f"From:{self.local}",
            f"To: <{to}>",
            "Call-ID: [call_id]",
            f"CSeq: {cseq} {method}",
            CONTACT,
            *headers,
            body=body,
            kind=kind,
            again=True,
        )


class Callee(Party):
    """Gets the INVITE."""

    local = "[$local];tag=[pid]-[call_number]"
    learns = (Check(".*", "From", keep="remote"), Check(".*", "To", keep="local"), *KEPT)
    """For the INVITE."""

    def respond_to_invite(self, status: str, *headers: str, body: str = "", tag: str = "") -> Step:
        """Whatever has come since; `tag` is another than that of the dialog."""
        local = f"[$local];tag={tag}" if tag else self.local
        return self.respond_to_kept(status, *headers, body=body, local=local)


def _with_checks(step: Step, names: Names) -> str:
    actions = "".join(_action(check, names.new(check.keep)) for check in step.checks)
    return step.xml.replace("{actions}", f"\n<action>{actions}</action>\n" if actions else "")
