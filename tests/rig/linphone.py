"""An independent phone: linphonec in a process of its own, driven through its standard input.

Same use as tests.rig.baresip, and the same events as far as linphonec tells them:

    registered registration_failed
    incoming       caller                         ringing is answered with 180 by itself
    progress
    connected      peer
    media                                         streams run, at the start and after a hold
    held                                          we hold
    disconnected   reason

What is said is a WAV file (mono, 16 bit), repeated; what is heard is one WAV file for each call
(`heard()`), complete once the call has ended. Over TLS the server must be of `ca_file`, but may
have any name: this phone understands no IP address in a certificate.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import time
from pathlib import Path
from typing import Final, Literal

from tests.rig.child import end_child
from tests.rig.free_ports import free_media_port, free_ports
from tests.rig.patience import PATIENCE_SECONDS, until
from tests.rig.phone_events import PhoneError, PhoneEvent
from tests.rig.phone_process import PhoneProcess

HOST = "127.0.0.1"
PROMPT = "linphonec> "
CONFIG = """\
[sip]
sip_port={udp}
sip_tcp_port={tcp}
sip_tls_port={tls}
use_ipv6=0
default_proxy={proxy}
register_only_when_network_is_up=0
guess_hostname=0
contact=sip:{user}@127.0.0.1
root_ca={authority}
verify_server_certs={verified}
verify_server_cn=0
media_encryption={encryption}
[net]
firewall_policy=0
[rtp]
bind_address=127.0.0.1
audio_rtp_port={rtp}
[sound]
echocancellation=0
"""
ACCOUNT = """\
[proxy_0]
reg_proxy=<sip:{registrar};transport={transport}>
reg_identity=sip:{user}@{domain}
reg_expires=60
reg_sendregister=1
publish=0
[auth_info_0]
username={user}
passwd={password}
"""
LINES: Final = {
    re.compile(r"Receiving new incoming call from (?P<caller>.*), assigned id"): "incoming",
    re.compile(r"Call \d+ to .* (in progress|ringing)\."): "progress",
    re.compile(r"Call \d+ with (?P<peer>.*) connected\."): "connected",
    re.compile(r"Media streams established with"): "media",
    re.compile(r"Call \d+ with .* is now paused\."): "held",
    re.compile(r"Call \d+ with .* (ended|error) ?(\((?P<reason>.*)\))?\.?"): "disconnected",
}
"""What linphonec prints, and the event it is."""


class LinphoneUnavailable(PhoneError):
    """linphonec is not installed; the text says what to do."""


def find_linphone() -> str:
    """Path of the program. Raises LinphoneUnavailable."""
    path = shutil.which("linphonec")
    if path is None:
        raise LinphoneUnavailable("linphonec is not installed: apt-get install linphone-cli")
    return path


class Linphone(PhoneProcess):
    """One phone. Its settings, log and what it heard lie in folder/name."""

    def __init__(
        self,
        name: str,
        folder: Path,
        *,
        say: Path,
        username: str | None = None,
        password: str | None = None,
        registrar: str | None = None,
        transport: Literal["udp", "tcp", "tls"] = "udp",
        ca_file: Path | None = None,
        auto_answer: bool = False,
        srtp: bool = False,
    ) -> None:
        super().__init__(name, log=folder / name / "log")
        [self.port] = free_ports(1)
        self._folder, self._say = folder / name, say
        self._user, self._password = username or name, password
        self._registrar = (registrar or "").removeprefix("sip:").partition(";")[0]
        self._transport, self._auto_answer = transport, auto_answer
        self._ca_file = ca_file
        self._encryption = "srtp" if srtp else "none"
        self._status: asyncio.Future[str] | None = None

    async def start(self) -> None:
        """Start the process. Raises LinphoneUnavailable, PhoneError."""
        program = find_linphone()
        # Without a place for its databases it opens no port at all.
        (self._folder / ".local/share/linphone").mkdir(parents=True)
        (self._folder / "rc").write_text(self._config())
        self._process = await asyncio.create_subprocess_exec(
            *(program, "-c", str(self._folder / "rc"), *(["-a"] if self._auto_answer else [])),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={"HOME": str(self._folder), "PATH": "/usr/bin:/bin"},
        )
        self._reader = asyncio.create_task(self._read(self._process))
        await self._tell("soundcard use files")
        await self._tell(f"play {self._say}")
        await self._tell(f"record {self.heard()}")

    async def stop(self) -> None:
        """Hang up, unregister, end the process; harmless when it never started or is gone."""
        if self._process is None or self._reader is None:
            return
        if not self._reader.done():
            with contextlib.suppress(PhoneError):
                await self._tell("quit")
        await end_child(self._process, grace=4.0)
        await self._reader

    async def register(self, within: float = PATIENCE_SECONDS) -> None:
        """Wait until it has registered, which it does by itself. Raises PhoneError."""
        if not self._registrar:
            raise PhoneError(f"{self.name}: no registrar was given")
        await until(self._is_registered, within)

    async def call(self, uri: str) -> None:
        """Send the INVITE; what becomes of it are events."""
        parameter = "" if "transport=" in uri else f";transport={self._transport}"
        await self._tell(f"call {uri}{parameter}")

    async def answer(self) -> None:
        await self._tell("answer")

    async def hang_up(self) -> None:
        await self._tell("terminate")

    async def hold(self) -> None:
        await self._tell("pause")

    async def unhold(self) -> None:
        await self._tell("resume")

    async def consult(self, uri: str) -> None:
        """Hold the call and call somebody else; the events of both come together."""
        await self.hold()
        await self.wait_for("held")
        await self.call(uri)

    async def transfer(self, uri: str) -> None:
        """Blindly, by REFER."""
        await self._tell(f"transfer {uri}")

    async def join(self) -> None:
        """Transfer the first call to the other side of the second, by REFER with Replaces."""
        await self._tell("transfer 1 --to-call 2")

    async def send_dtmf(self, digits: str) -> None:
        """Send digits as telephone events (RFC 4733)."""
        for digit in digits:
            await self._tell(digit)
            await asyncio.sleep(0.3)  # how long it takes to send one

    def heard(self) -> Path:
        """The WAV file of the call; complete once the call has ended."""
        return self._folder / "heard.wav"

    def _config(self) -> str:
        ports = {"udp": 0, "tcp": 0, "tls": 0, self._transport: self.port}
        rtp = free_media_port()
        proxy = 0 if self._registrar else -1
        trust = {"authority": self._ca_file or "", "verified": int(self._ca_file is not None)}
        config = CONFIG.format(
            user=self._user, rtp=rtp, proxy=proxy, encryption=self._encryption, **ports, **trust
        )
        if not self._registrar:
            return config
        return config + ACCOUNT.format(
            user=self._user,
            password=self._password,
            registrar=self._registrar,
            domain=self._registrar.partition(":")[0],
            transport=self._transport,
        )

    async def _is_registered(self) -> bool:
        """What `status register` prints: "registered, identity=..." or "registered=0"."""
        self._status = asyncio.get_running_loop().create_future()
        await self._tell("status register")
        return (await self._status).startswith("registered,")

    async def _tell(self, command: str) -> None:
        self._check_alive()
        assert self._process and self._process.stdin
        self._process.stdin.write(command.encode() + b"\n")
        await self._process.stdin.drain()

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout
        with self._log.open("wb") as log:
            while line := await process.stdout.readline():
                log.write(line)
                log.flush()
                self._take(line.decode(errors="replace").strip().removeprefix(PROMPT))
        if self._status and not self._status.done():
            self._status.set_exception(PhoneError(f"{self.name}: its process ended"))
        self._gone()

    def _take(self, line: str) -> None:
        if line.startswith("registered") and self._status and not self._status.done():
            self._status.set_result(line)
        for pattern, kind in LINES.items():
            if found := pattern.search(line):
                self.events.add(PhoneEvent(kind, time.monotonic(), found.groupdict()))
                return
