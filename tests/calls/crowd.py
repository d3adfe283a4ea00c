"""Many agents and customers at once, by SIPp: who they are, and what each says."""

from __future__ import annotations

from pathlib import Path

from tests.rig.server import PASSWORD, Server
from tests.rig.sipp import Sipp, account
from tests.rig.tones import tone, write_wav

CUSTOMER_HZ, AGENT_HZ, SAID_DBFS = 440.0, 1000.0, -10.0


def said(folder: Path, name: str, hertz: float) -> Path:
    write_wav(folder / f"{name}.wav", tone(hertz, 1.0, SAID_DBFS))
    return folder / f"{name}.wav"


async def register(server: Server, folder: Path, agents: list[str], phone_port: int) -> None:
    """All of them at the one phone on that port."""
    users = [account(name, PASSWORD) for name in agents]
    registrations = Sipp(
        "register",
        folder,
        target=server.address,
        calls=len(users),
        rate=100,
        users=users,
        keys={"phone_port": str(phone_port)},
    )
    report = await registrations.run()
    assert report.ok, report
