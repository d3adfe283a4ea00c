"""A name server on loopback that knows one small zone and counts who asks."""

from __future__ import annotations

import asyncio
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Records = dict[tuple[str, str], list[str]]
"""By absolute name and type, in the form of a zone file."""


class NameServer(asyncio.DatagramProtocol):
    def __init__(self, records: Records, ttl: int = 60) -> None:
        self.records, self.ttl = records, ttl
        self.asked: list[tuple[str, str]] = []
        self.address = ("", 0)
        self.silent = False

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )
        self.address = self._transport.get_extra_info("sockname")
        return self

    async def __aexit__(self, *raised: object) -> None:
        self._transport.close()
        await asyncio.sleep(0)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        (question,) = query.question
        name, kind = question.name.to_text(), question.rdtype.name
        self.asked.append((name, kind))
        if self.silent:
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        values = self.records.get((name, kind))
        if values:
            answer.answer.append(dns.rrset.from_text(name, self.ttl, "IN", kind, *values))
        elif not any(known == name for known, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
            soa = "ns.example. root.example. 1 2 3 4 17"
            answer.authority.append(dns.rrset.from_text("example.", 900, "IN", "SOA", soa))
        self._transport.sendto(answer.to_wire(), addr)
