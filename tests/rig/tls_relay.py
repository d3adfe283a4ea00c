"""TLS for programs that speak TCP alone, as the SIPp that Debian has.

async with TlsRelay((HOST, server.tls_port), context) as relay:
    await Sipp(..., target=relay.address, transport="tcp").run()

async with TlsRelay((HOST, sipp.port), context, inward=True) as relay:
    ...  # whoever connects to relay.address by TLS has reached SIPp
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
CHUNK = 65536  # octets at once


class TlsRelay:
    """Each connection to `address` becomes one to `target`; the second is TLS, `inward` the first.

    `context` is that of the relay's end of it.
    """

    def __init__(
        self, target: tuple[str, int], context: ssl.SSLContext, *, inward: bool = False
    ) -> None:
        self._target = target
        self._outside = context if inward else None
        self._inside = None if inward else context
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        assert self._server, "it listens within its `async with`"
        return f"{HOST}:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._begin, HOST, 0, ssl=self._outside)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server
        self._server.close()
        await asyncio.gather(*self._serving)  # whoever used it has closed its connections

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._serving.add(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._target, ssl=self._inside)
        await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one end is closed; then the other one is."""
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        writer.close()
        await writer.wait_closed()
