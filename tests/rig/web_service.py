"""A web service of somebody else's: answers as it is told, and keeps what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Reply = tuple[int, bytes]


@dataclass(slots=True)
class Asked:
    path: str
    headers: dict[str, str]
    """By name in lower case."""
    body: bytes


@dataclass(slots=True)
class WebService:
    """`replies` in order, the last one again and again; without any it never answers."""

    replies: list[Reply]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    """Sent with every reply."""

    def reply(self, asked: Asked) -> Reply | None:
        if not self.replies:
            return None
        return self.replies[0] if len(self.replies) == 1 else self.replies.pop(0)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
            headers = dict(pairs(lines))
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.asked.append(Asked(first.split()[1], headers, body))
            reply = self.reply(self.asked[-1])
            if reply is None:
                await reader.read()  # until the client gives up
                return
            status, answer = reply
            told = {"Content-Length": str(len(answer)), "Connection": "close", **self.headers}
            lines = [f"HTTP/1.1 {status} As told", *(f"{k}: {v}" for k, v in told.items())]
            writer.write("\r\n".join([*lines, "", ""]).encode() + answer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever asks may leave
        finally:
            writer.close()


def pairs(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            yield name.lower(), value.strip()


@asynccontextmanager
async def web_service(*replies: Reply) -> AsyncIterator[WebService]:
    one = WebService(list(replies))
    async with serving(one):
        yield one


@asynccontextmanager
async def serving(one: WebService) -> AsyncIterator[None]:
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield
