"""DNS for the driver: one question at a time to the servers of this machine, or to those set."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from typing import Final

import dns.asyncresolver
import dns.exception
import dns.message
import dns.name
import dns.nameserver
import dns.rdata
import dns.resolver
from dns.rdatatype import SOA

from sip.locate import Answer, Kind, Naptr, Question, Record, Srv

LIFETIME: Final = 2.0  # seconds for one question, all servers and tries together
TRY_SECONDS: Final = 0.8
FAILURE_TTL: Final = 10.0  # seconds: nobody could tell
NEGATIVE_TTL: Final = 30.0  # seconds, where a "no" has no SOA: RFC 2308 §5
MAX_AT_ONCE: Final = 64
PORT: Final = 53

log = logging.getLogger(__name__)


class Resolver:
    """Answers every question, in seconds at most; what nobody could tell has no records."""

    def __init__(self, servers: Sequence[tuple[str, int]]) -> None:
        """`servers` are asked in turn; without any, those of /etc/resolv.conf."""
        self._turns = asyncio.Semaphore(MAX_AT_ONCE)
        try:
            self._resolver = dns.asyncresolver.Resolver(configure=not servers)
        except dns.resolver.NoResolverConfiguration:
            log.warning("no DNS servers are configured: only IP addresses can be called")
            self._resolver = dns.asyncresolver.Resolver(configure=False)
        if servers:
            self._resolver.nameservers = [
                dns.nameserver.Do53Nameserver(host, port) for host, port in servers
            ]
        self._resolver.timeout = TRY_SECONDS
        self._resolver.cache = None  # `Locator` has one

    async def answer(self, question: Question) -> Answer:
        try:
            async with self._turns:
                found = await self._resolver.resolve(
                    dns.name.from_text(question.name),
                    question.kind.name,
                    lifetime=LIFETIME,
                    raise_on_no_answer=False,
                    search=False,
                )
        except dns.resolver.NXDOMAIN as error:
            responses = error.responses()  # type: ignore[no-untyped-call]
            return Answer((), min(map(_negative_ttl, responses.values())))
        except (dns.exception.DNSException, OSError, ValueError) as error:
            log.info("DNS said nothing about %s: %s", question, type(error).__name__)
            return Answer((), FAILURE_TTL)
        if found.rrset is None:
            return Answer((), _negative_ttl(found.response))
        return Answer(tuple(_records(question.kind, found)), found.rrset.ttl)


def _records(kind: Kind, found: dns.resolver.Answer) -> Iterator[Record]:
    for data in found:
        match kind:
            case Kind.NAPTR:
                flags, service = data.flags.decode("latin-1"), data.service.decode("latin-1")
                target = data.replacement.to_text()
                yield Naptr(data.order, data.preference, flags, service, target)
            case Kind.SRV:
                yield Srv(data.priority, data.weight, data.port, data.target.to_text())
            case Kind.A | Kind.AAAA:
                yield str(data.address)


def _negative_ttl(response: dns.message.Message) -> float:
    """How long a "no" holds: the lesser of the SOA's own TTL and its last number."""
    held = [min(rrset.ttl, rrset[0].minimum) for rrset in response.authority if rrset.rdtype == SOA]
    return float(held[0]) if held else NEGATIVE_TTL
