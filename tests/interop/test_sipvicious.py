"""SIPVicious, the attackers' usual tool: what it finds here is nothing.

By default it says who it is and hears nothing at all; what it would find under another name counts.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.rig.child import end_child
from tests.rig.free_ports import free_ports
from tests.rig.needs import needs
from tests.rig.patience import until
from tests.rig.server import HOST, PASSWORD, Server

pytestmark = [
    needs("sipvicious"),
    pytest.mark.asyncio(loop_scope="module"),
]
DISGUISED = """
import sys
from importlib import import_module
from sipvicious.libs import svhelper
make = svhelper.makeRequest
make.__defaults__ = tuple("Phone" if x == "friendly-scanner" else x for x in make.__defaults__)
sys.exit(import_module("sipvicious." + sys.argv.pop(1)).main())
"""
OPENLY = DISGUISED.replace('"Phone" if', "x if")
PEOPLE = ("agent1", "agent2", "nobody", "1000", "admin")
OUTSIDE = ("+15550100", "0015550100", "915550100", "911")
GUESSES = (*(f"wrong{number}" for number in range(40)), PASSWORD)
NOTHING = "found nothing"

Tool = tuple[asyncio.subprocess.Process, Path]
"""A scan that runs, and what it says."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    for name, words in {"people": PEOPLE, "outside": OUTSIDE, "guesses": GUESSES}.items():
        (folder / name).write_text("".join(f"{word}\n" for word in words))
    async with Server(folder, sip={"digest_algorithms": ["MD5"]}) as server:
        async with server.phone("agent1") as agent:
            await agent.register()
            yield server


async def start(server: Server, *arguments: str, disguise: str = DISGUISED) -> Tool:
    log = server.folder / f"{'-'.join(arguments)}.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", disguise, *arguments),
            *("-p", str(server.sip_port), "-P", str(free_ports(1)[0]), "-b", HOST, HOST),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=server.folder,
        )
    return process, log


async def found(server: Server, *arguments: str, disguise: str = DISGUISED) -> str:
    """What it has to say when it is done."""
    process, log = await start(server, *arguments, disguise=disguise)
    try:
        await asyncio.wait_for(process.wait(), 30.0)
    finally:
        await end_child(process, grace=0.0)
    return log.read_text()


@pytest.mark.interop("hides from scanners", "sipvicious")
async def test_a_scanner_that_says_so_sees_nobody(server: Server) -> None:
    assert NOTHING in await found(server, "svmap", disguise=OPENLY)
    assert server.address in await found(server, "svmap")


@pytest.mark.interop("tells no users apart", "sipvicious")
async def test_no_user_is_found(server: Server) -> None:
    scan = ("svwar", "-d", "people", "--force", "-m")
    ways = [found(server, *scan, method) for method in ("REGISTER", "INVITE", "OPTIONS")]
    for words in await asyncio.gather(*ways):
        assert NOTHING in words
    assert server.contacts() == []


@pytest.mark.interop("is no open relay", "sipvicious")
async def test_no_call_leads_outside(server: Server) -> None:
    scan = ("svwar", "-d", "outside", "--force", "-m", "INVITE")
    ways = [found(server, *scan, f"--domain={domain}") for domain in (HOST, "pbx.example")]
    for words in await asyncio.gather(*ways):
        assert NOTHING in words
    assert server.contacts() == []


@pytest.mark.interop("throttles guessing", "sipvicious")
async def test_guessing_ends_before_the_password_is_found(server: Server) -> None:
    process, log = await start(server, "svcrack", "-u", "agent2", "-d", "guesses")
    try:
        await until(lambda: "too many wrong passwords" in server.log, 20.0)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(process.wait(), 1.0)  # it asks on, and hears no more
        assert PASSWORD not in log.read_text()
    finally:
        await end_child(process, grace=0.0)
    async with server.phone("agent1") as agent:
        await agent.register()  # who has proven himself from there is let through
